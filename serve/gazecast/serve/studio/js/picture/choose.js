/** The ways in: choosing files, dropping them anywhere, pasting. */

import { element } from "../ui/element.js";

const ACCEPTED = "image/*,.svg";

/** Opens the system's dialogue for files. */
export function chooseFiles(onFiles, accept = ACCEPTED, multiple = true) {
  const input = element("input", { type: "file", accept, multiple, class: "visually-hidden" });
  input.addEventListener("change", () => onFiles([...input.files]));
  input.addEventListener("change", () => input.remove());
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input); // some browsers forget inputs that are nowhere
  input.click();
}

/** Takes files that are dropped on the page or pasted into it. */
export function takeFiles(onFiles) {
  const veil = element("div", { class: "drop-veil", hidden: true }, element("p", {}, "Drop to see where people will look"));
  document.body.append(veil);
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  let inside = 0; // elements entered less those left

  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    inside++;
    veil.hidden = false;
  });
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    inside = Math.max(0, inside - 1);
    veil.hidden = inside === 0;
  });
  addEventListener("drop", (event) => {
    inside = 0;
    veil.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    onFiles([...event.dataTransfer.files]);
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return; // text, for a field
    event.preventDefault();
    onFiles(files);
  });
}
