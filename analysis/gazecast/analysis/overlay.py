"""The picture that people look at: the design, its predicted attention over it, and a legend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from gazecast.analysis.colours import STEPS, colour_table, scale_level
from gazecast.model.vocabulary import SHORT_NOTICE

SCALE_NOTE = "Attention: times what an even spread would give"

# The design keeps a trace of its colours: enough to recognise it, too little to look like heat.
_SATURATION = 0.3
_BAND = 256  # rows worked on at a time, so that a large picture needs little memory besides itself

_PAPER, _LINE, _INK, _MUTED = "#ffffff", "#d0d7de", "#1f2328", "#57606a"


def heatmap(rgb: NDArray[np.uint8], density: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The picture with the density over it in the colours of `gazecast.analysis.colours`.

    rgb: uint8 (height, width, 3), sRGB. density: (rows, columns) over the same picture, sum 1.
    Returns uint8 of the same width, taller by the legend that stands below the picture.
    """
    height, width = rgb.shape[:2]
    legend_strip = legend(width, height)
    result = np.empty((height + len(legend_strip), width, 3), dtype=np.uint8)
    result[height:] = legend_strip
    intensity = Image.fromarray((density * density.size).astype(np.float32))
    palette = colour_table().tobytes()
    for top in range(0, height, _BAND):
        bottom = min(top + _BAND, height)
        band = ImageEnhance.Color(Image.fromarray(rgb[top:bottom])).enhance(_SATURATION)
        edges = (top * intensity.height / height, bottom * intensity.height / height)
        smooth = intensity.resize(
            band.size, Image.Resampling.BICUBIC, box=(0, edges[0], intensity.width, edges[1])
        )
        heat = Image.fromarray(scale_level(np.asarray(smooth)))
        heat.putpalette(palette, "RGBA")
        heat = heat.convert("RGBA")
        band.paste(heat, mask=heat)
        result[top:bottom] = np.asarray(band)
    return result


def legend(width: int, height: int) -> NDArray[np.uint8]:
    """The strip below a picture of width x height px: uint8 (rows, width, 3)."""
    labels = [f"{step}x" for step in STEPS[:-1]] + [f"{STEPS[-1]}x+"]
    return legend_strip(width, height, colour_table(), labels, SCALE_NOTE)


def legend_strip(
    width: int, height: int, colours: NDArray[np.uint8], labels: Sequence[str], note: str
) -> NDArray[np.uint8]:
    """The strip below a picture of width x height px: uint8 (rows, width, 3).

    colours: sRGB and opacity along the scale, uint8 (n, 4). labels: evenly spaced along it. note:
    what it shows.

    The text grows with the picture, because it is mostly seen scaled to a screen. Scale and words
    stand side by side where there is room, else the words go below.
    """
    size = round(min(max(0.03 * min(width, height), 12), 96))
    font = ImageFont.load_default(size)
    margin = min(size, width // 10)
    room = max(1, width - 2 * margin)

    bar_width, bar_height = min(room, 20 * size), size
    scale_height = bar_height + round(1.4 * size)
    words_left, words_top = margin + bar_width + 2 * size, margin
    words_width = max(font.getlength(text) for text in (note, SHORT_NOTICE))
    if words_left + words_width + margin > width:
        words_left, words_top = margin, margin + scale_height + size // 2
    lines = [
        (line, ink)
        for text, ink in ((note, _INK), (SHORT_NOTICE, _MUTED))
        for line in _wrap(text, font, room)
    ]
    line_height = round(1.4 * size)
    words_height = line_height * len(lines)
    rows = max(margin + scale_height, words_top + words_height) + margin

    strip = Image.new("RGB", (width, rows), _PAPER)
    draw = ImageDraw.Draw(strip)
    draw.line((0, 0, width, 0), fill=_LINE, width=_hairline(size))
    _draw_scale(strip, (margin, margin), (bar_width, bar_height), font, colours, labels)
    for number, (line, ink) in enumerate(lines):
        draw.text((words_left, words_top + number * line_height), line, fill=ink, font=font)
    return np.asarray(strip)


Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def _draw_scale(
    strip: Image.Image,
    corner: tuple[int, int],
    size: tuple[int, int],
    font: Font,
    colours: NDArray[np.uint8],
    labels: Sequence[str],
) -> None:
    """The colours along the scale, as they look on white, and their labels."""
    (left, top), (width, height) = corner, size
    draw = ImageDraw.Draw(strip)
    bar = Image.fromarray(colours[None]).resize(size, Image.Resampling.BILINEAR)
    strip.paste(bar, corner, mask=bar)
    hairline = _hairline(height)
    draw.rectangle((left, top, left + width - 1, top + height - 1), outline=_LINE, width=hairline)
    shown = labels if width >= 12 * height else (labels[0], labels[-1])
    for number, label in enumerate(shown):
        x = left + (width - 1) * number / (len(shown) - 1)
        anchor = "la" if number == 0 else "ra" if number == len(shown) - 1 else "ma"
        draw.line((x, top + height, x, top + 1.25 * height), fill=_MUTED, width=hairline)
        draw.text((x, top + 1.35 * height), label, fill=_INK, font=font, anchor=anchor)


def _hairline(font_size: int) -> int:
    return max(1, font_size // 16)


def _wrap(text: str, font: Font, width: float) -> list[str]:
    """`text` in lines of at most `width` px, a word longer than that on a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
