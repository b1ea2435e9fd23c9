"""Zips that a reader can stumble over, get lost in or be kept busy by. None is larger than 2 MB."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LOCAL = "<4s5H3I2H"
_LISTED = "<4s6H3I5H2I"
_END = "<4s4H2IH"
_ENTRY_BYTES = 46


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """A file as an archive tells of it, true unless given otherwise. packed: its bytes as they lie
    there. local_name: what stands before them, where it differs."""

    name: bytes = b"a.png"
    packed: bytes = b"x"
    method: int = zipfile.ZIP_STORED
    flags: int = 0
    needs: int = 20
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    extra: bytes = b""
    comment: bytes = b""
    local_name: bytes | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        stored = self.method == zipfile.ZIP_STORED
        content = self.packed if stored else zlib.decompressobj(-15).decompress(self.packed)
        length = len(self.packed) if self.packed_size is None else self.packed_size
        return (
            zlib.crc32(content) if self.crc is None else self.crc,
            length,
            len(content) if self.size is None else self.size,
        )


def _archive(
    entries: Sequence[_Entry],
    *,
    comment: bytes = b"",
    listed: bytes | None = None,
    before_end: bytes = b"",
    end: tuple[int, ...] | None = None,
) -> bytes:
    """listed: other bytes in the place of the table of contents. end: other numbers of its size and
    place."""
    files, contents = bytearray(), bytearray()
    for entry in entries:
        offset = len(files) if entry.offset is None else entry.offset
        kind = (entry.needs, entry.flags, entry.method, 0, 0, *entry.numbers)
        name = entry.name if entry.local_name is None else entry.local_name
        files += struct.pack(_LOCAL, b"PK\3\4", *kind, len(name), 0) + name + entry.packed
        lengths = len(entry.name), len(entry.extra), len(entry.comment)
        contents += struct.pack(_LISTED, b"PK\1\2", 20, *kind, *lengths, 0, 0, 0, offset)
        contents += entry.name + entry.extra + entry.comment
    listed = bytes(contents) if listed is None else listed
    count = min(len(entries), 0xFFFF)
    place = (len(listed), len(files)) if end is None else end
    tail = struct.pack(_END, b"PK\5\6", 0, 0, count, count, *place, len(comment)) + comment
    return bytes(files) + listed + before_end + tail


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _sharing(packed: bytes, times: int) -> bytes:
    """The same packed bytes as a file again and again, as in Fifield's zip bomb."""
    first = _Entry(packed=packed, method=zipfile.ZIP_DEFLATED)
    once = _archive([first])
    start = once.index(b"PK\1\2")
    return _archive([first], listed=once[start : once.index(b"PK\5\6")] * times)


def _tiny_blocks(count: int) -> bytes:
    """Deflate blocks that each take a code of their own and hold nothing: 91 bits and some two
    microseconds each."""
    order = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1)
    fields = [(0, 1), (2, 2), (0, 5), (0, 5), (14, 4)]
    fields += [(1 if length in {1, 18} else 0, 3) for length in order]
    # 255 symbols without a code, two of one bit, one distance of one bit; the end of the block.
    fields += [(1, 1), (127, 7), (1, 1), (106, 7), (0, 1), (0, 1), (0, 1), (1, 1)]
    bits, width = 0, 0
    for value, size in fields:
        bits |= value << width
        width += size
    eight = sum(bits << (width * place) for place in range(8)).to_bytes(width, "little")
    return eight * (count // 8)


def honest_zips() -> list[bytes]:
    """What people send, in the ways that programs write it."""
    files = {"a.png": b"some text " * 20, "pages/b.jpg": b"x", "\N{CHECK MARK}.webp": bytes(300)}
    archives = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.comment = b"made by hand"
            archive.mkdir("pages")
            for name, content in files.items():
                archive.writestr(name, content)
        archives.append(file.getvalue())
    large = io.BytesIO()
    with zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=True) as opened:
                opened.write(content)
    archives.append(large.getvalue())
    return archives


