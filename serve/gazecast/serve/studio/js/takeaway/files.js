/** A design's numbers as files. */

/** Hands a file to the browser's downloads. data: Blob, or what one is made of. */
export function save(data, name, type) {
  const url = URL.createObjectURL(data instanceof Blob ? data : new Blob([data], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser may still be asking where to
}

/** "landing-page" of "landing-page.png". */
export function stem(name) {
  return name.replace(/\.[^.]*$/, "") || name;
}

/** The service's answer as JSON, with the design's name; the densities have files of their own. */
export function numbers({ name, answer }) {
  const windows = Object.entries(answer.windows).map(([window, { hotspots }]) => [window, { hotspots }]);
  return JSON.stringify({ name, ...answer, windows: Object.fromEntries(windows) }, null, 2);
}
