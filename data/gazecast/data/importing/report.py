"""The data report: one HTML file that shows what was imported, with pictures to look at."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from importlib.resources import files

import jinja2
import numpy as np
from PIL import Image, ImageDraw, ImageOps

from gazecast.data.images import open_image
from gazecast.data.importing.quality import Quality
from gazecast.data.stimulus import Stimulus

MOST_PICTURES = 60
"""Of larger sets, so many images spread evenly are shown."""

_SIDE = 480  # pixels of a picture's longer side
_DOT = 4
# Told apart by people who do not see red and green apart either (Okabe & Ito 2008).
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#000000")


def data_report(
    name: str,
    origin: str,
    quality: Quality,
    dropped: Mapping[str, int],
    notes: Sequence[str],
) -> str:
    """HTML that needs no other file. origin: what was imported, in words."""
    people = [one.name for one in quality.observers]
    step = max(1, -(-len(quality.images) // MOST_PICTURES))
    shown = quality.images[::step]
    template = files("gazecast.data.importing").joinpath("report.html.j2").read_text("utf-8")
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
        template
    )
    return page.render(
        name=name,
        origin=origin,
        quality=quality,
        kept=sum(quality.kinds.values()),
        dropped=dropped,
        notes=notes,
        everything=_everything([one.stimulus for one in quality.images]),
        pictures=[(one, _picture(one.stimulus, people)) for one in shown],
    )


def _picture(stimulus: Stimulus, people: Sequence[str]) -> str:
    """The image, faded, with a dot for each point, a colour for each observer."""
    with open_image(stimulus.image_path) as image:
        image.draft("RGB", (2 * _SIDE, 2 * _SIDE))
        picture = ImageOps.exif_transpose(image).convert("RGB")
    scale = min(1.0, _SIDE / max(stimulus.width, stimulus.height))
    size = (max(1, round(stimulus.width * scale)), max(1, round(stimulus.height * scale)))
    picture = Image.blend(picture.resize(size), Image.new("RGB", size, "white"), 0.4)
    draw = ImageDraw.Draw(picture)
    points = stimulus.fixations
    if points is not None:
        colour = {name: _COLOURS[index % len(_COLOURS)] for index, name in enumerate(people)}
        for x, y, name in zip(
            points.x * scale, points.y * scale, points.observer.tolist(), strict=True
        ):
            box = (x - _DOT, y - _DOT, x + _DOT, y + _DOT)
            draw.ellipse(box, fill=colour[name], outline="white")
    return _embedded(picture)


def _everything(stimuli: Sequence[Stimulus]) -> str:
    """All points of all images in one frame, darker where there are more."""
    frame = (240, 160)
    counts = np.zeros(frame[::-1])
    for one in stimuli:
        if one.fixations is not None:
            column = (one.fixations.x / one.width * frame[0]).astype(np.intp)
            row = (one.fixations.y / one.height * frame[1]).astype(np.intp)
            np.add.at(counts, (row, column), 1)
    # The square root shows single points beside crowds.
    level = np.sqrt(counts / max(1.0, counts.max()))
    grey = Image.fromarray((255 * (1 - level)).astype(np.uint8))
    return _embedded(grey.resize((2 * frame[0], 2 * frame[1]), Image.Resampling.NEAREST))


def _embedded(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
