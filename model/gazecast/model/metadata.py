"""The JSON file beside an ONNX file: what the model is, what it was trained on, how good it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from gazecast.data.errors import GazecastError
from gazecast.model.error_tables import Calibration
from gazecast.model.external_data import has_external_data
from gazecast.model.vocabulary import DOMAINS, Window

# Attribute docstrings become the descriptions in the service's OpenAPI schema. A field that is not
# known is an error: a model file from a newer version may mean something this code cannot honour.
_CONFIG = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ModelFileError(GazecastError):
    """A model file is missing, damaged, or not the one its description speaks of."""


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """One data set that the weights depend on."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    name: str
    """The data set's name as published."""
    licence: str
    """Its licence, or "not stated"."""
    images: int
    """Number of its images that were used."""
    use: str
    """What for, such as "training: fixations, 3 s" or "test"."""
    source: str
    """Citation or address."""


@dataclass(frozen=True, slots=True)
class InputSize:
    """How a picture is brought to the network's input size."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    pixels: int
    """Area that the picture is resized to, its aspect kept."""
    multiple: int
    """Both sides are padded to a multiple of this."""


@dataclass(frozen=True, slots=True)
class RecipeUse:
    """The training recipe, pinned by the hash of its text."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    name: str
    """File name of the recipe."""
    sha256: str
    """Hex SHA-256 of its text."""


@dataclass(frozen=True, slots=True)
class Score:
    """One accuracy figure, averaged over images."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    value: float
    """Mean over images."""
    low: float | None = None
    """Lower end of the 95 % bootstrap interval, if it was computed."""
    high: float | None = None
    """Upper end of the 95 % bootstrap interval, if it was computed."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Everything known about one set of weights."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    name: str
    """Name of the model."""
    version: str
    """Version of the weights."""
    sha256: str
    """Hex SHA-256 of the ONNX file: two answers with the same hash come from the same weights."""
    licence: str
    """Licence of the weights."""
    datasets: tuple[DatasetUse, ...]
    """The data sets that the weights and the figures below come from."""
    recipe: RecipeUse
    """The recipe that trained the weights."""
    commit: str
    """Commit of the code that exported the weights; "+changes" where files differed from it."""
    created: str
    """When the file was exported, ISO 8601, UTC."""
    input: InputSize
    """How a picture is brought to the network's input size."""
    windows: tuple[Window, ...]
    """The time windows that the network has outputs for, in the order of its outputs."""
    domains: Mapping[str, str]
    """For each domain one line on how far it has been validated, in the order of the network's
    outputs: web, mobile, poster and photo, then domains added by fine-tuning."""
    metrics: Mapping[str, Mapping[str, Score]]
    """Accuracy: the conditions ("OSIE test, 200 photos, 3 s"), then the metric ("NSS"), then the
    figure."""
    calibration: Calibration | None = None
    """How far shares may be believed; None where it was not measured."""
    weights_sha256: str | None = None
    """Hex SHA-256 of the weights beside the ONNX file, which training goes on from; None for a
    model without them."""

    def to_json(self) -> str:
        """The text of the JSON file, as `read_model_info` reads it."""
        return _ADAPTER.dump_json(self, indent=2).decode() + "\n"


_ADAPTER = TypeAdapter(ModelInfo)


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


WEIGHTS_SUFFIX = ".safetensors"
"""Of the weights that lie beside an ONNX file, under its name."""


def weights_of(model: Path, info: ModelInfo) -> Path:
    """The weights beside an ONNX file, verified to be those that its description speaks of.

    Raises ModelFileError when there are none, or others.
    """
    path = model.with_suffix(WEIGHTS_SUFFIX)
    if info.weights_sha256 is None:
        raise ModelFileError(
            f"{model} has no weights beside it to train on, only what predicts. Export it again "
            "from its checkpoint, or take the model from where it was made."
        )
    if not path.is_file():
        raise ModelFileError(
            f"{path} is missing, the weights of {model.name}. Copy it there, or pull the model "
            "again."
        )
    found = file_sha256(path)
    if found != info.weights_sha256:
        raise ModelFileError(
            f"{path} holds other weights than those of {model.name}: its SHA-256 is {found}, "
            f"described is {info.weights_sha256}. Copy the right ones there, or pull the model "
            "again."
        )
    return path


def parse_model_info(text: str | bytes) -> ModelInfo:
    """What `ModelInfo.to_json` wrote. Raises pydantic's ValidationError."""
    return _ADAPTER.validate_json(text)


def read_model_info(json_path: Path, onnx_path: Path) -> ModelInfo:
    """The description of a model, verified to be that of the ONNX file beside it.

    Raises ModelFileError when either file is missing, the description cannot be understood, or the
    ONNX file's SHA-256 is not the one described, or it keeps tensors in other files.
    """
    for path in (onnx_path, json_path):
        if not path.is_file():
            raise ModelFileError(
                f"Model file {path} is missing; a model is an .onnx file with its .json beside it."
            )
    try:
        info = parse_model_info(json_path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelFileError(
            f"{json_path} does not describe a model of this version of gazecast: "
            f"{where}: {first['msg']}. Export the model again."
        ) from error
    if tuple(info.domains)[: len(DOMAINS)] != DOMAINS:
        raise ModelFileError(
            f"{json_path} does not describe a model of this version of gazecast: its domains must "
            f"begin with {', '.join(DOMAINS)}. Export the model again."
        )
    found = file_sha256(onnx_path)
    if found != info.sha256:
        raise ModelFileError(
            f"{onnx_path} is not the file that {json_path.name} describes: its SHA-256 is {found}, "
            f"described is {info.sha256}. Install or export the model again."
        )
    if has_external_data(onnx_path):
        raise ModelFileError(
            f"{onnx_path} keeps tensors in other files, which its SHA-256 says nothing of. Export "
            "the model again, all in one file."
        )
    return info
