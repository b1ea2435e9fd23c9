"""What every reader leaves out, and how it is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from gazecast.data.stimulus import DataError, Stimulus


def leave_out_unusable(
    stimuli: Iterable[Stimulus], folder: Path
) -> tuple[tuple[Stimulus, ...], dict[str, int]]:
    """The stimuli that can be used, and the count of the rest by reason.

    Left out are fixations outside their image and, unless no stimulus has ground truth, stimuli
    without any. A stimulus left with no fixation gets None for them.

    Raises DataError, naming `folder`, when there was ground truth and none is left.
    """
    read = tuple(stimuli)
    if not any(one.fixations is not None or one.density_path is not None for one in read):
        return read, {}
    left_out: Counter[str] = Counter()
    usable = []
    for stimulus in read:
        fixations = stimulus.fixations
        if fixations is not None:
            inside = fixations.inside(stimulus.width, stimulus.height)
            left_out["fixations outside the image"] += len(fixations) - len(inside)
            fixations = inside if len(inside) else None
        if fixations is None and stimulus.density_path is None:
            left_out["images without ground truth"] += 1
        else:
            usable.append(replace(stimulus, fixations=fixations))
    if not usable:
        raise DataError(
            f"{folder}: no fixation lies inside its image; give x and y in pixels of the stored "
            "images, origin at the top left"
        )
    return tuple(usable), dict(+left_out)
