"""From data sets to batches: what a pass shows the network, and what it should have answered.

A pass is planned first (which stimulus, mirrored or not, which crop), so that pictures of one
input shape can be batched, and a killed run can go on at the same batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from gazecast.data.density import blur, fixation_counts
from gazecast.data.images import open_image
from gazecast.data.layouts import read_dataset
from gazecast.data.stimulus import DataError, Fixations, Stimulus
from gazecast.evaluation.predicting import Predicting
from gazecast.model.geometry import OUTPUT_STRIDE, Placement, lay_out, place
from gazecast.model.network import WINDOW_COUNT
from gazecast.model.picture import Picture, read_picture
from gazecast.model.vocabulary import WINDOWS, Domain, Window, seconds
from gazecast.training.fit.recipe import SetUse

DensityMap = NDArray[np.uint8] | NDArray[np.float32]

MULTIPLE = 32
"""Input sides are multiples of the backbone's coarsest stride."""


@dataclass(frozen=True, slots=True)
class Batch:
    """image: float (B, 3, H, W), -1..1. inside: bool (B, 1, h, w), cells that show the picture.
    density: float (B, windows, h, w), sum 1 inside. counts: the same shape, fixations a cell.
    weight: float (B, windows), zero where there is no ground truth. readout: int64 (B,)."""

    image: Tensor
    inside: Tensor
    density: Tensor
    counts: Tensor
    weight: Tensor
    readout: Tensor

    def to(self, device: torch.device) -> Batch:
        return Batch(
            self.image.to(device, memory_format=torch.channels_last),
            self.inside.to(device),
            self.density.to(device),
            self.counts.to(device),
            self.weight.to(device),
            self.readout.to(device),
        )


@dataclass(frozen=True, slots=True)
class Example:
    """A stimulus with its pixels; they stay in memory, no larger than training needs.

    density_maps: what each window is to look like (rows, columns), any positive sum: uint8 of a map
    as published, float32 of a teacher; None where the stimulus's points say it."""

    use: SetUse
    stimulus: Stimulus
    rgb: NDArray[np.uint8]
    density_maps: Mapping[Window, DensityMap] | None
    readout: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One showing of an example. left, top, right, bottom: the crop, in 0..1 of the picture."""

    example: Example
    mirror: bool
    box: tuple[float, float, float, float]
    placement: Placement


class Samples:
    """The examples of a stage, and the batches of its passes."""

    def __init__(
        self,
        uses: Sequence[SetUse],
        data_root: Path,
        *,
        readouts: Sequence[str],
        pixels: int,
        batch: int,
        seed: int,
        teachers: Sequence[Predicting] = (),
    ) -> None:
        """teachers: label the sets that are to be taught."""
        self.pixels = pixels
        self.batch = batch
        self.seed = seed
        self._by_use = [
            [
                load_example(use, stimulus, readouts.index(use.readout), pixels, teachers)
                for stimulus in stimuli
            ]
            for use, stimuli in ((use, _stimuli(use, data_root)) for use in uses)
        ]

    def pass_batches(self, number: int) -> list[list[Planned]]:
        """The plan of pass `number`: the same for the same seed, whatever was run before."""
        rng = np.random.default_rng((self.seed, number))
        shown: list[Planned] = []
        for examples in self._by_use:
            count = max(1, round(len(examples) * examples[0].use.share))
            rounds = -(-count // len(examples))
            order = np.concatenate([rng.permutation(len(examples)) for _ in range(rounds)])
            shown += [self._plan(examples[index], rng) for index in order[:count]]
        by_shape: defaultdict[tuple[int, int], list[Planned]] = defaultdict(list)
        for index in rng.permutation(len(shown)):
            placement = shown[index].placement
            by_shape[placement.padded_height, placement.padded_width].append(shown[index])
        batches = [
            same[start : start + self.batch]
            for same in by_shape.values()
            for start in range(0, len(same), self.batch)
        ]
        return [batches[index] for index in rng.permutation(len(batches))]

    def in_order(self, wanted: Callable[[SetUse], bool] = lambda _: True) -> Iterator[Batch]:
        """The examples of the uses wanted, once each, whole and unmirrored, one a batch."""
        for examples in self._by_use:
            for example in examples:
                if wanted(example.use):
                    whole = Planned(example, False, (0.0, 0.0, 1.0, 1.0), self._place(example))
                    yield collate([whole])

    def _place(self, example: Example) -> Placement:
        height, width = example.rgb.shape[:2]
        return place(width, height, self.pixels, MULTIPLE)

    def _plan(self, example: Example, rng: np.random.Generator) -> Planned:
        mirror = example.use.mirror and bool(rng.random() < 0.5)
        keep = rng.uniform(example.use.crop, 1.0)
        left, top = rng.uniform(0, 1 - keep), rng.uniform(0, 1 - keep)
        return Planned(example, mirror, (left, top, left + keep, top + keep), self._place(example))


def collate(planned: Sequence[Planned]) -> Batch:
    """Pixels and targets of one batch; all placements share one padded shape."""
    images, insides, densities, counts, weights = [], [], [], [], []
    for item in planned:
        images.append(_pixels(item))
        inside, density, count, weight = _targets(item)
        insides.append(inside)
        densities.append(density)
        counts.append(count)
        weights.append(weight)
    stacked = np.stack(images).transpose(0, 3, 1, 2)
    return Batch(
        image=scale_pixels(torch.from_numpy(np.ascontiguousarray(stacked))),
        inside=torch.from_numpy(np.stack(insides))[:, None],
        density=torch.from_numpy(np.stack(densities)).float(),
        counts=torch.from_numpy(np.stack(counts)).float(),
        weight=torch.from_numpy(np.stack(weights)).float(),
        readout=torch.tensor([item.example.readout for item in planned]),
    )


def scale_pixels(image: Tensor) -> Tensor:
    """0..255 to -1..1, as EfficientNet-Lite was trained."""
    return image.float() / 127.5 - 1.0


def _stimuli(use: SetUse, data_root: Path) -> tuple[Stimulus, ...]:
    stimuli = read_dataset(data_root / use.set, use.layout).splits(use.splits).stimuli
    for kind in use.evidence:
        if not any(s.fixations is not None and kind in s.fixations.kind for s in stimuli):
            raise DataError(
                f"data set {use.set} has no points of kind {kind!r} in {', '.join(use.splits)}; "
                "correct 'evidence', or leave it out to use its maps"
            )
    return stimuli


def load_example(
    use: SetUse,
    stimulus: Stimulus,
    readout: int,
    pixels: int,
    teachers: Sequence[Predicting] = (),
) -> Example:
    picture = read_picture(stimulus.image_path)
    rgb = picture.rgb
    height, width = rgb.shape[:2]
    # Twice the input's area leaves detail for crops and bounds memory.
    shrink = (2 * pixels / (width * height)) ** 0.5
    if shrink < 1:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        rgb = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX))
    density_maps: Mapping[Window, DensityMap] | None = None
    if use.taught:
        density_maps = _taught(picture, use, teachers)
    elif use.evidence:
        if stimulus.fixations is None:
            raise DataError(f"{stimulus.image_path}: has no points, but evidence was asked for")
    elif stimulus.density_path is None:
        raise DataError(
            f"{stimulus.image_path}: has no map; give 'evidence' to use the points of {use.set}"
        )
    else:
        with open_image(stimulus.density_path) as file:
            density_map = np.asarray(file.convert("L"))
        density_maps = dict.fromkeys(use.windows, density_map)
    return Example(use, stimulus, rgb, density_maps, readout)


def _taught(
    picture: Picture, use: SetUse, teachers: Sequence[Predicting]
) -> dict[Window, NDArray[np.float32]]:
    """The mean of the teachers' densities (Hinton, Vinyals & Dean, "Distilling the Knowledge in a
    Neural Network", 2015)."""
    domain = cast(Domain, use.readout)
    made = [teacher.predict(picture, use.windows[0], domain).densities for teacher in teachers]
    return {
        window: np.mean([densities[window] for densities in made], axis=0, dtype=np.float32)
        for window in use.windows
    }


