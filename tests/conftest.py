"""What the tests of the service and of the command line share: files to send, and a predictor that
needs no weights."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gazecast.model.metadata import DatasetUse, InputSize, ModelInfo, RecipeUse, Score
from gazecast.model.picture import Picture, read_picture
from gazecast.model.prediction import DOMAINS, WINDOWS, DomainDecision, Prediction

EncodeImage = Callable[..., bytes]


class FixedPredictor:
    """Predicts one smooth bump, left of and above the middle, on any image."""

    info = ModelInfo(
        name="fixed",
        version="0",
        sha256="0" * 64,
        licence="none",
        datasets=(DatasetUse("made up", "CC0", 1, "test", "these tests"),),
        recipe=RecipeUse("none.yaml", "1" * 64),
        commit="2" * 40,
        created="2026-01-01T00:00:00Z",
        input=InputSize(pixels=110_592, multiple=32),
        windows=WINDOWS,
        domains={domain: f"not validated on {domain}: a bump" for domain in DOMAINS},
        metrics={"nothing": {"NSS": Score(0.0)}},
    )

    def warm_up(self) -> None:
        pass

    def predict(self, image, window="3s", domain="auto"):
        picture = image if isinstance(image, Picture) else read_picture(image)
        ratio = min(1.0, 256 / max(picture.width, picture.height))
        rows, columns = (max(1, round(side * ratio)) for side in picture.rgb.shape[:2])
        y = (np.arange(rows) + 0.5) / rows
        x = (np.arange(columns) + 0.5) / columns
        bump = np.exp(-(((y - 0.4) / 0.2) ** 2))[:, None] * np.exp(-(((x - 0.3) / 0.2) ** 2))
        used = "web" if domain == "auto" else domain
        return Prediction(
            density=(bump / bump.sum()).astype(np.float32),
            window=window,
            domain=DomainDecision(
                used, domain, dict.fromkeys(DOMAINS, 0.25), self.info.domains[used]
            ),
            width=picture.width,
            height=picture.height,
            image_sha256=picture.sha256,
            model=self.info,
        )


@pytest.fixture
def fixed_predictor() -> FixedPredictor:
    return FixedPredictor()


@pytest.fixture(scope="session")
def encode_image() -> EncodeImage:
    def encode(width: int = 120, height: int = 80, kind: str = "PNG") -> bytes:
        file = BytesIO()
        Image.effect_noise((width, height), 40).convert("RGB").save(file, kind)
        return file.getvalue()

    return encode


@pytest.fixture(scope="session")
def bad_images(encode_image: EncodeImage) -> dict[str, bytes]:
    """Files that are no usable image, by what is wrong with them."""
    png = encode_image()
    jpeg = encode_image(kind="JPEG")
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    gif = BytesIO()
    frames[0].save(gif, "GIF", save_all=True, append_images=frames[1:])
    return {
        "corrupt": png[:60] + bytes(200) + png[260:],
        "empty": b"",
        "text": b"this is not an image\n" * 10,
        "truncated": jpeg[: len(jpeg) // 2],
        "huge": _png_header(50_000, 50_000),
        "animated": gif.getvalue(),
    }


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
