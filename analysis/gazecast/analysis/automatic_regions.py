"""Regions found on a screenshot when the user gives none: text blocks, pictures and buttons.

Classical document layout analysis at a small size. Flat areas are told from detail. The large flat
areas are the page and its panels; all else lies on them as separate pieces. A filled box with a
label is a button, a large piece of many colours a picture, a thin line or a frame is nothing, and
what remains is text: run-length smoothing (Wong, Casey, Wahl, IBM J. Res. Dev. 26, 1982) joins
letters to lines, and lines of like height that lie close become blocks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gazecast.analysis.bounds import MOST_FOUND
from gazecast.analysis.regions import Region

Kind = Literal["text", "picture", "button"]

# Lengths are in cells of the reduced image, each about two CSS pixels of a desktop page.
_SIDE = 683  # the longer side at most: 12 px letters of a 1,366 px page are still told apart
_STEP = 14  # levels of 256 from cell to cell: smooth gradients have less, edges more
_PANEL = 0.015  # of the image: a flat area from here on may be background
_BORDER = 0.7  # of a panel's or a button's box's border is the panel's; corners may be round
_WHOLE = 0.9  # of the image: a picture beyond is the page's background
_SOLID = 0.8  # of its box a button fills
_BUTTON_HEIGHT = 9
_BUTTON_TALLEST = 0.12  # of the longer side
_BUTTON_SHAPE = (1.3, 14)  # width by height
_LABEL = (0.02, 0.5)  # of a button's inside
_OFF_CENTRE = 0.15  # of its height a button's label is too high or too low at most
_CONTRAST = 30  # levels of 256 between a button's fill and both its label and its surroundings
_PICTURE_SIDE = 26
_PICTURE_PART = 0.3  # of its box a picture fills
_PICTURE_COLOURS = 6  # of 512, each with at least _COLOUR_PART of the picture
_COLOUR_PART = 0.01
_OFF_LINE = 0.08  # of a picture's spread of colours that lies across its main direction
_TWO_COLOURS = 0.4  # of a picture without such a spread its two main colours fill at most
_SAMPLE = 4096  # cells of a piece are enough to tell its colours
_RULE_THICKNESS = 5
_RULE_LENGTH = 40
_INK = 0.3  # of its box a text block fills at least, gaps between words counted in
_HOLLOW = 0.15  # of its box a frame fills at most
_RIM = 3  # around a picture or a button, its outline and shadow: no text
_GAP = 8  # the widest space between two words of one line
_LETTER = 4  # high and wide is a line of text at least, with the cell around it
_LINES = 300  # at most, the largest: a page of noise has thousands
_LIKE = 1.6  # times the lower of two lines the higher may be in one block
_TEXT_PART = 0.0004  # of the image: smaller text is no block
_BAND = 0.04  # of the height: tops this close are read from left to right
_FAR = 1 << 20  # beyond any cell
_WEIGHT = 10  # times its area a button counts where regions must be left out

_Box: TypeAlias = tuple[int, int, int, int]  # top, left, bottom, right; the ends are exclusive
_Boxes: TypeAlias = NDArray[np.intp]  # (n, 4), the same


@dataclass(frozen=True, slots=True)
class AutomaticRegion:
    """region: named after its kind and counted in reading order, such as "text 1"."""

    region: Region
    kind: Kind


def automatic_regions(rgb: NDArray[np.uint8], limit: int = MOST_FOUND) -> list[AutomaticRegion]:
    """At most `limit` regions of a screenshot, in reading order; none on a blank page.

    rgb: (height, width, 3). Regions do not overlap, but that a button may lie wholly inside a text
    block or a picture. Where there are more than `limit`, the largest stay, a button's area
    counting tenfold.
    """
    small, factor = _reduced(rgb)
    boxes = _layout(small)
    boxes.sort(key=lambda found: -_area(found[1]) * (_WEIGHT if found[0] == "button" else 1))
    height, width = rgb.shape[:2]
    regions, counted = [], dict.fromkeys(("text", "picture", "button"), 0)
    for kind, (top, left, bottom, right) in _reading_order(boxes[:limit], small.shape[0]):
        counted[kind] += 1
        x, y = left * factor, top * factor
        region = Region.from_pixels(
            f"{kind} {counted[kind]}",
            x,
            y,
            min(right * factor, width) - x,
            min(bottom * factor, height) - y,
            image_width=width,
            image_height=height,
        )
        regions.append(AutomaticRegion(region, kind))
    return regions


def _reduced(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """The image at a whole fraction of its size, and that fraction's denominator."""
    factor = math.ceil(max(rgb.shape[:2]) / _SIDE)
    if factor == 1:
        return rgb, 1
    return np.asarray(Image.fromarray(rgb).reduce(factor)), factor


