/**
 * 16-bit greyscale PNGs, which densities come as. A canvas would round them to 8 bits, so they are
 * read here: the browser inflates, the rest is undoing the filters of each row (PNG, third edition,
 * section 9).
 */

const BYTES = 2; // of a pixel

/** bytes: Uint8Array of the file. Resolves to {width, height, values: Uint16Array}. */
export async function decodePng16(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [];
  let width = 0;
  let height = 0;
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at);
    const kind = view.getUint32(at + 4);
    const start = at + 8;
    if (kind === 0x49484452) {
      // IHDR: depth 16, grey, not interlaced is all that densities have
      width = view.getUint32(start);
      height = view.getUint32(start + 4);
      if (bytes[start + 8] !== 16 || bytes[start + 9] !== 0 || bytes[start + 12] !== 0) {
        throw new TypeError("The density is no 16-bit greyscale PNG.");
      }
    } else if (kind === 0x49444154) {
      parts.push(bytes.subarray(start, start + length));
    }
    at = start + length + 4;
  }
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const rows = new Uint8Array(await new Response(stream).arrayBuffer());
  return { width, height, values: unfiltered(rows, width, height) };
}

function unfiltered(data, width, height) {
  const stride = width * BYTES;
  const values = new Uint16Array(width * height);
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

/** In place; bytes wrap at 256 by themselves. */
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
  }
}

function paeth(left, up, corner) {
  const near = left + up - corner;
  const toLeft = Math.abs(near - left);
  const toUp = Math.abs(near - up);
  const toCorner = Math.abs(near - corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
