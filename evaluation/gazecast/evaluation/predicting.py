"""What is measured: anything that predicts as a `Predictor` does."""

from __future__ import annotations

from typing import Protocol

from gazecast.model.metadata import ModelInfo
from gazecast.model.picture import Picture, PictureSource
from gazecast.model.prediction import Prediction
from gazecast.model.vocabulary import Domain, Window


class Predicting(Protocol):
    """What of a `Predictor` is asked for in training."""

    info: ModelInfo

    def predict(
        self, image: PictureSource | Picture, window: Window, domain: Domain
    ) -> Prediction: ...
