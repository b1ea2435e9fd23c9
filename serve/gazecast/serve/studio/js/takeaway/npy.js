/** NumPy's file format 1.0 (numpy.lib.format): magic, version, header, then the numbers as they are. */

const ALIGNMENT = 64;

/** A density as the bytes of a .npy file: float32, rows x columns. */
export function npy({ columns, rows, values }) {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const padding = ALIGNMENT - ((10 + dict.length + 1) % ALIGNMENT);
  const header = `${dict}${" ".repeat(padding % ALIGNMENT)}\n`;
  const file = new ArrayBuffer(10 + header.length + 4 * values.length);
  const bytes = new Uint8Array(file);
  bytes.set([0x93, ...ascii("NUMPY"), 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(ascii(header), 10);
  const view = new DataView(file, 10 + header.length);
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return bytes;
}

function ascii(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