def _pixels(item: Planned) -> NDArray[np.uint8]:
    rgb = item.example.rgb
    height, width = rgb.shape[:2]
    left, top, right, bottom = item.box
    cropped = rgb[
        round(top * height) : round(bottom * height), round(left * width) : round(right * width)
    ]
    if item.mirror:
        cropped = cropped[:, ::-1]
    return lay_out(np.ascontiguousarray(cropped), item.placement)


def _targets(
    item: Planned,
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """inside (h, w), density (windows, h, w), counts (windows, h, w), weight (windows,)."""
    placement, use = item.placement, item.example.use
    grid = (placement.padded_height // OUTPUT_STRIDE, placement.padded_width // OUTPUT_STRIDE)
    inside = np.zeros(grid, dtype=np.bool_)
    inside[placement.cells] = True
    density = np.zeros((WINDOW_COUNT, *grid))
    counts = np.zeros((WINDOW_COUNT, *grid))
    weight = np.zeros(WINDOW_COUNT)
    for window in use.windows:
        index = WINDOWS.index(window)
        target = _from_points(item, window) if use.evidence else _from_map(item, window)
        if target is None:
            continue
        density[index][placement.cells], counts[index][placement.cells] = target
        weight[index] = use.weight / len(use.windows)
    return inside, density, counts, weight


def _from_points(
    item: Planned, window: Window
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Density and counts over the content's cells; None where nobody looked inside the crop."""
    stimulus, use, placement = item.example.stimulus, item.example.use, item.placement
    assert stimulus.fixations is not None
    assert use.sigma_px is not None
    left, top, right, bottom = item.box
    width, height = stimulus.width * (right - left), stimulus.height * (bottom - top)
    shape = (placement.height // OUTPUT_STRIDE, placement.width // OUTPUT_STRIDE)
    counts = np.zeros(shape)
    for kind, point_weight in use.evidence.items():
        points = _until(stimulus.fixations.of_kind(kind), window)
        moved = Fixations(
            x=points.x - left * stimulus.width,
            y=points.y - top * stimulus.height,
            onset_ms=points.onset_ms,
            duration_ms=points.duration_ms,
            observer=points.observer,
            kind=points.kind,
        )
        counts += point_weight * fixation_counts(moved, width, height, shape)
    if counts.sum() == 0:
        return None
    if item.mirror:
        counts = counts[:, ::-1]
    sigma = (use.sigma_px * shape[0] / height, use.sigma_px * shape[1] / width)
    return blur(counts, sigma), counts


def _until(points: Fixations, window: Window) -> Fixations:
    if np.isnan(points.onset_ms).all():
        return points
    return points.before(seconds(window))


def _from_map(
    item: Planned, window: Window
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    density_maps, placement = item.example.density_maps, item.placement
    assert density_maps is not None
    density_map = density_maps[window]
    height, width = density_map.shape
    left, top, right, bottom = item.box
    cropped = Image.fromarray(density_map.astype(np.float32)).resize(
        (placement.width // OUTPUT_STRIDE, placement.height // OUTPUT_STRIDE),
        Image.Resampling.BOX,
        box=(left * width, top * height, right * width, bottom * height),
    )
    density = np.asarray(cropped, dtype=np.float64)
    if density.sum() == 0:
        return None
    if item.mirror:
        density = density[:, ::-1]
    return density / density.sum(), np.zeros_like(density)
