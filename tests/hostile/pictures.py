"""Pictures that take a decoder more work than their bytes and pixels tell, by seed: none has more
than 64 MB and 40 megapixels."""

from __future__ import annotations

import math
import random
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO

import numpy as np
from PIL import Image

SIDE = 6_300
"""Of a square of just under 40 megapixels."""
FILE_BYTES = 64_000_000
"""Just under the body that a service takes."""


def noise(size: int, rng: random.Random) -> bytes:
    return np.random.default_rng(rng.getrandbits(32)).integers(0, 256, size, np.uint8).tobytes()


# ---- JPEG --------------------------------------------------------------------------------------


def segment(kind: int, content: bytes = b"") -> bytes:
    return struct.pack(">BBH", 0xFF, kind, len(content) + 2) + content


def frame(
    kind: int, width: int, height: int, components: int = 3, sampling: Sequence[int] = (0x11,) * 4
) -> bytes:
    """All components have quantization table 0. sampling: of each, its factor across and down."""
    listed = b"".join(bytes([number + 1, sampling[number], 0]) for number in range(components))
    return segment(kind, struct.pack(">BHHB", 8, height, width, components) + listed)


def quantization() -> bytes:
    return segment(0xDB, bytes([0] + [1] * 64))


def huffman(kind: int, symbols: bytes) -> bytes:
    """Table 0 (kind 0 for DC, 1 for AC): codes of 1, 2, 3 ... bits for the symbols in turn."""
    lengths = [int(number < len(symbols)) for number in range(16)]
    return segment(0xC4, bytes([kind << 4, *lengths]) + symbols)


