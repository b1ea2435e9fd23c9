"""Pictures that are no design and no photo, drawn at random: what the model should not be asked.

Blank ones, noise, gradients and patterns, source code, scanned text.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

_SIDE = 480
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
_SYMBOLS = np.array(list("()[]{}=+-*/.,:;<>_'\"#&|"))

Rgb = NDArray[np.uint8]


def odd_picture(rng: np.random.Generator) -> Rgb:
    """One of them, uint8 (480, 480, 3)."""
    kinds = (_blank, _noise, _gradient, _pattern, _code, _scan)
    return kinds[rng.integers(len(kinds))](rng)


def _blank(rng: np.random.Generator) -> Rgb:
    grey = rng.random() < 0.6
    colour = np.full(3, rng.choice([0, 128, 255])) if grey else rng.integers(0, 256, 3)
    return np.full((_SIDE, _SIDE, 3), colour, dtype=np.uint8)


def _noise(rng: np.random.Generator) -> Rgb:
    """Of a random grain, coloured or grey."""
    side = int(_SIDE / np.exp(rng.uniform(0, np.log(60))))
    channels = rng.choice([1, 3])
    values = np.broadcast_to(rng.integers(0, 256, (side, side, channels)), (side, side, 3))
    grains = Image.fromarray(np.ascontiguousarray(values, dtype=np.uint8))
    return np.asarray(grains.resize((_SIDE, _SIDE), Image.Resampling(int(rng.integers(0, 4)))))


def _gradient(rng: np.random.Generator) -> Rgb:
    y, x = np.mgrid[:_SIDE, :_SIDE] / _SIDE
    turn = rng.uniform(0, 2 * np.pi)
    along = (np.cos(turn) * x + np.sin(turn) * y)[..., None]
    first, second = rng.integers(0, 256, (2, 3))
    along = (along - along.min()) / np.ptp(along)
    return np.asarray(first + (second - first) * along).astype(np.uint8)


def _pattern(rng: np.random.Generator) -> Rgb:
    """Squares or stripes."""
    y, x = np.mgrid[:_SIDE, :_SIDE] // int(rng.integers(4, 80))
    on = ((x + y) % 2 if rng.random() < 0.5 else x % 2)[..., None].astype(bool)
    first, second = rng.integers(0, 256, (2, 3))
    squares: Rgb = np.where(on, first, second).astype(np.uint8)
    return squares


def _word(rng: np.random.Generator) -> str:
    return "".join(rng.choice(_LETTERS, rng.integers(1, 10)))


def _code(rng: np.random.Generator) -> Rgb:
    dark = rng.random() < 0.6
    paper = rng.integers(0, 50, 3) if dark else rng.integers(235, 256, 3)
    image = Image.new("RGB", (_SIDE, _SIDE), tuple(paper.tolist()))
    draw, size = ImageDraw.Draw(image), int(rng.integers(6, 16))
    font, indent = ImageFont.load_default(size), 0
    inks = rng.integers(140, 256, (4, 3)) if dark else rng.integers(0, 140, (4, 3))
    for number, y in enumerate(range(4, _SIDE, round(1.3 * size))):
        draw.text((4, y), str(number), font=font, fill="grey")
        indent = int(np.clip(indent + rng.integers(-1, 2), 0, 6))
        if rng.random() < 0.15:
            continue
        x = 4.0 + 3 * size + indent * 2 * size
        for _ in range(rng.integers(1, 9)):
            token = _word(rng) + "".join(rng.choice(_SYMBOLS, rng.integers(0, 3))) + " "
            draw.text((x, y), token, font=font, fill=tuple(inks[rng.integers(4)].tolist()))
            x += font.getlength(token)
    return np.asarray(image)


def _scan(rng: np.random.Generator) -> Rgb:
    """Lines of black text on grey paper, a little askew, blurred and grainy."""
    paper, size = int(rng.integers(215, 256)), int(rng.integers(5, 13))
    image = Image.new("L", (_SIDE, _SIDE), paper)
    draw, font, margin = ImageDraw.Draw(image), ImageFont.load_default(size), _SIDE // 9
    for y in range(margin, _SIDE - margin, round(1.5 * size)):
        line = ""
        while font.getlength(line) < _SIDE - 2.5 * margin:
            line += _word(rng) + " "
        draw.text((margin, y), line, font=font, fill=int(rng.integers(10, 80)))
    turned = image.rotate(rng.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=paper)
    blurred = np.asarray(turned.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1))), dtype=float)
    grainy = blurred + rng.normal(0, rng.uniform(0, 12), blurred.shape)
    return np.repeat(grainy.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
