/** A table as spreadsheets take it from the clipboard: a line per row, tabs between cells. Of its cells
 *  numbers are written with four decimals, null and undefined are empty, and text is not computed. */
export function tabSeparated(rows) {
  return rows.map((cells) => cells.map(cell).join("\t")).join("\n");
}

function cell(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "number" ? value.toFixed(4) : text(value);
}

/** How a cell begins that spreadsheets compute, as OWASP lists it under "CSV injection": full-width signs
 *  where the language is an East Asian one. Of what is pasted they take quotation marks off first. */
const FORMULA = /^[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]/u;

function text(words) {
  const safe = FORMULA.test(words) ? `'${words}` : words;
  // What would begin another cell or another row.
  return safe.replaceAll(/[\t\n\v\f\r\u0085\u2028\u2029]/gu, " ");
}
