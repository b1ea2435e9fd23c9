"""What reports and comparisons say alike of the model and the picture."""

from __future__ import annotations

from gazecast.designs.records import (
    DatasetLicence,
    ImageReference,
    Licences,
    ModelReference,
    Unfamiliarity,
)
from gazecast.model.metadata import ModelInfo
from gazecast.model.prediction import UNFAMILIAR, Prediction

UNFAMILIAR_WARNING = (
    "This image is unlike those that the model knows; its prediction is not to be relied on."
)


def model_reference(model: ModelInfo) -> ModelReference:
    """Which weights predicted, and under which licences."""
    datasets = (DatasetLicence(dataset.name, dataset.licence) for dataset in model.datasets)
    licences = Licences(model.licence, tuple(datasets))
    return ModelReference(model.name, model.version, model.sha256, licences)


def image_reference(prediction: Prediction) -> ImageReference:
    """What was predicted for."""
    return ImageReference(prediction.width, prediction.height, prediction.image_sha256)


def unfamiliarity(prediction: Prediction) -> Unfamiliarity:
    """Whether the prediction may be relied on."""
    warning = UNFAMILIAR_WARNING if prediction.is_unfamiliar else None
    return Unfamiliarity(prediction.unfamiliarity, UNFAMILIAR, warning)
