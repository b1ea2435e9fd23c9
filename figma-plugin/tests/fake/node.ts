/** Nodes of the tests' stand-in for Figma: the geometry, the tree and the refusals of the real ones,
 * as far as the plugin has to do with them. */

import type { FakeFigma } from "./figma";

/** What a test says of a node. Places are relative to the frame or section around it. */
export interface NodeSpec {
  type: NodeType;
  name?: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  /** Degrees, counterclockwise. */
  rotation?: number;
  visible?: boolean;
  opacity?: number;
  clipsContent?: boolean;
  isMask?: boolean;
  /** Colours as #rrggbb, "image", or a file that the renderer knows. */
  fill?: string;
  /** Stacks its visible children, and is as long as they are. */
  layoutMode?: "VERTICAL" | "HORIZONTAL";
  itemSpacing?: number;
  clickable?: boolean;
  children?: NodeSpec[];
}

const CONTAINERS = new Set<NodeType>([
  "DOCUMENT",
  "PAGE",
  "SECTION",
  "FRAME",
  "GROUP",
  "COMPONENT",
  "COMPONENT_SET",
  "INSTANCE",
]);

/** Still answered by a node that was removed. */
const LEFT_OVER = new Set<string | symbol>(["id", "type", "removed"]);

type Compose = (outer: Transform, inner: Transform) => Transform;
const compose: Compose = ([[a, b, c], [d, e, f]], [[g, h, i], [j, k, l]]) => [
  [a * g + b * j, a * h + b * k, a * i + b * l + c],
  [d * g + e * j, d * h + e * k, d * i + e * l + f],
];

type Imitated = Pick<
  FrameNode,
  | "id"
  | "name"
  | "removed"
  | "x"
  | "y"
  | "width"
  | "height"
  | "rotation"
  | "opacity"
  | "locked"
  | "visible"
  | "isMask"
  | "clipsContent"
  | "fills"
  | "absoluteTransform"
  | "absoluteBoundingBox"
  | "resize"
  | "remove"
  | "setPluginData"
  | "getPluginData"
>;

export class FakeNode implements Imitated {
  readonly id: string;
  readonly type: NodeType;
  removed = false;
  parent: FakeNode | null = null;
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
  rotation: number;
  opacity: number;
  locked = false;
  isMask: boolean;
  clipsContent: boolean;
  fills: readonly Paint[];
  layoutMode: "NONE" | "VERTICAL" | "HORIZONTAL";
  itemSpacing: number;
  reactions: readonly Reaction[];
  /** Of a page. */
  selection: readonly SceneNode[] = [];
  loaded = true;
  readonly spec: NodeSpec;
  private readonly figma: FakeFigma;
  private readonly inside: FakeNode[] = [];
  private readonly data = new Map<string, string>();
  private shown: boolean;

  constructor(figma: FakeFigma, spec: NodeSpec) {
    this.figma = figma;
    this.spec = spec;
    this.id = figma.newId();
    this.type = spec.type;
    this.name = spec.name ?? spec.type;
    this.x = spec.x ?? 0;
    this.y = spec.y ?? 0;
    this.width = spec.width ?? 100;
    this.height = spec.height ?? 100;
    this.rotation = spec.rotation ?? 0;
    this.opacity = spec.opacity ?? 1;
    this.isMask = spec.isMask ?? false;
    this.clipsContent = spec.clipsContent ?? spec.type === "FRAME";
    this.fills = paints(spec.fill);
    this.layoutMode = spec.layoutMode ?? "NONE";
    this.itemSpacing = spec.itemSpacing ?? 0;
    this.reactions = spec.clickable
      ? [{ trigger: { type: "ON_CLICK" }, actions: [] }]
      : [];
    this.shown = spec.visible ?? true;
    const node: FakeNode = new Proxy<FakeNode>(this, {
      get(target, name) {
        if (target.removed && !LEFT_OVER.has(name)) {
          throw new Error(`The node with id "${target.id}" does not exist`);
        }
        // Some kinds of nodes do not have all properties; `"x" in node` tells.
        return Reflect.get(target, name, node) as unknown;
      },
      set: (target, name, value: unknown) => {
        if (target.removed) throw new Error(`The node with id "${target.id}" does not exist`);
        const done = Reflect.set(target, name, value, node);
        if (name !== "removed" && target.parent) {
          figma.changed({ type: "PROPERTY_CHANGE", node, property: String(name) });
        }
        return done;
      },
      has: (target, name) => {
        if (name === "children") return CONTAINERS.has(target.type);
        if (name === "clipsContent") return CONTAINERS.has(target.type) && target.type !== "GROUP";
        if (name === "fills") return target.type !== "GROUP";
        if (name === "visible") return target.type !== "PAGE" && target.type !== "DOCUMENT";
        return Reflect.has(target, name);
      },
    });
    for (const child of spec.children ?? []) node.appendChild(new FakeNode(figma, child));
    if (spec.type === "GROUP") node.fitToChildren();
    node.reflow();
    return node;
  }

  get children(): readonly FakeNode[] {
    if (!this.loaded) throw new Error(`Call loadAsync on the page ${this.name} first`);
    if (this.type === "INSTANCE" && this.figma.skipInvisibleInstanceChildren) {
      return this.inside.filter((child) => child.shown);
    }
    return this.inside;
  }

  get visible(): boolean {
    return this.shown;
  }

  set visible(shown: boolean) {
    this.shown = shown;
    this.parent?.reflow();
  }