def _layout(small: NDArray[np.uint8]) -> list[tuple[Kind, _Box]]:
    """All regions of the reduced image (rows, columns, 3), in no order."""
    panels, flats = _flat_areas(small)
    detail = _without_rules(~panels)
    pieces, boxes, sizes = _parts(detail)
    rules: list[int] = []
    buttons: list[_Box] = []
    pictures: list[_Box] = []
    height, width = _sides(boxes)
    wide = (height >= _BUTTON_HEIGHT) & (width >= _BUTTON_HEIGHT)
    long = np.maximum(height, width) >= _RULE_LENGTH
    for index in np.flatnonzero(wide | long).tolist():
        box: _Box = tuple(boxes[index].tolist())
        every = 1 + math.isqrt(_area(box) // _SAMPLE)
        inside = pieces[_cells(box)][::every, ::every] == index + 1
        if _is_rule(box, int(sizes[index])):
            rules.append(index)
        elif _part(inside) >= _SOLID and _is_button(small, box):
            buttons.append(_without_rim(box))
        elif _is_picture(small[_cells(box)][::every, ::every], inside, box):
            pictures.append(_without_rim(box))
    pictures = [box for box in _joined(pictures) if _area(box) <= _WHOLE * panels.size]
    for flat in flats:  # buttons on pictures, and those as large as a panel
        if not any(_overlap(flat, button) for button in buttons) and _is_button(small, flat):
            buttons.append(flat)
    letters = detail
    for index in rules:
        cells = _cells(tuple(boxes[index].tolist()))
        letters[cells] &= pieces[cells] != index + 1
    for box in (*pictures, *buttons):
        letters[_cells(_grown(box, _RIM))] = False
    return _apart(_blocks(letters), pictures, buttons)


def _flat_areas(small: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], list[_Box]]:
    """Which cells (rows, columns) are background, and the boxes of flat areas of a button's size.

    Background is a flat area that is large and either fills most of its box's border, as a panel
    does, or runs along two sides of the image, as the page does.
    """
    areas, boxes, sizes = _parts(_is_flat(small))
    background = np.zeros(small.shape[:2], dtype=np.bool_)
    flats: list[_Box] = []
    rows, columns = small.shape[:2]
    for index in np.flatnonzero(sizes >= _BUTTON_HEIGHT**2).tolist():
        top, left, bottom, right = map(int, boxes[index])
        labels = areas[top:bottom, left:right]
        border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]) == index + 1
        panel = _part(border) >= _BORDER
        sides = (top <= 1) + (left <= 1) + (bottom >= rows) + (right >= columns)
        if sizes[index] >= _PANEL * background.size and (panel or sides >= 2):
            background[top:bottom, left:right] |= labels == index + 1
        if panel:
            flats.append((top, left, bottom, right))
    return background, flats


def _parts(
    mask: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.intp], NDArray[np.intp]]:
    """The parts of a mask (rows, columns) whose cells touch along an edge: labels (rows, columns),
    0 outside the mask, else the number of the part, from 1 on; boxes (parts, 4), top, left, bottom
    and right, the last two exclusive; and sizes (parts,), in cells."""
    labels, count = ndimage.label(mask)
    boxes = [(y.start, x.start, y.stop, x.stop) for y, x in ndimage.find_objects(labels)]
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    return labels.astype(np.int32, copy=False), np.array(boxes, dtype=np.intp).reshape(-1, 4), sizes


