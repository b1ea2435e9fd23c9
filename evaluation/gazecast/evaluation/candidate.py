"""The candidate folder: what fine-tuning leaves behind, and promotion and the registry read.

    model.onnx, model.json   the model as `Predictor` reads it, exported and checked against torch;
                             its calibration is measured on the held-out predictions below
    candidate.json           a `Candidate`: where it comes from, the data, the recipe, which stages
                             were kept and why, and the scores of every image
    heldout.npz              a `HeldOut`: for every image of the user the log density by the network
                             that never saw it, nor anything nearly the same
    MODEL_CARD.md            the same for people

The model itself was trained on all images; its accuracy on the user's data is therefore that of
heldout.npz, never that of model.onnx on the same images. candidate.json is written last: a folder
without it is an unfinished run, which the same command goes on with.

    candidate, held_out = read_candidate(folder), read_held_out(folder)
    compare({"candidate": held_out.of_window("3s"), ...}, stimuli, candidate.data.truth("3s"))
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError

from gazecast.data.names import refuse_what_leads_out
from gazecast.data.stimulus import DataError, Stimulus
from gazecast.evaluation.ground_truth import GroundTruth
from gazecast.evaluation.scoring import Estimate
from gazecast.model.metadata import ModelFileError, file_sha256
from gazecast.model.predictor import to_density
from gazecast.model.vocabulary import WINDOWS, Window, seconds

MODEL = "model.onnx"
DESCRIPTION = "candidate.json"
HELD_OUT = "heldout.npz"
CARD = "MODEL_CARD.md"

_CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Origin:
    """The model that fine-tuning began with."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    name: str
    version: str
    sha256: str
    """Hex SHA-256 of its ONNX file."""


@dataclass(frozen=True, slots=True)
class UserData:
    """The images and fixations that it was trained and judged on."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    name: str
    licence: str
    source: str
    sha256: str
    """Hex SHA-256 over the images' pixels and all points used: the same data, the same digest."""
    images: int
    observers: int
    """Observers of the image with fewest."""
    points: int
    """Fixations or clicks used, all images together."""
    kind: str
    """Which records counted: "fixation", "click10", "mouse" and so on."""
    sigma_px: float
    """Blur of the ground truth, in pixels of the stored images."""
    windows: tuple[Window, ...]
    """The time windows that the data says something about: trained and scored."""
    timed: bool
    """Whether onsets are known; without them all points count in every window."""

    def truth(self, window: Window) -> GroundTruth:
        """What the candidate was scored against in that window."""
        until = seconds(window) if self.timed else None
        return GroundTruth(self.kind, self.sigma_px, until)


@dataclass(frozen=True, slots=True)
class StageResult:
    """What cross-validation said about one stage."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    name: str
    """One of "domain", "decoder" and "all"."""
    parameters: int
    """How many numbers it trained."""
    kept: bool
    reason: str
    """Why it was kept or dropped, in one line."""
    gain: Mapping[str, Estimate]
    """By metric ("nss", "cc"): mean over images and windows of what it gained over the stages kept
    before it, on images held out, with its paired 95 % bootstrap interval."""
    own: Estimate
    """NSS of its held-out maps on their own images' fixations less that on the other images'
    fixations. Not above zero where labels do not belong to their images."""
    seconds: float
    """What training it took, all folds together."""


@dataclass(frozen=True, slots=True)
class ImageResult:
    """One image of the user: its held-out scores."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    name: str
    fold: str
    """The fold that it was held out with; near-duplicates share one."""
    start: Mapping[Window, Mapping[str, float]]
    """By window (where it was looked at) and metric ("nss", "cc", "kld"): of the model that
    fine-tuning began with."""
    candidate: Mapping[Window, Mapping[str, float]]
    """The same, of the network fine-tuned without the image's fold."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """candidate.json."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    model_sha256: str
    """Hex SHA-256 of model.onnx."""
    created: str
    """ISO 8601, UTC."""
    started_from: Origin
    domain: str
    """The domain whose parameters were trained."""
    began_as: str
    """The domain of the starting model whose parameters it began with: itself, unless new."""
    data: UserData
    recipe: Mapping[str, object]
    """Everything else that decides the result: seed, folds, passes and rates of each stage."""
    stages: tuple[StageResult, ...]
    images: tuple[ImageResult, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the stages that made it into the model; none: it predicts as its start did."""
        return tuple(stage.name for stage in self.stages if stage.kept)

    def scores(self, window: Window, metric: str) -> list[float]:
        """Of the images that were looked at in that window, held out."""
        return [each.candidate[window][metric] for each in self.images if window in each.candidate]

    def start_scores(self, window: Window, metric: str) -> list[float]:
        """The same of the model that fine-tuning began with."""
        return [each.start[window][metric] for each in self.images if window in each.start]

    def to_json(self) -> str:
        return _ADAPTER.dump_json(self, indent=1).decode() + "\n"


_ADAPTER = TypeAdapter(Candidate)


def read_candidate(folder: Path) -> Candidate:
    """The candidate in a folder, its model's hash verified.

    Raises ModelFileError when the folder holds no finished candidate, or another model; DataError
    when something in it leads out of it.
    """
    refuse_what_leads_out(folder)
    description, model = folder / DESCRIPTION, folder / MODEL
    if not description.is_file():
        raise ModelFileError(
            f"{folder} holds no finished candidate ({DESCRIPTION} is missing); run its "
            "gazecast finetune again, which goes on where it stopped"
        )
    try:
        candidate = _ADAPTER.validate_json(description.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ModelFileError(
            f"{description} is not a candidate of this version of gazecast: {where}: "
            f"{first['msg']}. Fine-tune again."
        ) from error
    if not model.is_file() or file_sha256(model) != candidate.model_sha256:
        raise ModelFileError(
            f"{model} is not the file that {DESCRIPTION} describes; fine-tune again"
        )
    return candidate


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Predictions of the user's images by networks that never saw them.

    log_densities: by image name float32 (windows, rows, columns), in the order of WINDOWS, at a
    quarter of the network's input, normalised over the image.
    """

    log_densities: Mapping[str, NDArray[np.float32]]

    def of_window(self, window: Window) -> Callable[[Stimulus], NDArray[np.floating]]:
        """From a stimulus to its density, made as `Predictor` makes it. That raises DataError for
        an image that was not held out."""
        index = WINDOWS.index(window)

        def predict(stimulus: Stimulus) -> NDArray[np.floating]:
            if stimulus.name not in self.log_densities:
                raise DataError(
                    f"{stimulus.name} is not among the images that the candidate was judged on"
                )
            log_density = self.log_densities[stimulus.name][index]
            return to_density(log_density, stimulus.width, stimulus.height)

        return predict


def write_held_out(held_out: HeldOut, path: Path) -> None:
    names = json.dumps(list(held_out.log_densities))
    arrays = {str(n): array for n, array in enumerate(held_out.log_densities.values())}
    with path.open("wb") as file:
        np.savez_compressed(file, names=np.array(names), **arrays)  # type: ignore[arg-type]


def read_held_out(folder: Path) -> HeldOut:
    """The held-out predictions of a candidate. Raises ModelFileError when they are missing."""
    path = folder / HELD_OUT
    try:
        with np.load(path, allow_pickle=False) as stored:
            names = json.loads(str(stored["names"]))
            return HeldOut({name: stored[str(n)] for n, name in enumerate(names)})
    except (OSError, KeyError, ValueError, RecursionError) as error:
        raise ModelFileError(
            f"{path} cannot be read ({error}); fine-tune again, into another folder"
        ) from error
