"""Predict with a network in training as the exported model would: for measuring it."""

from __future__ import annotations

import torch

from gazecast.model.geometry import lay_out, place
from gazecast.model.metadata import ModelInfo
from gazecast.model.network import SaliencyNetwork
from gazecast.model.picture import Picture, PictureSource, read_picture
from gazecast.model.prediction import DomainDecision, Prediction
from gazecast.model.predictor import Densities
from gazecast.model.vocabulary import Domain, Window
from gazecast.training.fit.samples import scale_pixels


class NetworkPredictor:
    """A `gazecast.evaluation.predicting.Predicting`. It does not tell unfamiliar pictures."""

    def __init__(self, network: SaliencyNetwork, info: ModelInfo) -> None:
        """info: of the model that the network was fine-tuned from; its input size counts."""
        self.info = info
        self._network = network.eval()

    @torch.no_grad()
    def predict(self, image: PictureSource | Picture, window: Window, domain: Domain) -> Prediction:
        picture = image if isinstance(image, Picture) else read_picture(image)
        placement = place(
            picture.width, picture.height, self.info.input.pixels, self.info.input.multiple
        )
        device = next(self._network.parameters()).device
        pixels = torch.from_numpy(lay_out(picture.rgb, placement)).permute(2, 0, 1)[None]
        row = torch.tensor([self._network.spec.domains.index(domain)], device=device)
        logits = self._network(scale_pixels(pixels.to(device)), row)
        cells = logits[0].float().cpu().numpy()[:, *placement.cells]
        return Prediction(
            densities=Densities(cells, picture.width, picture.height, window),
            window=window,
            domain=DomainDecision(domain, domain, {domain: 1.0}, ""),
            unfamiliarity=0.0,
            width=picture.width,
            height=picture.height,
            image_sha256=picture.sha256,
            model=self.info,
        )
