"""From a picture to a Prediction, with onnxruntime; no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.model.geometry import Placement, place
from gazecast.model.graph import AUTO
from gazecast.model.metadata import ModelInfo, read_model_info
from gazecast.model.picture import Picture, PictureSource, read_picture
from gazecast.model.prediction import DomainDecision, Prediction, require_domain
from gazecast.model.session import Session, inputs_of, most_like
from gazecast.model.vocabulary import DOMAINS, WINDOWS, DomainChoice, Window

SHIPPED_MODEL = Path(__file__).parent / "weights" / "gazecast.onnx"

DENSITY_SIDE = 512
"""Longer side of a density, in cells. The network answers at a quarter of this or less; the rest is
interpolation, so more cells would say no more."""


class Predictor:
    """Predicts where people look on a picture. One instance serves many threads.

    Pictures are run one by one: a result depends on nothing but the picture, the model file and the
    onnxruntime build, and the same input gives the same bytes.
    """

    def __init__(
        self,
        model: Path | None = None,
        *,
        threads: int | None = None,
        providers: Sequence[str] | None = None,
    ) -> None:
        """model: an ONNX file with its description (.json) beside it; the shipped one by default.
        threads: CPU threads for one picture; all cores by default.
        providers: onnxruntime execution providers, best first; by default CUDA where
        onnxruntime-gpu is installed and finds a device, else the CPU.

        Raises ModelFileError when a file is missing or damaged.
        """
        model = model or SHIPPED_MODEL
        self.info: ModelInfo = read_model_info(model.with_suffix(".json"), model)
        self._session = Session(model, threads=threads, providers=providers)

    @property
    def provider(self) -> str:
        """The execution provider in use, such as "CPUExecutionProvider"."""
        return self._session.provider

    def predict(
        self,
        image: PictureSource | Picture,
        window: Window = "3s",
        domain: DomainChoice = "auto",
    ) -> Prediction:
        """Predict one picture.

        image: a path, the bytes of a PNG, JPEG or WebP file, a PIL image, a uint8 array (H, W, 3),
        or a Picture already read.
        window: time since the picture appeared, cumulative from zero.
        domain: the kind of picture, or "auto" to decide from its content. One that fine-tuning
        added (see `info.domains`) is used only when asked for by name.

        Raises PictureError for a picture that cannot be used, UnknownDomainError for a domain that
        the model lacks, ValueError for an unknown window.
        """
        if window not in WINDOWS:
            raise ValueError(f"unknown window {window!r}; choose one of {', '.join(WINDOWS)}")
        require_domain(domain, self.info)
        picture = image if isinstance(image, Picture) else read_picture(image)
        placement = place(
            picture.width, picture.height, self.info.input.pixels, self.info.input.multiple
        )
        inputs = inputs_of(picture, placement, self._session.thumbnail_side)
        kept = _Kept(*inputs, placement, picture.width, picture.height, picture.sha256)
        return self._predict(kept, window, domain)

    def _predict(self, kept: _Kept, window: Window, domain: DomainChoice) -> Prediction:
        row = AUTO if domain == "auto" else list(self.info.domains).index(domain)
        answer = self._session.run(kept.image, kept.thumbnail, row)
        cells = answer.log_density[:, *kept.placement.cells]
        return Prediction(
            densities=Densities(cells, kept.width, kept.height, window),
            window=window,
            domain=self._decide(answer.domain_logits[: len(DOMAINS)], domain),
            unfamiliarity=answer.unfamiliarity,
            width=kept.width,
            height=kept.height,
            image_sha256=kept.sha256,
            model=self.info,
            again=partial(self._predict, kept, window),
        )

    def warm_up(self) -> None:
        """Run once, so that the first real picture does not pay for allocations."""
        self.predict(np.full((384, 512, 3), 255, dtype=np.uint8))

    def _decide(self, logits: NDArray[np.float32], requested: DomainChoice) -> DomainDecision:
        weights = np.exp(logits.astype(np.float64) - logits.max())
        weights /= weights.sum()
        probabilities = {name: float(weight) for name, weight in zip(DOMAINS, weights, strict=True)}
        name = DOMAINS[most_like(logits)] if requested == "auto" else requested
        return DomainDecision(name, requested, probabilities, self.info.domains[name])


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """What is needed of a picture to predict it again: half a megabyte. image, thumbnail: as
    `inputs_of` gives them. The others as of Picture."""

    image: NDArray[np.uint8]
    thumbnail: NDArray[np.uint8]
    placement: Placement
    width: int
    height: int
    sha256: str


class Densities(Mapping[Window, NDArray[np.float32]]):
    """The density of each window; all but one are made when they are first asked for."""

    def __init__(self, cells: NDArray[np.float32], width: int, height: int, window: Window) -> None:
        """cells: log densities (windows, rows, columns) of a picture of width x height pixels.
        window: the one to make at once."""
        self._cells, self._size = cells, (width, height)
        self._made = {window: to_density(cells[WINDOWS.index(window)], width, height)}

    def __getitem__(self, window: Window) -> NDArray[np.float32]:
        if window not in self._made:
            self._made[window] = to_density(self._cells[WINDOWS.index(window)], *self._size)
        return self._made[window]

    def __iter__(self) -> Iterator[Window]:
        return iter(WINDOWS)

    def __len__(self) -> int:
        return len(WINDOWS)


def to_density(log_density: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """Interpolate log densities to the density's grid and normalise; float32, sum 1."""
    scale = DENSITY_SIDE / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    smooth = Image.fromarray(log_density).resize(size, Image.Resampling.BICUBIC)
    density: NDArray[np.float32] = np.exp(np.asarray(smooth) - log_density.max())
    density /= density.sum(dtype=np.float64)
    return density