def _without_rules(detail: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the long thin lines, which would tie together what they touch."""
    for axis in (0, 1):
        thin = detail & ~_runs(detail, _RULE_THICKNESS + 1, axis=axis, outside=False)
        detail = detail & ~_runs(thin, _RULE_LENGTH, axis=1 - axis, outside=False)
    return detail


def _runs(mask: NDArray[np.bool_], length: int, axis: int, *, outside: bool) -> NDArray[np.bool_]:
    """The runs along the axis of at least `length` cells (an opening by a line). outside: whether
    what lies beyond the image belongs to the mask."""
    along = np.moveaxis(mask, axis, 0)
    runs = np.full_like(along, outside, shape=(len(along) + 2 * length, along.shape[1]))
    runs[length:-length] = along
    steps: list[int] = []
    while (done := 1 + sum(steps)) < length:
        steps.append(min(done, length - done))
    for step in steps:
        runs[:-step] &= runs[step:]
    for step in steps:
        runs[step:] |= runs[:-step]
    return np.moveaxis(runs[length:-length], 0, axis)


def _is_flat(small: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where no channel changes by more than _STEP to any of the four neighbours."""
    flat = np.ones(small.shape[:2], dtype=np.bool_)
    for channel in np.moveaxis(small, 2, 0):
        plane = np.ascontiguousarray(channel)
        for axis in (0, 1):
            here = plane[1:] if axis == 0 else plane[:, 1:]
            before = plane[:-1] if axis == 0 else plane[:, :-1]
            calm = np.maximum(here, before) - np.minimum(here, before) <= _STEP
            if axis == 0:
                flat[1:] &= calm
                flat[:-1] &= calm
            else:
                flat[:, 1:] &= calm
                flat[:, :-1] &= calm
    return flat


def _is_rule(box: _Box, size: int) -> bool:
    """A line, or a frame: long and thin, or a box with next to nothing in it."""
    height, width = box[2] - box[0], box[3] - box[1]
    if min(height, width) <= _RULE_THICKNESS:
        return max(height, width) >= _RULE_LENGTH
    return min(height, width) >= _PICTURE_SIDE and size < _HOLLOW * height * width


def _is_button(small: NDArray[np.uint8], box: _Box) -> bool:
    """Of a button's size and shape, in one colour that differs from what is around, with a label
    in the middle."""
    top, left, bottom, right = box
    height, width = bottom - top, right - left
    if not (
        left > 1
        and right < small.shape[1] - 1
        and _BUTTON_HEIGHT <= height <= _BUTTON_TALLEST * max(small.shape[:2])
        and _BUTTON_SHAPE[0] * height <= width <= _BUTTON_SHAPE[1] * height
    ):
        return False
    cells = np.ascontiguousarray(np.moveaxis(small[top:bottom, left:right], 2, 0))
    fill = np.array([_median(channel.ravel()) for channel in cells], dtype=np.float32)
    around = [
        small[max(top - 2, 0), left:right],
        small[min(bottom + 1, len(small) - 1), left:right],
    ]
    if np.abs(np.median(np.concatenate(around), axis=0) - fill).max() < _CONTRAST:
        return False
    rim = max(2, height // 6)  # an outline or a shadow
    inner = cells[:, rim:-rim, rim:-rim] - fill[:, None, None]
    label = (np.abs(inner) > _CONTRAST).any(axis=0)
    if not _LABEL[0] <= _part(label) <= _LABEL[1]:
        return False
    between_corners = label[[0, -1], height // 2 : width - height // 2]
    middle = float(np.flatnonzero(label.any(axis=1)).mean()) + 0.5
    return _part(between_corners) < 0.1 and abs(middle / len(label) - 0.5) <= _OFF_CENTRE


def _median(levels: NDArray[np.uint8]) -> float:
    """The median of many (n,), in a quarter of np.median's time."""
    not_above = np.cumsum(np.bincount(levels))
    middle = (len(levels) - 1) // 2, len(levels) // 2
    low, high = np.searchsorted(not_above, middle, side="right")
    return float(low + high) / 2


def _is_picture(cells: NDArray[np.uint8], inside: NDArray[np.bool_], box: _Box) -> bool:
    """Large and in many colours. cells: (rows, columns, 3), of the box those looked at; inside:
    (rows, columns), which of them are the piece's.

    Large letters have many colours too where they are smooth, but these are mixtures of two, ink
    and paper, that hold most cells and lie on one line in colour space.
    """
    height, width = box[2] - box[0], box[3] - box[1]
    if min(height, width) < _PICTURE_SIDE or _part(inside) < _PICTURE_PART:
        return False
    colours = cells.reshape(-1, 3)[np.flatnonzero(inside)]
    red, green, blue = colours.T.astype(np.uint16) >> 5
    parts = np.sort(np.bincount((red << 6) | (green << 3) | blue, minlength=512) / len(colours))
    if parts[-_PICTURE_COLOURS] < _COLOUR_PART:
        return False
    centred = colours - colours.mean(axis=0, dtype=np.float32)
    spread = np.sqrt(np.maximum(np.linalg.eigvalsh(centred.T @ centred), 0))
    return bool(spread[:2].sum() >= _OFF_LINE * spread.sum() or parts[-2:].sum() <= _TWO_COLOURS)


def _blocks(letters: NDArray[np.bool_]) -> list[_Box]:
    """Boxes of the text blocks that the letters (rows, columns) form."""
    smoothed = ~_runs(~letters, _GAP + 1, axis=1, outside=True)
    _, lines, _ = _parts(smoothed)
    height, width = _sides(lines)
    lines = lines[(height >= _LETTER) & (width >= _LETTER)]
    height, width = _sides(lines)
    lines = lines[np.argsort(-height * width, kind="stable")[:_LINES]]
    boxes: list[_Box] = []
    for linked in (_stacked, _beside):
        if not len(lines):
            break
        around, group = _grouped(lines, linked(lines))
        inked = np.array([_part(smoothed[_cells(box)]) >= _INK for box in around.tolist()])
        block = inked & (np.bincount(group, minlength=len(around)) > 1)
        boxes += [tuple(box) for box in around[block].tolist()]
        lines = lines[~block[group]]
    boxes += [tuple(line) for line in lines.tolist()]
    return [
        _without_rim(box)
        for box in boxes
        if _area(box) >= _TEXT_PART * letters.size and _part(smoothed[_cells(box)]) >= _INK
    ]


def _stacked(lines: _Boxes) -> NDArray[np.bool_]:
    """[i, j]: line j lies under line i, close by, of like height and at least partly below it."""
    height, width = _sides(lines)
    gap = lines[:, 0] - lines[:, 2, None]
    shared = np.minimum(lines[:, 3], lines[:, 3, None]) - np.maximum(lines[:, 1], lines[:, 1, None])
    lower = np.minimum(height, height[:, None])
    alike = (np.maximum(height, height[:, None]) <= _LIKE * lower) | (gap <= 1)
    near = (gap >= -2) & (gap <= np.maximum(lower, 3))
    found: NDArray[np.bool_] = near & alike & (shared >= 0.3 * np.minimum(width, width[:, None]))
    return found


def _beside(lines: _Boxes) -> NDArray[np.bool_]:
    """[i, j]: line j lies right of line i, close by, of like height and at its level."""
    height, _ = _sides(lines)
    gap = lines[:, 1] - lines[:, 3, None]
    shared = np.minimum(lines[:, 2], lines[:, 2, None]) - np.maximum(lines[:, 0], lines[:, 0, None])
    lower = np.minimum(height, height[:, None])
    alike = np.maximum(height, height[:, None]) <= _LIKE * lower
    found: NDArray[np.bool_] = (gap >= 0) & (gap <= 3 * lower) & alike & (shared >= 0.6 * lower)
    return found


def _grouped(boxes: _Boxes, linked: NDArray[np.bool_]) -> tuple[_Boxes, NDArray[np.int32]]:
    """The boxes around all that are linked, and which of them each box is in."""
    count, group = connected_components(csr_array(linked.astype(np.int8)), directed=False)
    around = np.tile(np.array([_FAR, _FAR, 0, 0], dtype=np.intp), (count, 1))
    np.minimum.at(around[:, :2], group, boxes[:, :2])
    np.maximum.at(around[:, 2:], group, boxes[:, 2:])
    return around, group


def _apart(
    blocks: list[_Box], pictures: list[_Box], buttons: list[_Box]
) -> list[tuple[Kind, _Box]]:
    """With their kinds, cut so that no two overlap, save a button that lies in something."""
    kept: list[tuple[Kind, _Box]] = [("button", box) for box in _joined(buttons)]
    things: list[tuple[Kind, _Box]] = [
        *(("picture", box) for box in pictures),
        *(("text", box) for box in sorted(blocks, key=_area, reverse=True)),
    ]
    for kind, box in things:
        rest: _Box | None = box
        for other_kind, other in kept:
            common = _overlap(rest, other) if rest else 0
            if rest and common and not (other_kind == "button" and common == _area(other)):
                rest = _largest_outside(rest, other)
        if rest and _area(rest) >= 0.5 * _area(box):
            kept.append((kind, rest))
    return kept


def _largest_outside(box: _Box, other: _Box) -> _Box | None:
    """The largest part of `box` above, left of, below or right of `other`."""
    top, left, bottom, right = box
    parts: list[_Box] = [
        (top, left, min(bottom, other[0]), right),
        (top, left, bottom, min(right, other[1])),
        (max(top, other[2]), left, bottom, right),
        (top, max(left, other[3]), bottom, right),
    ]
    largest = max(parts, key=_area)
    return largest if _area(largest) else None


def _joined(boxes: list[_Box]) -> list[_Box]:
    """Boxes that overlap are replaced by the box around both, until none do."""
    joined: list[_Box] = []
    waiting = list(boxes)
    while waiting:
        box = waiting.pop()
        for other in joined:
            if _overlap(box, other):
                joined.remove(other)
                waiting.append(
                    (
                        min(box[0], other[0]),
                        min(box[1], other[1]),
                        max(box[2], other[2]),
                        max(box[3], other[3]),
                    )
                )
                break
        else:
            joined.append(box)
    return joined


def _reading_order(found: list[tuple[Kind, _Box]], rows: int) -> list[tuple[Kind, _Box]]:
    """From the top in bands of like top edges, each from the left."""
    ordered: list[tuple[Kind, _Box]] = []
    band: list[tuple[Kind, _Box]] = []
    for item in sorted(found, key=lambda item: item[1]):
        if band and item[1][0] > band[0][1][0] + _BAND * rows:
            ordered += sorted(band, key=lambda item: item[1][1])
            band = []
        band.append(item)
    return ordered + sorted(band, key=lambda item: item[1][1])


def _sides(boxes: _Boxes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Heights and widths."""
    return boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]


def _part(mask: NDArray[np.bool_]) -> float:
    """Share of a mask that is set: its mean, in a tenth of the time."""
    return np.count_nonzero(mask) / mask.size


def _cells(box: _Box) -> tuple[slice, slice]:
    return slice(max(box[0], 0), box[2]), slice(max(box[1], 0), box[3])


def _grown(box: _Box, by: int) -> _Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _without_rim(box: _Box) -> _Box:
    """A change between two cells marks both, so a piece has one cell of its surroundings around."""
    return _grown(box, -1)


def _area(box: _Box) -> int:
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def _overlap(first: _Box, second: _Box) -> int:
    """Area that both cover."""
    return _area(
        (
            max(first[0], second[0]),
            max(first[1], second[1]),
            min(first[2], second[2]),
            min(first[3], second[3]),
        )
    )