def hostile_zips(rng: random.Random) -> dict[str, bytes]:
    """By what is wrong with them."""
    text = b"some text " * 20
    packed = _deflated(text)
    zip64 = struct.pack("<HHQQQ", 1, 24, 2**63, 2**63, 2**64 - 1)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 2**63, 1)
    lying_end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 20, 20, 0, 0, 1, 1, 2**63, 2**63)
    true_locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(_archive([_Entry()])) - 22, 1)
    full = 0xFFFFFFFF
    many = 1_100_000
    return {
        "a name of NUL": _archive([_Entry(name=b"\0")]),
        "NUL before a name": _archive([_Entry(name=b"\0a.png")]),
        "NUL in a name": _archive([_Entry(name=b"a.png\0../../b")]),
        "no name": _archive([_Entry(name=b"")]),
        "a name that is no UTF-8": _archive([_Entry(name=b"\xff\xfe", flags=0x800)]),
        "a name that is half a letter": _archive([_Entry(name=b"a\xc3", flags=0x800)]),
        "two names for one file": _archive([_Entry(local_name=b"b.png")]),
        "a local name that is no UTF-8": _archive([_Entry(flags=0x800, local_name=b"\xff")]),
        "the same name twice": _archive([_Entry(), _Entry(packed=b"y")]),
        "names out of the folder": _archive(
            [
                _Entry(name=name)
                for name in (b"../../a", b"/etc/b", b"C:\\c", b"d\\..\\e", b"\n\x1b")
            ]
        ),
        "an extra field that is cut off": _archive([_Entry(extra=b"\1\0\xff\xff")]),
        "an extra field of 64 bits that is empty": _archive(
            [_Entry(extra=b"\1\0\0\0", size=full, packed_size=full)]
        ),
        "an extra field with half a name": _archive([_Entry(extra=b"up\6\0\1\0\0\0\0\xc3")]),
        "sizes and a place of 64 bits": _archive(
            [_Entry(extra=zip64, size=full, packed_size=full, offset=full)]
        ),
        "a place before the start": _archive([_Entry(offset=0)], end=(52, 2**31)),
        "a place after the end": _archive([_Entry(offset=2**31)]),
        "contents before the start": _archive([_Entry()], end=(51, full - 1)),
        "contents longer than the file": _archive([_Entry()], end=(2**31, 0)),
        "contents of 64 bits far away": _archive([_Entry()], before_end=locator, end=(full, full)),
        "contents of 64 bits that lie": _archive(
            [_Entry()], before_end=lying_end + true_locator, end=(full, full)
        ),
        "contents that are cut off": _archive([_Entry()], listed=b"PK\1\2" + bytes(20)),
        "contents that are none": _archive([_Entry()], listed=rng.randbytes(200)),
        "an end that is none": _archive([_Entry()])[:-8],
        "a start alone": b"PK\3\4",
        "an end alone": _archive([]),
        "a comment of 64 kB": _archive([_Entry()], comment=b"c" * 65_535),
        "a comment of 64 kB of ends": _archive([_Entry()], comment=b"PK\5\6" * 16_383),
        "a checksum that is wrong": _archive([_Entry(crc=1)]),
        "a size that is too small": _archive([_Entry(packed=packed, method=8, size=1)]),
        "a size that is too large": _archive([_Entry(packed=packed, method=8, size=2**31)]),
        "packed bytes that are cut off": _archive(
            [_Entry(packed=packed[:-4], method=8, crc=zlib.crc32(text), size=len(text))]
        ),
        "packed bytes beyond the end": _archive([_Entry(packed_size=2**31, size=2**31)]),
        "noise for packed bytes": _archive([_Entry(packed=packed, method=8)]).replace(
            packed, rng.randbytes(len(packed))
        ),
        "an encrypted file": _archive([_Entry(flags=0x1)]),
        "a strongly encrypted file": _archive([_Entry(flags=0x41)]),
        "strong encryption alone": _archive([_Entry(flags=0x40)]),
        "a patch of a file": _archive([_Entry(flags=0x20)]),
        **{
            f"method {method}": _archive([_Entry(method=method, crc=1, size=1)])
            for method in (1, 6, 9, 12, 14, 93, 95, 99, 0xFFFF)
        },
        "a version of the future": _archive([_Entry(needs=255)]),
        "a zip in a zip": _archive([_Entry(packed=_archive([_Entry()]))]),
        # Those that keep a reader busy.
        "files that share much": _sharing(_deflated(bytes(10_000_000)), 900),
        "files that share nothing much": _sharing(_tiny_blocks(40_000) + _deflated(b"x"), 900),
        "blocks without content": _archive(
            [_Entry(packed=_tiny_blocks(100_000) + _deflated(b"x"), method=8)]
        ),
        "many folders": _archive([_Entry(name=b"a/", packed=b"")] * (many // 84)),
        "folders listed only": _archive(
            [_Entry()], listed=_listed(b"a/") * (many // (_ENTRY_BYTES + 2))
        ),
        "extra fields without content": _archive(
            [_Entry()], listed=_listed(b"a/", struct.pack("<HH", 9, 0) * 16_383) * (many // 65_580)
        ),
        "contents without end": _archive([_Entry()], listed=_listed(b"a") * 40_000),
    }


def _listed(name: bytes, extra: bytes = b"") -> bytes:
    """An entry of a table of contents with no file behind it."""
    numbers = (20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), len(extra), 0, 0, 0, 0, 0)
    return struct.pack(_LISTED, b"PK\1\2", *numbers) + name + extra


def mutated_zips(count: int, rng: random.Random) -> Iterator[bytes]:
    """Honest zips with a change or two each: a flipped bit, a number that is extreme, bytes from
    elsewhere in the file, or some that are missing or doubled."""
    honest = honest_zips()
    for _ in range(count):
        archive = bytearray(rng.choice(honest))
        for _ in range(rng.randint(1, 2)):
            _mutate(archive, rng)
        # What does not begin like this is no zip, and is taken for a picture.
        archive[:4] = b"PK\3\4"
        yield bytes(archive)


def _mutate(archive: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(archive))
    contents = archive.find(b"PK\1\2")
    if contents >= 0 and rng.random() < 0.6:  # where the numbers are that are believed
        at = rng.randrange(contents, len(archive))
    length = rng.choice((1, 2, 4, 8))
    match rng.choices(("bit", "number", "move", "cut", "double"), (6, 6, 3, 1, 1))[0]:
        case "bit":
            archive[at] ^= 1 << rng.randrange(8)
        case "number":
            number = rng.choice((0, 1, 2**15, 2**31, 2**63, 2**64 - 1, rng.getrandbits(64)))
            archive[at : at + length] = struct.pack("<Q", number)[:length]
        case "move":
            other = rng.randrange(len(archive))
            archive[at : at + length] = archive[other : other + length]
        case "cut":
            del archive[at : at + length]
        case "double":
            archive[at:at] = archive[at : at + length]
