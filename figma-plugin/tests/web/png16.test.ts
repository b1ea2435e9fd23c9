import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodePng16 } from "../../../serve/gazecast/serve/studio/web/png16.js";

/** Rows as they are in the file: each with the number of its filter before it. */
function png(width: number, height: number, rows: number[], header: Partial<Header> = {}) {
  const { depth, colour, interlaced } = { depth: 16, colour: 0, interlaced: 0, ...header };
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width);
  size.writeUInt32BE(height, 4);
  const packed = deflateSync(Buffer.from(rows));
  const file = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", Buffer.concat([size, Buffer.from([depth, colour, 0, 0, interlaced])])),
    chunk("tEXt", Buffer.from("a note")),
    // In two pieces, as larger ones come.
    chunk("IDAT", packed.subarray(0, 5)),
    chunk("IDAT", packed.subarray(5)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return new Uint8Array(file);
}

interface Header {
  depth: number;
  colour: number;
  interlaced: number;
}

function chunk(kind: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, Buffer.from(kind), body, Buffer.alloc(4)]);
}

test("all five filters give the same values", async () => {
  const values = [0x0102, 0xfffe, 0x8000, 0x1234, 0x00ff, 0xabcd];
  const bytes = values.map((value) => [value >> 8, value & 255]);
  const first = bytes.slice(0, 3).flat();
  const second = bytes.slice(3).flat();
  const left = (at: number) => (at < 2 ? 0 : second[at - 2]!);
  const corner = (at: number) => (at < 2 ? 0 : first[at - 2]!);
  const guesses: ((at: number) => number)[] = [
    () => 0,
    left,
    (at) => first[at]!,
    (at) => Math.floor((left(at) + first[at]!) / 2),
    (at) => {
      const near = left(at) + first[at]! - corner(at);
      const by = (value: number) => Math.abs(near - value);
      return [left(at), first[at]!, corner(at)].reduce((a, b) => (by(b) < by(a) ? b : a));
    },
  ];
  for (const [filter, guess] of guesses.entries()) {
    const filtered = second.map((byte, at) => (byte - guess(at)) & 255);
    const read = await decodePng16(png(3, 2, [0, ...first, filter, ...filtered]));
    expect([read.width, read.height]).toEqual([3, 2]);
    expect([...read.values]).toEqual(values);
  }
});

test.each([
  ["another file", new Uint8Array(20), "not a PNG"],
  ["8 bits", png(1, 1, [0, 7], { depth: 8 }), "not 16-bit"],
  ["colours", png(1, 1, [0, 0, 7, 0, 7, 0, 7], { colour: 2 }), "not 16-bit"],
  ["an interlaced one", png(1, 1, [0, 0, 7], { interlaced: 1 }), "not 16-bit"],
  ["too few rows", png(1, 2, [0, 0, 7]), "cut short"],
  ["an unknown filter", png(1, 1, [5, 0, 7]), "unknown filter"],
])("%s is refused", async (_, file, message) => {
  await expect(decodePng16(file)).rejects.toThrow(message);
});
