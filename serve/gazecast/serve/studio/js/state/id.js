/** A new id. (`crypto.randomUUID` is missing where the page comes over plain http from elsewhere.) */
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