  get absoluteTransform(): Transform {
    const [angle, { x, y }] = [(this.rotation * Math.PI) / 180, this];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const own: Transform = [
      [cos, sin, x],
      [-sin, cos, y],
    ];
    // What is in a group has its place in what the group is in.
    let around = this.parent;
    while (around?.type === "GROUP") around = around.parent;
    return around && around.type !== "PAGE" ? compose(around.absoluteTransform, own) : own;
  }

  get absoluteBoundingBox(): Rect | null {
    const [[a, b, c], [d, e, f]] = this.absoluteTransform;
    const corners = [
      [0, 0],
      [this.width, 0],
      [0, this.height],
      [this.width, this.height],
    ].map(([x, y]) => [a * x! + b * y! + c, d * x! + e * y! + f] as const);
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  }

  appendChild(child: FakeNode): void {
    child.leave();
    child.parent = this;
    this.inside.push(child);
    this.figma.changed({ type: "CREATE", node: child });
  }

  findAll(): FakeNode[] {
    return this.children.flatMap((child) =>
      "children" in child ? [child, ...child.findAll()] : [child],
    );
  }

  findAllWithCriteria({ pluginData }: { pluginData: { keys: string[] } }): FakeNode[] {
    return this.findAll().filter((node) => pluginData.keys.some((key) => node.data.has(key)));
  }

  resize(width: number, height: number): void {
    if (width < 0.01 || height < 0.01) throw new Error("Expected a size of at least 0.01");
    [this.width, this.height] = [width, height];
  }

  remove(): void {
    if (this.parent) this.figma.changed({ type: "DELETE", node: this });
    this.leave();
    this.markRemoved();
  }

  clone(): FakeNode {
    const copy = new FakeNode(this.figma, { ...this.spec, children: [] });
    this.copyTo(copy);
    this.figma.currentPage.appendChild(copy);
    return copy;
  }

  createInstance(): FakeNode {
    const copy = new FakeNode(this.figma, { ...this.spec, type: "INSTANCE", children: [] });
    this.copyTo(copy);
    this.figma.currentPage.appendChild(copy);
    return copy;
  }

  async exportAsync(settings: ExportSettingsImage): Promise<Uint8Array> {
    if (!this.shown) throw new Error("in exportAsync: This node may not have any visible layers");
    const png = await this.figma.render(this, settings);
    if (this.removed) throw new Error(`in exportAsync: The node "${this.id}" does not exist`);
    return png;
  }

  setPluginData(key: string, value: string): void {
    if (value === "") this.data.delete(key);
    else this.data.set(key, value);
  }

  getPluginData(key: string): string {
    return this.data.get(key) ?? "";
  }

  /** Of a page. */
  async loadAsync(): Promise<void> {
    this.loaded = true;
  }

  on(_: "nodechange", callback: (event: NodeChangeEvent) => void): void {
    this.figma.pageListeners.push([this.id, callback]);
  }

  off(_: "nodechange", callback: (event: NodeChangeEvent) => void): void {
    const left = this.figma.pageListeners.filter(([, each]) => each !== callback);
    this.figma.pageListeners.splice(0, Infinity, ...left);
  }

  /** Everything about it and what is in it, to see whether anything was changed. */
  describe(): unknown {
    const { id, type, name, x, y, width, height, rotation, opacity, shown, locked, fills } = this;
    const data = [...this.data];
    const inside = this.inside.map((child) => child.describe());
    return { id, type, name, x, y, width, height, rotation, opacity, shown, locked, fills, data, inside };
  }

  private copyTo(copy: FakeNode): void {
    const { x, y, width, height, rotation, opacity, fills, name } = this;
    Object.assign(copy, { x, y, width, height, rotation, opacity, fills, name });
    copy.shown = this.shown;
    for (const [key, value] of this.data) copy.data.set(key, value);
    for (const child of this.inside) {
      const other = new FakeNode(this.figma, { ...child.spec, children: [] });
      child.copyTo(other);
      copy.appendChild(other);
    }
  }

  private leave(): void {
    if (!this.parent) return;
    this.parent.inside.splice(
      this.parent.inside.findIndex(({ id }) => id === this.id),
      1,
    );
    this.parent = null;
  }

  private markRemoved(): void {
    for (const child of this.inside) child.markRemoved();
    this.removed = true;
  }

  private fitToChildren(): void {
    const right = Math.max(...this.inside.map((child) => child.x + child.width));
    const bottom = Math.max(...this.inside.map((child) => child.y + child.height));
    this.x = Math.min(...this.inside.map((child) => child.x));
    this.y = Math.min(...this.inside.map((child) => child.y));
    this.width = right - this.x;
    this.height = bottom - this.y;
  }

  private reflow(): void {
    if (this.layoutMode === "NONE") return;
    const [place, length] =
      this.layoutMode === "VERTICAL" ? (["y", "height"] as const) : (["x", "width"] as const);
    let at = 0;
    for (const child of this.inside.filter((each) => each.shown)) {
      child[place] = at;
      at += child[length] + this.itemSpacing;
    }
    this[length] = Math.max(0, at - this.itemSpacing);
  }
}

function paints(fill: string | undefined): readonly Paint[] {
  if (fill === undefined) return [];
  if (!fill.startsWith("#")) return [{ type: "IMAGE", imageHash: fill, scaleMode: "FILL" }];
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(fill.slice(at, at + 2), 16) / 255);
  return [{ type: "SOLID", color: { r: r!, g: g!, b: b! } }];
}
