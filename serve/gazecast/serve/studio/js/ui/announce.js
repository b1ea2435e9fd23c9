/** What happens, told to screen readers through one polite live region. */

const region = document.getElementById("announcer");
let pending = 0;

export function announce(text) {
  // Emptied first: the same words twice in a row would not be read again.
  region.textContent = "";
  clearTimeout(pending);
  pending = setTimeout(() => {
    region.textContent = text;
  }, 60);
}
