"""What is worth knowing about imported data before a model is trained on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gazecast.data.density import blur, fixation_counts
from gazecast.data.importing.offsets import BLUR, CELLS, Offsets, offsets_by_observer
from gazecast.data.near_duplicates import group_near_duplicates
from gazecast.data.splits import observer_folds
from gazecast.data.stimulus import Fixations, FloatArray, Stimulus

MOST_IMAGES = 100
"""That offsets and agreement are computed on; of larger sets, as many spread evenly."""

HALVINGS = 5
"""Random divisions of the observers into halves, for their agreement."""

_POOLED = "all"  # the observer of sets that do not say who looked


@dataclass(frozen=True, slots=True)
class ObserverQuality:
    """off_image: share of their points that lay off the image, or None where not known. offsets:
    None with too few images to tell."""

    name: str
    images: int
    fixations: int
    median_ms: float | None
    off_image: float | None
    offsets: Offsets | None


@dataclass(frozen=True, slots=True)
class ImageQuality:
    stimulus: Stimulus
    observers: int
    fixations: int


@dataclass(frozen=True, slots=True)
class Quality:
    """kinds: records by kind; the rest is about `kind`, the strongest there is. agreement: mean
    correlation of the densities of two halves of the observers, None where they cannot be told
    apart. near_duplicates: names of images that are versions of one another. warnings: sentences.
    """

    kinds: dict[str, int]
    kind: str
    observers: tuple[ObserverQuality, ...]
    images: tuple[ImageQuality, ...]
    agreement: float | None
    near_duplicates: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...]


def examine(
    stimuli: Sequence[Stimulus],
    dropped: Mapping[str, int],
    off_image: Mapping[str, float] | None = None,
    seen: Mapping[str, Sequence[str]] | None = None,
) -> Quality:
    """Look at stimuli with their fixations; see `Assembled` for the others.

    Raises DataError when an image cannot be read.
    """
    kinds: Counter[str] = Counter()
    for one in stimuli:
        kinds.update([] if one.fixations is None else one.fixations.kind.tolist())
    kind = "fixation" if "fixation" in kinds or not kinds else kinds.most_common(1)[0][0]
    chosen = [_of_kind(one, kind) for one in stimuli]
    some = chosen[:: max(1, -(-len(chosen) // MOST_IMAGES))]
    images = tuple(
        ImageQuality(one, len(set(points.observer.tolist())), len(points))
        for one in chosen
        if (points := one.fixations) is not None
    )
    by_person = _observers(chosen, off_image or {}, offsets_by_observer(some, seen or {}))
    groups = group_near_duplicates([one.image_path for one in chosen])
    quality = Quality(
        kinds=dict(kinds.most_common()),
        kind=kind,
        observers=by_person,
        images=images,
        agreement=_agreement(some),
        near_duplicates=tuple(
            tuple(chosen[index].name for index in group) for group in groups if len(group) > 1
        ),
        warnings=(),
    )
    return replace(quality, warnings=tuple(_warnings(quality, dropped)))


def _of_kind(stimulus: Stimulus, kind: str) -> Stimulus:
    if stimulus.fixations is None:
        return stimulus
    points = stimulus.fixations.of_kind(kind)
    return replace(stimulus, fixations=points if len(points) else None)


def _observers(
    stimuli: Sequence[Stimulus], off_image: Mapping[str, float], offsets: Mapping[str, Offsets]
) -> tuple[ObserverQuality, ...]:
    images: Counter[str] = Counter()
    fixations: Counter[str] = Counter()
    durations: dict[str, list[FloatArray]] = {}
    for stimulus in stimuli:
        points = stimulus.fixations
        if points is None:
            continue
        names, codes = np.unique(points.observer, return_inverse=True)
        for code, name in enumerate(names.tolist()):
            images[name] += 1
            fixations[name] += int((codes == code).sum())
            durations.setdefault(name, []).append(points.duration_ms[codes == code])
    return tuple(
        ObserverQuality(
            name=name,
            images=images[name],
            fixations=fixations[name],
            median_ms=_median(np.concatenate(durations[name])),
            off_image=off_image.get(name),
            offsets=offsets.get(name),
        )
        for name in sorted(images, key=_natural)
    )


def _natural(name: str) -> tuple[int, str]:
    """P2 before P10."""
    return len(name), name


def _median(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def _agreement(stimuli: Sequence[Stimulus]) -> float | None:
    people = {
        name
        for one in stimuli
        if one.fixations is not None
        for name in np.unique(one.fixations.observer).tolist()
    }
    if len(people) < 4:
        return None
    correlations = []
    for seed in range(HALVINGS):
        halves = observer_folds(stimuli, 2, seed)
        for stimulus in stimuli:
            points = stimulus.fixations
            if points is None:
                continue
            parts = [points.where(np.isin(points.observer, half)) for half in halves]
            if all(len(part) for part in parts):
                first, second = (_density(stimulus, part).ravel() for part in parts)
                correlations.append(float(np.corrcoef(first, second)[0, 1]))
    return float(np.mean(correlations)) if correlations else None


def _density(stimulus: Stimulus, points: Fixations) -> FloatArray:
    scale = CELLS / max(stimulus.width, stimulus.height)
    shape = (max(1, round(stimulus.height * scale)), max(1, round(stimulus.width * scale)))
    return blur(fixation_counts(points, stimulus.width, stimulus.height, shape), BLUR)


# ---- Warnings ----------------------------------------------------------------------------------


def _warnings(quality: Quality, dropped: Mapping[str, int]) -> list[str]:
    return [
        *_about_kinds(quality),
        *_about_amount(quality),
        *_about_places(quality, dropped),
        *_about_people(quality),
        *_about_images(quality),
    ]


def _about_kinds(quality: Quality) -> list[str]:
    weaker = {
        "webcam": "gaze of webcams, which is off by several times as much as an eye tracker's",
        "click": "clicks, which follow gaze but are not gaze",
        "click10": "clicks, which follow gaze but are not gaze",
        "click30": "clicks, which follow gaze but are not gaze",
        "mouse": "mouse positions, which follow gaze but are not gaze",
    }
    if quality.kind in weaker:
        return [
            f"These are {weaker[quality.kind]}: use them as weaker evidence, and do not call "
            "what is measured on them accuracy in predicting gaze."
        ]
    return []


def _about_amount(quality: Quality) -> list[str]:
    said = []
    people = [one for one in quality.observers if one.name != _POOLED]
    if people and len(people) < 10:
        said.append(
            f"{_count(len(people), 'person', 'people')}: densities of fewer than ten are rough, "
            "and so is what is learned from them or measured on them."
        )
    if len(quality.images) < 10:
        said.append(
            f"{_count(len(quality.images), 'image', 'images')}: fewer than ten are too few to tell "
            "whether fine-tuning helped."
        )
    counts = [one.observers for one in quality.images]
    middle = float(np.median(counts)) if counts else 0.0
    few = [one.stimulus.name for one in quality.images if one.observers < middle / 2]
    if few:
        said.append(f"Fewer than half as many people as usual ({middle:g}) looked at {_some(few)}.")
    looks = sum(one.observers for one in quality.images)
    rate = sum(one.fixations for one in quality.images) / looks if looks else 0.0
    if people and quality.kind == "fixation" and rate < 3:
        said.append(
            f"{rate:.1f} fixations a person and image: a second of looking has two to five, so "
            "some are missing, or images were shown very briefly."
        )
    return said


def _about_places(quality: Quality, dropped: Mapping[str, int]) -> list[str]:
    said = []
    kept = sum(quality.kinds.values())
    off = sum(
        dropped.get(reason, 0)
        for reason in (
            "points off the screen",
            "points beside the image",
            "fixations outside the image",
        )
    )
    if off > 0.15 * (kept + off):
        said.append(
            f"{off / (kept + off):.0%} of the points lie off their image. If people did not look "
            "away so much, the place of the images on the screen is wrong: check --screen and "
            "--shown against the experiment, and look at the pictures."
        )
    for axis, name, side in ((0, "right of", "width"), (1, "below", "height")):
        shares = np.concatenate(
            [
                (points.x / one.stimulus.width, points.y / one.stimulus.height)[axis]
                for one in quality.images
                if (points := one.stimulus.fixations) is not None
            ]
            or [np.ones(1)]
        )
        reach = float(np.quantile(shares, 0.995))
        if reach < 0.75:
            said.append(
                f"Hardly a point lies {name} {reach:.0%} of the images' {side}: were positions "
                "recorded at another scale than was given?"
            )
    return said


def _about_people(quality: Quality) -> list[str]:
    if quality.agreement is not None and quality.agreement < 0.3:
        # With nothing to agree on, offsets say nothing either.
        return [
            f"Two halves of the people agree little (r = {quality.agreement:.2f}): points may "
            "belong to other images, or be off."
        ]
    said = []
    for one in quality.observers:
        if one.off_image is not None and one.off_image > 0.3:
            said.append(
                f"{one.off_image:.0%} of the points of observer {one.name} lie off the "
                "image: a bad calibration? Consider leaving them out."
            )
        if one.offsets is not None and one.offsets.drifts:
            early, late = one.offsets.early, one.offsets.late
            said.append(
                f"The points of observer {one.name} drift: {_where(early.x, early.y)} in the first "
                f"half of the images, {_where(late.x, late.y)} in the second."
            )
        elif one.offsets is not None and one.offsets.is_constant:
            whole = one.offsets.whole
            said.append(
                f"The points of observer {one.name} lie {_where(whole.x, whole.y)} than everybody "
                "else's: correct the offset in the tracker's software, or leave them out."
            )
    return said


def _about_images(quality: Quality) -> list[str]:
    if not quality.near_duplicates:
        return []
    groups = "; ".join(" = ".join(_shortened(group)) for group in quality.near_duplicates[:5])
    return [f"Some images are nearly the same ({groups}): they stay together when data are split."]


def _where(x: float, y: float) -> str:
    parts = [
        f"{abs(share):.1%} of the longer side {word}"
        for share, word in (
            (x, "further right" if x > 0 else "further left"),
            (y, "further down" if y > 0 else "further up"),
        )
        if share
    ]
    return " and ".join(parts) or "in place"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _some(names: Sequence[str], most: int = 5) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _shortened(names: Sequence[str], most: int = 3) -> list[str]:
    return [*names[:most], *(["..."] if len(names) > most else [])]
