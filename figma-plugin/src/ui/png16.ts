/** 16-bit greyscale PNGs, read exactly: a canvas would give 8 bits. */

export interface Grey16 {
  width: number;
  height: number;
  /** Row by row. */
  values: Uint16Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const BYTES = 2; // of a pixel

/** Throws for anything but a whole 16-bit greyscale PNG that is not interlaced. */
export async function readPng16(file: Uint8Array): Promise<Grey16> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (SIGNATURE.some((byte, at) => file[at] !== byte)) throw new Error("not a PNG");
  let [width, height] = [0, 0];
  const packed: Uint8Array<ArrayBuffer>[] = [];
  for (let at = SIGNATURE.length; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const body = at + 8;
    if (kind === "IHDR") {
      [width, height] = [view.getUint32(body), view.getUint32(body + 4)];
      const [depth, colour, , , interlaced] = file.subarray(body + 8, body + 13);
      if (depth !== 16 || colour !== 0 || interlaced !== 0) throw new Error("not 16-bit greyscale");
    } else if (kind === "IDAT") {
      packed.push(new Uint8Array(file.subarray(body, body + length)));
    }
    at = body + length + 4;
  }
  const rows = await inflate(packed);
  if (width === 0 || rows.length !== height * (1 + width * BYTES)) throw new Error("cut short");
  return { width, height, values: unfilter(rows, width, height) };
}

async function inflate(packed: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  const stream = new Blob(packed).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Undoes the filters of the PNG specification, section 9. */
function unfilter(rows: Uint8Array, width: number, height: number): Uint16Array {
  const stride = width * BYTES;
  const values = new Uint16Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const filter = rows[start]!;
    const row = rows.slice(start + 1, start + 1 + stride);
    for (let x = 0; x < stride; x++) {
      const left = x < BYTES ? 0 : row[x - BYTES]!;
      const up = above[x]!;
      const upLeft = x < BYTES ? 0 : above[x - BYTES]!;
      row[x] = row[x]! + predicted(filter, left, up, upLeft);
    }
    for (let x = 0; x < width; x++) values[y * width + x] = (row[2 * x]! << 8) | row[2 * x + 1]!;
    above = row;
  }
  return values;
}

function predicted(filter: number, left: number, up: number, upLeft: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, upLeft);
    default:
      throw new Error(`unknown filter ${filter}`);
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - upLeft)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upLeft;
}
