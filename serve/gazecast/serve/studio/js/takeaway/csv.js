/** A density as comma-separated values: a line per row, no heading; nine digits give float32 back exactly. */
export function csv({ columns, rows, values }) {
  const lines = [];
  for (let row = 0; row < rows; row++) {
    lines.push(Array.from(values.subarray(row * columns, (row + 1) * columns), short).join(","));
  }
  return `${lines.join("\n")}\n`;
}

function short(value) {
  return String(Number(value.toPrecision(9)));
}