def scan(
    components: Iterable[int], first: int, last: int, bits: int = 0, data: bytes = b""
) -> bytes:
    """components: their numbers from 1. first, last: of the coefficients. bits: successive
    approximation, high and low."""
    listed = b"".join(bytes([component, 0]) for component in components)
    return segment(0xDA, bytes([len(listed) // 2]) + listed + bytes([first, last, bits])) + data


def jpeg(*parts: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def small_jpeg(*parts: bytes) -> bytes:
    """Grey, 8 x 8; the parts are before its frame."""
    tables = (quantization(), huffman(0, b"\0"), huffman(1, b"\0"))
    return jpeg(*parts, *tables, frame(0xC0, 8, 8, 1), scan([1], 0, 63, data=b"\0"))


def entropy(size: int, rng: random.Random) -> bytes:
    """Random data without an FF."""
    return noise(size, rng).replace(b"\xff", b"\xfe")


def progressive(
    scans: int,
    symbols: bytes,
    rng: random.Random,
    size: int = FILE_BYTES,
    components: int = 3,
    profile: bytes = b"",
) -> bytes:
    """40 megapixels in so many scans, most of which refine every coefficient of a component.

    symbols: of the scans that refine, the first with a code of one bit, the second with two.
    """
    blocks = math.ceil(SIDE / 8) ** 2
    every_coefficient = blocks * 63 * 2 // 8  # a bit for the symbol, one for its value
    all_of_them = range(1, components + 1)
    parts = [
        *(profile_segments(profile), quantization(), frame(0xC2, SIDE, SIDE, components)),
        *(huffman(0, b"\0"), scan(all_of_them, 0, 0, 13, entropy(blocks * components // 8, rng))),
        *(huffman(1, b"\x01\0"), scan([1], 1, 63, 13, entropy(every_coefficient, rng))),
        huffman(1, symbols),
    ]
    left = size - sum(map(len, parts)) - 1000
    for number in range(scans - 2):
        low = max(0, 12 - number)
        parts.append(scan([1], 1, 63, (low + 1) << 4 | low, entropy(left // (scans - 2), rng)))
    return jpeg(*parts)


def empty_scans(count: int) -> bytes:
    """40 megapixels in so many scans with nothing in them."""
    return jpeg(
        *(quantization(), frame(0xC2, SIDE, SIDE), huffman(0, b"\0"), huffman(1, b"\0")),
        *(scan([1, 2, 3], 0, 0, 13), scan([1], 1, 63, 13) * (count - 1)),
    )


def _in_a_scan(unit: bytes) -> bytes:
    head = small_jpeg()[:-2]
    return head + unit * ((FILE_BYTES - len(head)) // len(unit))


# ---- Colour profiles (ICC.1) -------------------------------------------------------------------


def _profile(space: bytes, connection: bytes, tag: bytes, conversion: bytes) -> bytes:
    head = struct.pack(
        ">I4sI4s4s4s12s4s28s3i48s",
        *(144 + len(conversion), b"", 0x04300000, b"mntr", space, connection, b"", b"acsp", b""),
        *(63190, 65536, 54061, b""),
    )
    return head + struct.pack(">I4sII", 1, tag, 144, len(conversion)) + conversion


def slow_profile(stages: int = 20_000) -> bytes:
    """For RGB, with a conversion of so many stages in the tag that lcms prefers, all of them the
    same matrix."""
    matrix = b"matf" + bytes(4) + struct.pack(">HH12f", 3, 3, *(1, 0, 0, 0, 1, 0, 0, 0, 1), 0, 0, 0)
    places = struct.pack(">II", 16 + 8 * stages, len(matrix)) * stages
    conversion = b"mpet" + bytes(4) + struct.pack(">HHI", 3, 3, stages) + places + matrix
    return _profile(b"RGB ", b"XYZ ", b"D2B0", conversion)


def table_profile(components: int, rng: random.Random) -> bytes:
    """For RGB or CMYK, with a table of random colours of as many steps as real ones have."""
    steps = {3: 33, 4: 17}[components]
    matrix = struct.pack(">9i", *(65536 * (place % 4 == 0) for place in range(9)))
    head = b"mft1" + bytes(4) + bytes([components, 3, steps, 0]) + matrix
    straight = bytes(range(256))
    table = noise(3 * steps**components, rng)
    conversion = head + straight * components + table + straight * 3
    return _profile({3: b"RGB ", 4: b"CMYK"}[components], b"Lab ", b"A2B0", conversion)


def profile_segments(profile: bytes) -> bytes:
    """Of a JPEG."""
    parts = [profile[start : start + 60_000] for start in range(0, len(profile), 60_000)]
    return b"".join(
        segment(0xE2, b"ICC_PROFILE\0" + bytes([number, len(parts)]) + part)
        for number, part in enumerate(parts, 1)
    )


# ---- PNG ---------------------------------------------------------------------------------------


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", checksum)


def png(
    pixels: Iterable[bytes],
    width: int = 64,
    height: int = 48,
    *others: bytes,
    depth: int = 8,
    colour: int = 2,
    interlaced: int = 0,
) -> bytes:
    """pixels: compressed, in pieces. others: chunks before them."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    body = [chunk(b"IHDR", header), *others, *(chunk(b"IDAT", piece) for piece in pixels)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body) + chunk(b"IEND")


def rows(width: int = 64, height: int = 48, samples: int = 3) -> bytes:
    return zlib.compress(bytes((1 + width * samples) * height), 1)


def _bits(*fields: tuple[int, int]) -> list[int]:
    """Of (value, number of bits), the lowest first, as deflate and lossless WebP have them."""
    return [value >> bit & 1 for value, length in fields for bit in range(length)]


def _packed(bits: Sequence[int]) -> bytes:
    return np.packbits(np.asarray(bits, np.uint8), bitorder="little").tobytes()


def empty_blocks(size: int) -> bytes:
    """Deflate's blocks with tables of their own and nothing in them: ninety bits, and as much work
    as is in kilobytes of others."""
    lengths = {17 - 15: 1, 17: 1}  # of the codes for 138 zeros and for a one, in their order
    block = _bits((0, 1), (2, 2), (0, 5), (0, 5), (14, 4))
    block += _bits(*((lengths.get(place, 0), 3) for place in range(18)))
    # 256 bytes do not occur, the end and a distance have a code of one bit; then the end.
    block += _bits((1, 1), (127, 7), (1, 1), (107, 7), (0, 1), (0, 1), (0, 1))
    return _packed(block * 8) * (size * 8 // (8 * len(block)))


def slow_png(side: int = SIDE, size: int = FILE_BYTES, **kind: int) -> bytes:
    """Its pixels are one colour, behind as many empty blocks as there is room for."""
    whole = rows(side, side)
    return png([whole[:2] + empty_blocks(size - len(whole) - 1000) + whole[2:]], side, side, **kind)


def compressed_text(texts: int, key: bytes = b"") -> bytes:
    """PNG with text of a megabyte each, which takes a kilobyte. Without a key no reader counts
    it."""
    text = chunk(b"zTXt", key + b"\0\0" + zlib.compress(bytes(2**20 - 1), 9))
    return png([rows()], 64, 48, text * texts)


# ---- WebP (RFC 9649, RFC 6386) -----------------------------------------------------------------


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
        for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _prefix_code(lengths: Sequence[int], unused: int) -> list[int]:
    """A prefix code of lossless WebP, from the length of each symbol's code; so many symbols behind
    them have none."""
    order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    runs = [min(138, unused - start) for start in range(0, unused, 138)]
    tokens = [(length, ()) for length in lengths]
    tokens += [(18, ((run - 11, 7),)) if run > 10 else (17, ((run - 3, 3),)) for run in runs]
    used = sorted({token for token, _ in tokens})
    width = (len(used) - 1).bit_length()
    spare = 2**width - len(used)  # so many get a code that is shorter by a bit
    widths = {token: width - (place < spare) for place, token in enumerate(used)}
    codes, code, before = {}, 0, 0
    for token in sorted(used, key=lambda each: (widths[each], each)):
        code <<= widths[token] - before
        before = widths[token]
        codes[token] = [code >> bit & 1 for bit in reversed(range(before))]
        code += 1
    if len(used) == 1:
        widths = {used[0]: 1}  # said to be one bit, and none are read
    listed = max(4, max(map(order.index, used)) + 1)
    bits = _bits((0, 1), (listed - 4, 4), *((widths.get(o, 0), 3) for o in order[:listed]), (0, 1))
    return bits + [bit for token, extra in tokens for bit in [*codes[token], *_bits(*extra)]]


_ONE_SYMBOL = [1, 0, 0, 0]  # a prefix code for the symbol 0, in no bits


def many_tables(side: int, size: int, rng: random.Random, sets: int = 65_536) -> bytes:
    """Lossless, in tiles of 4 x 4 pixels with one of so many sets of prefix codes each (a power of
    two, 256 at least)."""
    tiles = math.ceil(side / 4) ** 2
    bits = _bits((0x2F, 8), (side - 1, 14), (side - 1, 14), (0, 1), (0, 3), (0, 1), (0, 1))
    bits += _bits((1, 1), (0, 3), (0, 1))  # tiles of 2 ** 2 pixels a side, no cache for them
    # Which set a tile has is in its red and green: any.
    width = (sets - 1).bit_length() - 8
    bits += _prefix_code([8] * 256, 24)
    bits += _prefix_code([width] * 2**width, 256 - 2**width) if width else _ONE_SYMBOL
    bits += _ONE_SYMBOL * 3
    values = np.unpackbits(np.frombuffer(noise(2 * tiles, rng), np.uint8))[: (8 + width) * tiles]
    which = np.concatenate([np.asarray(bits, np.uint8), values])
    deep = [*range(1, 15), 15, 15]
    one = [bit for count in (280, 256, 256, 256) for bit in _prefix_code(deep, count - 16)]
    start = _packed(np.concatenate([which, np.tile([*one, *_ONE_SYMBOL], sets)]))
    return webp((b"VP8L", start + noise(size - len(start), rng)))


def dense_webp(side: int, size: int, rng: random.Random) -> bytes:
    """Lossy, with as many and as large coefficients as noise has at the best quality."""
    model = BytesIO()
    Image.frombytes("RGB", (256, 256), noise(3 * 256**2, rng)).save(
        model, "WEBP", quality=100, method=0
    )
    data = model.getvalue()[20:]
    first = int.from_bytes(data[:3], "little") >> 5
    modes = data[10 : 10 + first]
    modes += noise(2**19 - 1 - first, rng)  # as many as its length can tell
    tag = int.from_bytes(data[:3], "little") & 31 | len(modes) << 5
    head = tag.to_bytes(3, "little") + data[3:6] + struct.pack("<HH", side, side)
    return webp((b"VP8 ", head + modes + noise(size - len(modes) - 100, rng)))


# ---- All of them -------------------------------------------------------------------------------

HOSTILE: dict[str, Callable[[random.Random], bytes]] = {
    "jpeg: empty scans": lambda rng: empty_scans(400),
    "jpeg: scans up to the limit": lambda rng: progressive(
        15, rng.choice([b"\x01", b"\xf0", b"\0"]), rng
    ),
    "jpeg: stuffed bytes": lambda rng: _in_a_scan(b"\xff\0"),
    "jpeg: fill bytes": lambda rng: _in_a_scan(b"\xff"),
    "jpeg: restart markers": lambda rng: _in_a_scan(
        bytes(each for number in range(8) for each in (0xFF, 0xD0 + number))
    ),
    "jpeg: empty segments": lambda rng: small_jpeg(segment(0xE5) * (FILE_BYTES // 4 - 100)),
    "jpeg: one-byte comments": lambda rng: small_jpeg(
        segment(0xFE, b"x") * (FILE_BYTES // 5 - 100)
    ),
    "jpeg: EXIF in many segments": lambda rng: small_jpeg(
        segment(0xE1, b"Exif\0\0" + noise(64_000, rng)) * 990
    ),
    "jpeg: quantization tables": lambda rng: small_jpeg(
        segment(0xDB, bytes([0] + [1] * 64) * 1_000) * 980
    ),
    "jpeg: resources of Photoshop": lambda rng: small_jpeg(
        segment(0xED, b"Photoshop 3.0\0" + (b"8BIM\4\4\0\0" + bytes(4)) * 5_400) * 980
    ),
    "jpeg: arithmetic coding": lambda rng: jpeg(
        quantization(),
        frame(0xC9, SIDE, SIDE, 4),
        scan([1, 2, 3], 0, 63, data=entropy(3_000, rng)) * 14,
        scan([4], 0, 63),
    ),
    "jpeg: slow profile": lambda rng: small_jpeg(profile_segments(slow_profile())),
    "jpeg: inks and a profile": lambda rng: progressive(
        12, rng.choice([b"\x01", b"\xf0"]), rng, FILE_BYTES // 2, 4, table_profile(4, rng)
    ),
    "png: empty chunks": lambda rng: png(
        [rows()], 64, 48, chunk(rng.choice([b"abCd", b"tEXt", b"eXIf"])) * (FILE_BYTES // 12 - 100)
    ),
    "png: one-byte pieces": lambda rng: png(
        [], 64, 48, chunk(b"IDAT", rows()[:1]) * (FILE_BYTES // 13 - 100)
    ),
    "png: small pieces": lambda rng: png(
        [], 64, 48, chunk(b"IDAT", noise(257, rng)) * (FILE_BYTES // 269 - 100)
    ),
    "png: texts that unpack": lambda rng: compressed_text(990),
    "png: a long text": lambda rng: png(
        [rows()], 64, 48, chunk(b"iTXt", b"a\0\0\0\0\0" + "ä".encode() * (FILE_BYTES // 2 - 100))
    ),
    "png: empty blocks": lambda rng: slow_png(),
    "png: empty blocks, interlaced": lambda rng: slow_png(
        2_000, rng.randrange(FILE_BYTES // 8, FILE_BYTES), interlaced=1
    ),
    "png: empty blocks in the profile": lambda rng: png(
        [rows()], 64, 48, chunk(b"iCCP", b"a\0\0x\x01" + empty_blocks(FILE_BYTES - 10_000))
    ),
    "png: slow profile": lambda rng: png(
        [rows()], 64, 48, chunk(b"iCCP", b"a\0\0" + zlib.compress(slow_profile()))
    ),
    "webp: empty chunks": lambda rng: webp(
        (b"VP8X", struct.pack("<I", 4) + bytes(6)), *[(b"abcd", b"")] * 1_000_000
    ),
    "webp: many tables": lambda rng: many_tables(SIDE, FILE_BYTES, rng),
    "webp: many tables, few pixels": lambda rng: many_tables(1_024, 16_000_000, rng),
    "webp: dense": lambda rng: dense_webp(5_800, FILE_BYTES, rng),
}


def hostile_pictures(rng: random.Random) -> dict[str, bytes]:
    """By what is too much in them."""
    return {name: make(rng) for name, make in HOSTILE.items()}
