"""Small data sets in every layout, written the way the official files are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.io import savemat

from gazecast.data.stimulus import Fixations

WriteImage = Callable[..., Path]


@pytest.fixture
def write_image() -> WriteImage:
    def write(path: Path, width: int = 64, height: int = 48, mode: str = "RGB") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((width, height), 40).convert(mode).save(path)
        return path

    return write


@pytest.fixture
def make_fixations() -> Callable[..., Fixations]:
    """Fixations of kind "fixation" with unknown times, unless given."""

    def make(
        x: Sequence[float],
        y: Sequence[float],
        *,
        onset_ms: Sequence[float] | None = None,
        duration_ms: Sequence[float] | None = None,
        observer: Sequence[str] | None = None,
    ) -> Fixations:
        unknown = np.full(len(x), np.nan)
        return Fixations(
            x=np.array(x, dtype=np.float64),
            y=np.array(y, dtype=np.float64),
            onset_ms=unknown if onset_ms is None else np.array(onset_ms, dtype=np.float64),
            duration_ms=unknown if duration_ms is None else np.array(duration_ms, dtype=np.float64),
            observer=np.array(["0"] * len(x) if observer is None else observer, dtype=np.str_),
            kind=np.full(len(x), "fixation"),
        )

    return make


@pytest.fixture
def write_gaze() -> Callable[..., None]:
    """A SALICON fixation file: `gaze` is an (observers, 1) struct array."""

    def write(
        path: Path,
        observers: Sequence[Sequence[tuple[int, int]]],
        resolution: tuple[int, int] = (48, 64),
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        gaze = np.empty(
            (len(observers), 1),
            dtype=[("location", object), ("timestamp", object), ("fixations", object)],
        )
        for index, fixations in enumerate(observers):
            track = np.array([(30.5, 20.5), (31.0, 21.0), (40.0, 22.0)])
            gaze["location"][index, 0] = track
            gaze["timestamp"][index, 0] = np.array([[0], [16], [32]])
            gaze["fixations"][index, 0] = np.array(fixations, dtype=np.uint16).reshape(-1, 2)
        variables = {"image": path.stem, "resolution": np.array([resolution]), "gaze": gaze}
        savemat(path, variables, do_compression=True)

    return write


@pytest.fixture
def gaze_samples() -> Callable[..., NDArray[np.float64]]:
    """Raw samples that rest at each place for a number of samples; a place of None is a blink."""

    def make(*rests: tuple[tuple[float, float] | None, int]) -> NDArray[np.float64]:
        rng = np.random.default_rng(0)
        parts = []
        for place, count in rests:
            if place is None:
                parts.append(np.full((count, 2), -32.0))
            else:
                parts.append(np.array(place) + rng.uniform(-2, 2, (count, 2)))
        return np.concatenate(parts)

    return make


@pytest.fixture
def write_recording() -> Callable[..., None]:
    """An MIT1003 recording: one struct, named after the image, cut to MATLAB's 63 characters."""

    def write(path: Path, samples: NDArray[np.float64]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        struct = {"imgName": f"{path.stem}.jpeg", "DATA": {"eyeData": samples}}
        savemat(path, {path.stem[:63]: struct}, long_field_names=True)

    return write
