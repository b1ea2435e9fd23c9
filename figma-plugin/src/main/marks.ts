/** How the plugin finds again what it has put on a page. */

const KEY = "gazecast";

/** "overlay" with the frame it belongs to, or "what-if" for a copy that is to be removed. */
export type Mark = `overlay:${string}` | "what-if";

export function mark(node: SceneNode, as: Mark): void {
  node.setPluginData(KEY, as);
}

/** What on the page has this mark, or one that starts like it. */
export function marked(page: PageNode, start: string): SceneNode[] {
  return page
    .findAllWithCriteria({ pluginData: { keys: [KEY] } })
    .filter((node) => node.getPluginData(KEY).startsWith(start));
}
