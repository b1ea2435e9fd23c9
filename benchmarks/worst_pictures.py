"""Searches for the pictures that take `read_picture` longest, of those that its limits let through.

    python benchmarks/worst_pictures.py [SEED [TRIES]]

A picture is made from choices: how a JPEG is scanned, with which codes and how sampled; what a PNG
has of empty blocks, filters and passes; of how many codes a WebP is. The search changes one choice
of the worst so far at a time, from several starts, on pictures of 2.5 megapixels with as many bytes
each as 64 MB are to 40. The worst of each format is then made at that size and read. The time is
the processor's, in this process, where nothing ends it. As times decide, no two searches are alike.
"""

from __future__ import annotations

import math
import random
import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from hostile import pictures as made
from hostile.pictures import FILE_BYTES, SIDE

from gazecast.model.picture import PictureError, read_picture

SMALL = 1_575  # a sixteenth of the largest picture's pixels
SCANS = 15  # that the largest may have
STARTS = 5

Choices = dict[str, int]


def jpeg(side: int, size: int, choice: Mapping[str, int], rng: random.Random) -> bytes:
    progressive = choice["kind"] == 0xC2
    components = range(1, choice["components"] + 1)
    chosen = random.Random(choice["codes"])
    codes = [made.huffman(0, bytes(chosen.sample(range(9), 3)))]
    codes.append(made.huffman(1, bytes(chosen.sample(range(256), choice["symbols"]))))
    profile = b""
    if choice["profile"] and len(components) > 1:
        profile = made.table_profile(len(components), chosen)
    parts = [
        made.profile_segments(profile),
        made.quantization(),
        made.frame(choice["kind"], side, side, len(components), [choice["sampling"], *[0x11] * 3]),
        made.segment(0xDD, choice["restarts"].to_bytes(2, "big")),
        *codes,
    ]
    share = size // choice["scans"] - 1_000
    for number in range(choice["scans"]):
        data = made.entropy(share, rng)
        if choice["restarts"]:
            data = data[: share // 2] + b"".join(b"\xff%c" % (0xD0 + n) for n in range(8)) * (
                share // 32
            )
        if not progressive:
            several = components if choice["scans"] == 1 else components[: choice["together"]]
            parts.append(made.scan(several, 0, 63, 0, data))
        elif number == 0:
            parts.append(made.scan(components, 0, 0, 13, data))
        else:
            low = max(0, 13 - number)
            high = 0 if number == 1 or not choice["refined"] else low + 1
            parts.append(made.scan(components[:1], choice["first"], 63, high << 4 | low, data))
    return made.jpeg(*parts)


def png(side: int, size: int, choice: Mapping[str, int], rng: random.Random) -> bytes:
    colour, depth = divmod(choice["colour and depth"], 100)
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] * depth
    passes = [(0, 0, 1, 1)]
    if choice["interlaced"]:
        passes = [
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
        ]
        passes.append((0, 1, 1, 2))
    raw = []
    for left, top, across, down in passes:
        width, height = math.ceil((side - left) / across), math.ceil((side - top) / down)
        rows = np.frombuffer(
            made.noise(height * (1 + math.ceil(width * samples / 8)), rng), np.uint8
        )
        rows = (rows >> choice["calm"]).reshape(height, -1)
        rows[:, 0] = choice["filter"]
        raw.append(rows.tobytes())
    pixels = zlib.compress(b"".join(raw), 1)
    room = size * choice["piece"] // (choice["piece"] + 12) - len(pixels)
    blocks = made.empty_blocks(max(0, room) * choice["blocks"] // 100)
    others = [made.chunk(b"PLTE", bytes(range(192)) * 4)] if colour == 3 else []
    if choice["transparent"] and colour in (0, 2, 3):
        others.append(made.chunk(b"tRNS", made.noise(6, rng)))
    stream = pixels[:2] + blocks + pixels[2:]
    pieces = [
        stream[start : start + choice["piece"]] for start in range(0, len(stream), choice["piece"])
    ]
    return made.png(
        pieces, side, side, *others, depth=depth, colour=colour, interlaced=choice["interlaced"]
    )


def webp(side: int, size: int, choice: Mapping[str, int], rng: random.Random) -> bytes:
    if choice["lossless"]:
        return made.many_tables(side, size, rng, 2 ** choice["sets"])
    return made.dense_webp(side, size, rng)


Maker = Callable[[int, int, Mapping[str, int], random.Random], bytes]
FORMATS: dict[str, tuple[Maker, dict[str, Sequence[int]]]] = {
    "JPEG": (
        jpeg,
        {
            "kind": (0xC0, 0xC1, 0xC2),
            "components": (1, 3, 4),
            "sampling": (0x11, 0x21, 0x22, 0x41, 0x14),
            "together": (1, 2, 3),
            "restarts": (0, 0, 1, 7, 1_000),
            "scans": (1, 2, 10, SCANS),
            "first": (1, 1, 2, 32),
            "refined": (0, 1),
            "symbols": (1, 2, 3, 8, 14),
            "codes": range(1_000),
            "profile": (0, 1),
        },
    ),
    "PNG": (
        png,
        {
            "colour and depth": (1, 8, 16, 208, 216, 301, 308, 408, 416, 608, 616),
            "interlaced": (0, 1),
            "filter": range(5),
            "calm": (0, 2, 4, 7),
            "blocks": (0, 10, 50, 99),
            "transparent": (0, 1),
            "piece": (257, 8_192, 10**9),
        },
    ),
    "WebP": (webp, {"lossless": (0, 1), "sets": range(8, 13)}),
}


def seconds(data: bytes) -> tuple[float, str]:
    """Of processor time, and what came of it."""
    started = time.process_time()
    try:
        read_picture(data)
        outcome = "read"
    except PictureError as error:
        outcome = error.code
    return time.process_time() - started, outcome


def search(maker: Maker, space: Mapping[str, Sequence[int]], seed: int, tries: int) -> Choices:
    rng = random.Random(seed)
    worst: tuple[float, Choices] = (0.0, {})
    for _ in range(STARTS):
        choices = {name: rng.choice(values) for name, values in space.items()}
        longest = 0.0
        for _ in range(tries // STARTS):
            name = rng.choice([*space])
            changed = {**choices, name: rng.choice(space[name])}
            took, _ = seconds(maker(SMALL, FILE_BYTES // 16, changed, random.Random(seed)))
            if took >= longest:
                longest, choices = took, changed
        worst = max(worst, (longest, choices), key=lambda each: each[0])
    return worst[1]


def main() -> None:
    seed, tries = (
        int(argument) for argument in [*sys.argv[1:], *("0", "200")[len(sys.argv) - 1 :]]
    )
    for name, (maker, space) in FORMATS.items():
        choices = search(maker, space, seed, tries)
        data = maker(SIDE, FILE_BYTES - 100_000, choices, random.Random(seed))
        took, outcome = seconds(data)
        print(f"{name}: {took:.1f} s, {len(data) / 1e6:.0f} MB, {outcome}: {choices}", flush=True)


if __name__ == "__main__":
    main()
