"""Mutated images against a running server: 500 here, 10,000 in `make fuzz`, which sets FUZZ_IMAGES
and has the shipped model in the server.

Each is answered with 200 or a 4xx problem, and the server's memory ends where it began.
"""

from __future__ import annotations

import os
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

import httpx2
import pytest
from PIL import Image, ImageCms

IMAGES = int(os.environ.get("FUZZ_IMAGES", "500"))
WARM_UP = max(200, IMAGES // 10)
"""Images before memory is looked at: caches and pools fill first."""


def originals() -> list[bytes]:
    """Files of each kind that is read: modes, compressions, profiles, orientations."""
    noise = Image.effect_noise((240, 180), 60)
    colour = Image.merge("RGB", [noise, noise.rotate(90), noise.rotate(180)])
    with_alpha = colour.copy()
    with_alpha.putalpha(noise)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    turned = Image.Exif()
    turned[0x0112] = 6

    def saved(image: Image.Image, kind: str, **options) -> bytes:
        file = BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()

    return [
        saved(colour, "PNG", icc_profile=profile),
        saved(with_alpha, "PNG"),
        saved(colour.quantize(32), "PNG", transparency=3),
        saved(noise.convert("1"), "PNG"),
        saved(noise.convert("I;16"), "PNG"),
        saved(colour, "JPEG", exif=turned),
        saved(colour, "JPEG", progressive=True, icc_profile=profile),
        saved(colour.convert("CMYK"), "JPEG"),
        saved(noise, "JPEG"),
        saved(colour, "WEBP", exif=turned),
        saved(with_alpha, "WEBP", lossless=True),
    ]


def flip_bits(data: bytes, rng: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(rng.choice([1, 1, 4, 32])):
        mutated[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(mutated)


def flip_bits_of_the_header(data: bytes, rng: random.Random) -> bytes:
    return flip_bits(data[:64], rng) + data[64:]


def truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def wrong_header(data: bytes, rng: random.Random) -> bytes:
    start = rng.choice([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 ", b"BM"])
    return start + data[len(start) :]


def huge(data: bytes, rng: random.Random) -> bytes:
    """Other dimensions where the format has them, up to the largest it can state."""
    width, height = (rng.choice([0, 1, 4_000, 6_300, 32_768, 65_535, 2**31 - 1]) for _ in range(2))
    if data.startswith(b"\x89PNG"):
        return data[:16] + struct.pack(">II", width, height) + data[24:]
    short = struct.pack(">HH", height & 0xFFFF, width & 0xFFFF)
    frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    if data.startswith(b"\xff\xd8") and frame > 0:
        return data[: frame + 5] + short + data[frame + 9 :]
    return data[:24] + struct.pack("<HH", width & 0x3FFF, height & 0x3FFF) + data[28:]


def splice(data: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(data)), rng.randrange(1, 2_000)
    return data[:at] + rng.randbytes(length) + data[at + rng.choice([0, length]) :]


def with_right_checksums(data: bytes) -> bytes:
    """A PNG whose chunks have the checksums of what is in them, so that it is read further."""
    if not data.startswith(b"\x89PNG"):
        return data
    repaired, at = bytearray(data), 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            break
        struct.pack_into(">I", repaired, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return bytes(repaired)


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    flip_bits,
    flip_bits_of_the_header,
    truncate,
    wrong_header,
    huge,
    splice,
]


def mutated(count: int, seed: int) -> Iterator[tuple[int, bytes]]:
    files = originals()
    for number in range(count):
        rng = random.Random(seed + number)  # so that a number alone makes the image again
        image = rng.choice(MUTATIONS)(rng.choice(files), rng)
        yield number, with_right_checksums(image) if rng.random() < 0.5 else image


@pytest.fixture(scope="module")
def server(start_server):
    return start_server(shipped="FUZZ_IMAGES" in os.environ)


def test_mutated_images_are_answered_and_leave_nothing(server):
    statuses: dict[int, int] = {}
    with httpx2.Client(base_url=server.url, timeout=60) as client:

        def send(count: int, seed: int) -> None:
            for number, image in mutated(count, seed):
                accept = ("application/json", "image/png")[number % 2]
                answer = client.post(
                    "/v1/predictions", files={"image": image}, headers={"Accept": accept}
                )
                assert answer.status_code == 200 or 400 <= answer.status_code < 500, (seed, number)
                statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1

        send(WARM_UP, seed=10**9)
        before = server.resident_bytes()
        send(IMAGES, seed=0)
        after = server.resident_bytes()
    print(f"statuses {statuses}, memory {before / 2**20:.0f} -> {after / 2**20:.0f} MiB")
    # They reach the decoders: some survive, and each reason to refuse occurs.
    assert {200, 413, 415, 422} <= statuses.keys()
    assert abs(after - before) <= 0.1 * before
    assert not [line for line in server.log() if line["level"] not in {"info", "debug"}]
