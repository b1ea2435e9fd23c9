"""Pictures on which any two models can be compared, without a data set.

Web pages, a phone screen and a poster are those of `examples/` at about the size that the network
sees, each also mirrored; photos are drawn at random, as there is none in the repository. Made with:

    for name in ("landing-page", "landing-page-b", "phone-screen", "poster"):
        picture = Image.open(f"examples/{name}.png").convert("RGB")
        picture.thumbnail((600, 600), Image.Resampling.LANCZOS)
        picture.save(f"evaluation/gazecast/evaluation/reference_pictures/{name}.png", optimize=True)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gazecast.data.images import open_image
from gazecast.model.vocabulary import Domain, Window

REFERENCE_WINDOW: Final[Window] = "3s"

_KINDS: dict[str, Domain] = {
    "landing-page": "web",
    "landing-page-b": "web",
    "phone-screen": "mobile",
    "poster": "poster",
}
_SCENES = 4


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePicture:
    """rgb: uint8 (rows, columns, 3)."""

    name: str
    domain: Domain
    rgb: NDArray[np.uint8]


@cache
def reference_pictures() -> tuple[ReferencePicture, ...]:
    """At least two of every kind, always the same ones."""
    pictures = []
    for name, domain in _KINDS.items():
        with open_image(Path(__file__).with_name(f"{name}.png")) as file:
            rgb = np.asarray(file.convert("RGB"))
        pictures.append(ReferencePicture(name, domain, rgb))
        mirrored = np.ascontiguousarray(rgb[:, ::-1])
        pictures.append(ReferencePicture(f"{name} mirrored", domain, mirrored))
    for number in range(_SCENES):
        scene = _scene(np.random.default_rng(number))
        pictures.append(ReferencePicture(f"scene {number}", "photo", scene))
    return tuple(pictures)


def _scene(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Three round things before a background whose amplitudes fall with frequency about as those of
    natural images do (Tolhurst, Tadmor, Chao, "Amplitude spectra of natural images", Ophthalmic and
    Physiological Optics 1992); uint8 (360, 480, 3)."""
    rows, columns = 360, 480
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns))
    frequency[0, 0] = 1.0
    noise = np.fft.ifft2(np.fft.fft2(rng.normal(size=(4, rows, columns))) / frequency**1.3).real
    noise /= noise.std(axis=(1, 2), keepdims=True)
    # Mostly grey, as natural images are: one field that all channels share, and one for each.
    texture = np.moveaxis(0.9 * noise[:1] + 0.3 * noise[1:], 0, -1)
    scene = 128 + 45 * texture
    y, x = np.mgrid[:rows, :columns]
    for _ in range(3):
        centre = rng.uniform(0.2, 0.8, 2) * (rows, columns)
        radius = rng.uniform(20, 60)
        colour = rng.uniform(0, 255, 3)
        outside = np.hypot(y - centre[0], x - centre[1]) - radius
        cover = 1 / (1 + np.exp(outside.clip(-40, 40) / 2))[..., None]
        scene = (1 - cover) * scene + cover * (colour + 15 * texture)
    pixels: NDArray[np.uint8] = scene.clip(0, 255).astype(np.uint8)
    return pixels
