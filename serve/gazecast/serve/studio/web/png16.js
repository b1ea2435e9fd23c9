/**
 * 16-bit greyscale PNGs, which densities come as. A canvas would round them to 8 bits, so they are
 * read here: the browser inflates, the rest is undoing the filters of each row (PNG, third edition,
 * section 9).
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER = 0x49484452; // IHDR
const DATA = 0x49444154; // IDAT
const AROUND = 12; // bytes of a chunk beside its body: length, kind and checksum
const BYTES = 2; // of a pixel

/**
 * The pixels of a file, row by row. Throws a TypeError for anything but a whole 16-bit greyscale PNG
 * that is not interlaced.
 * @param {Uint8Array<ArrayBuffer>} file
 */
export async function decodePng16(file) {
  if (SIGNATURE.some((byte, i) => file[i] !== byte)) throw new TypeError("The density is not a PNG.");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parts = [];
  let width = 0;
  let height = 0;
  for (let at = SIGNATURE.length; at + AROUND <= file.length; ) {
    const length = view.getUint32(at);
    const kind = view.getUint32(at + 4);
    const body = at + 8;
    if (kind === HEADER) {
      [width, height] = [view.getUint32(body), view.getUint32(body + 4)];
      const [depth, colour, , , interlaced] = file.subarray(body + 8, body + 13);
      if (depth !== 16 || colour !== 0 || interlaced !== 0) {
        throw new TypeError("The density is not 16-bit greyscale.");
      }
    } else if (kind === DATA) {
      parts.push(file.subarray(body, body + length));
    }
    at += AROUND + length;
  }
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const rows = new Uint8Array(await new Response(stream).arrayBuffer());
  if (width === 0 || rows.length !== height * (1 + width * BYTES)) {
    throw new TypeError("The density is cut short.");
  }
  return { width, height, values: unfiltered(rows, width, height) };
}

/**
 * @param {Uint8Array} data
 * @param {number} width
 * @param {number} height
 */
function unfiltered(data, width, height) {
  const stride = width * BYTES;
  const values = new Uint16Array(width * height);
  /** @type {Uint8Array} */
  let above = new Uint8Array(stride);
  for (let row = 0; row < height; row++) {
    const start = row * (stride + 1) + 1;
    const line = data.subarray(start, start + stride);
    undo(data[start - 1], line, above);
    for (let column = 0, at = row * width; column < width; column++, at++) {
      values[at] = (line[2 * column] << 8) | line[2 * column + 1];
    }
    above = line;
  }
  return values;
}

/**
 * In place; bytes wrap at 256 by themselves.
 * @param {number} filter
 * @param {Uint8Array} line
 * @param {Uint8Array} above
 */
function undo(filter, line, above) {
  const length = line.length;
  if (filter === 1) {
    for (let i = BYTES; i < length; i++) line[i] += line[i - BYTES];
  } else if (filter === 2) {
    for (let i = 0; i < length; i++) line[i] += above[i];
  } else if (filter === 3) {
    for (let i = 0; i < length; i++) line[i] += ((i < BYTES ? 0 : line[i - BYTES]) + above[i]) >> 1;
  } else if (filter === 4) {
    for (let i = 0; i < length; i++) {
      line[i] += i < BYTES ? above[i] : paeth(line[i - BYTES], above[i], above[i - BYTES]);
    }
  } else if (filter !== 0) {
    throw new TypeError(`The density has a row with the unknown filter ${filter}.`);
  }
}

/**
 * @param {number} left
 * @param {number} up
 * @param {number} corner
 */
function paeth(left, up, corner) {
  const near = left + up - corner;
  const toLeft = Math.abs(near - left);
  const toUp = Math.abs(near - up);
  const toCorner = Math.abs(near - corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
