/** A stand-in for the global `figma`, typed by what the plugin uses of the real one. */

import type { NodeSpec } from "./node";
import { FakeNode } from "./node";

/** A change as a node tells it. */
export interface Change {
  type: "CREATE" | "DELETE" | "PROPERTY_CHANGE";
  node: FakeNode;
  property?: string;
}

export type Render = (node: FakeNode, settings: ExportSettingsImage) => Promise<Uint8Array>;

export interface FakeOptions {
  pages: { name: string; children: NodeSpec[] }[];
  command?: string;
  /** What clientStorage has. */
  stored?: Record<string, unknown>;
  render: Render;
  showUI?: (html: string, options?: ShowUIOptions) => void;
  /** Takes what the main thread sends to the window. */
  toWindow?: (message: unknown) => void;
}

type Handler = (...args: unknown[]) => void;

/** What the plugin uses; a call of anything else fails a test. */
type Used = Pick<
  PluginAPI,
  | "command"
  | "mixed"
  | "currentPage"
  | "skipInvisibleInstanceChildren"
  | "getNodeByIdAsync"
  | "setCurrentPageAsync"
  | "createRectangle"
  | "createImage"
  | "commitUndo"
  | "closePlugin"
  | "showUI"
> & {
  clientStorage: Pick<ClientStorageAPI, "getAsync" | "setAsync">;
  viewport: Pick<ViewportAPI, "scrollAndZoomIntoView">;
  ui: Pick<UIAPI, "postMessage" | "onmessage">;
  on: (type: string, callback: Handler) => void;
};

export class FakeFigma {
  readonly root: FakeNode;
  currentPage: FakeNode;
  skipInvisibleInstanceChildren = false;
  readonly images = new Map<string, Uint8Array>();
  readonly stored: Map<string, unknown>;
  readonly exports: { node: FakeNode; settings: ExportSettingsImage }[] = [];
  readonly pageListeners: [string, (event: NodeChangeEvent) => void][] = [];
  undoSteps = 0;
  closed: string | null = null;
  /** What the viewport was last moved to. */
  shown: readonly BaseNode[] = [];
  readonly api: Used;
  private readonly handlers: [string, Handler][] = [];
  private ids = 0;
  private readonly options: FakeOptions;

  constructor(options: FakeOptions) {
    this.options = options;
    this.stored = new Map(Object.entries(options.stored ?? {}));
    this.root = new FakeNode(this, { type: "DOCUMENT" });
    for (const { name, children } of options.pages) {
      const page = new FakeNode(this, { type: "PAGE", name, children });
      this.root.appendChild(page);
    }
    this.currentPage = this.root.children[0]!;
    for (const page of this.root.children.slice(1)) page.loaded = false;
    this.api = this.makeApi(options);
  }

  newId(): string {
    return `1:${this.ids++}`;
  }

  async render(node: FakeNode, settings: ExportSettingsImage): Promise<Uint8Array> {
    this.exports.push({ node, settings });
    return this.options.render(node, settings);
  }

  changed({ type, node, property }: Change): void {
    let page: FakeNode | null = node;
    while (page && page.type !== "PAGE") page = page.parent;
    const told = type === "DELETE" ? { id: node.id, type: node.type, removed: true } : node;
    const change = { type, node: told, id: node.id, origin: "LOCAL", properties: [property] };
    for (const [on, callback] of this.pageListeners) {
      if (on === page?.id) callback({ nodeChanges: [change as unknown as NodeChange] });
    }
  }

  /** The first node of this name, on whichever page. */
  named(name: string): FakeNode {
    const all = this.root.children.flatMap((page) => {
      const { loaded } = page;
      page.loaded = true;
      const inside = page.findAll();
      page.loaded = loaded;
      return inside;
    });
    const found = all.find((node) => node.name === name);
    if (!found) throw new Error(`no node is called ${name}`);
    return found;
  }

  /** As when the user selects these. */
  select(...names: string[]): void {
    this.currentPage.selection = names.map((name) => this.named(name) as unknown as SceneNode);
    this.emit("selectionchange");
  }

  goTo(page: string): void {
    this.currentPage = this.root.children.find(({ name }) => name === page)!;
    this.currentPage.loaded = true;
    this.emit("currentpagechange");
  }

  emit(type: string): void {
    for (const [on, handler] of this.handlers) if (on === type) handler();
  }

  /** As when the window sends it. */
  async fromWindow(message: unknown): Promise<void> {
    await Promise.resolve<unknown>(this.api.ui.onmessage?.(message, { origin: "null" }));
  }

  private find(id: string): FakeNode | null {
    if (id === this.root.id) return this.root;
    for (const page of this.root.children) {
      if (page.id === id) return page;
      const inside = page.loaded ? page.findAll() : [];
      const found = inside.find((node) => node.id === id);
      if (found) return found;
    }
    return null;
  }

  private makeApi({ command, showUI, toWindow }: FakeOptions): Used {
    // The getters below have a `this` of their own.
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const fake = this;
    return {
      command: command ?? "analyse",
      mixed: Symbol("mixed") as PluginAPI["mixed"],
      get currentPage() {
        return fake.currentPage as unknown as PageNode;
      },
      set currentPage(_: PageNode) {
        throw new Error("use setCurrentPageAsync with dynamic page loading");
      },
      get skipInvisibleInstanceChildren() {
        return fake.skipInvisibleInstanceChildren;
      },
      set skipInvisibleInstanceChildren(skip: boolean) {
        fake.skipInvisibleInstanceChildren = skip;
      },
      getNodeByIdAsync: async (id) => this.find(id) as unknown as BaseNode | null,
      setCurrentPageAsync: async (page) => {
        this.goTo(page.name);
      },
      createRectangle: () => {
        const node = new FakeNode(this, { type: "RECTANGLE", name: "Rectangle" });
        this.currentPage.appendChild(node);
        return node as unknown as RectangleNode;
      },
      createImage: (data) => {
        if (data[0] !== 0x89) throw new Error("in createImage: Image type is unsupported");
        const hash = `image ${this.images.size + 1}`;
        this.images.set(hash, data);
        return { hash } as Image;
      },
      commitUndo: () => {
        this.undoSteps++;
      },
      closePlugin: (message) => {
        this.closed = message ?? "";
        this.emit("close");
      },
      showUI: (html, options) => showUI?.(html, options),
      clientStorage: {
        getAsync: async (name) => this.stored.get(name),
        setAsync: async (name, value) => {
          this.stored.set(name, structuredClone(value));
        },
      },
      viewport: {
        scrollAndZoomIntoView: (nodes) => {
          this.shown = nodes;
        },
      },
      ui: {
        postMessage: (message) => toWindow?.(structuredClone(message)),
        onmessage: undefined,
      },
      on: (type, callback) => {
        this.handlers.push([type, callback]);
      },
    };
  }
}
