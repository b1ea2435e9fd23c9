/** Elements in short. Texts only become text nodes, so nothing that a server or a layer's name says
 * is read as HTML. */

type Content = Node | string | null | undefined;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

/** An element; attributes that are functions become listeners, false ones are left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...content: Content[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...content.filter((each) => each !== null && each !== undefined));
  return element;
}

/** Shows `content` in place of what `root` has. The focus stays on what has the same data-key. */
export function show(root: HTMLElement, ...content: Content[]): void {
  const key = document.activeElement?.getAttribute("data-key");
  const scrolled = root.querySelector("main")?.scrollTop ?? 0;
  root.replaceChildren(...content.filter((each) => each !== null && each !== undefined));
  root.querySelector("main")?.scrollTo(0, scrolled);
  if (key) root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}
