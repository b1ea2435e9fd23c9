"""The network as it is shipped, and its ONNX file: written, and checked against it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from gazecast.data.errors import GazecastError
from gazecast.model.graph import (
    AUTO,
    DOMAIN,
    DOMAIN_LOGITS,
    IMAGE,
    LOG_DENSITY,
    THUMBNAIL,
    THUMBNAIL_SIDE,
    UNFAMILIARITY,
)
from gazecast.model.network import SaliencyNetwork
from gazecast.model.session import Session
from gazecast.model.vocabulary import DOMAINS
from gazecast.training.export.familiarity import Familiarity
from gazecast.training.fit.samples import MULTIPLE, scale_pixels

PARITY_SHAPES = ((320, 576), (640, 320), (448, 448), (96, 1280), (384, 544))
"""Input sizes at which the file is compared with the network; none is the traced one."""

PARITY_TOLERANCE = 1e-4
"""Largest difference in log density allowed between torch and ONNX Runtime."""

_TRACED_SHAPE = (384, 512)


class ExportError(GazecastError, RuntimeError):
    """The checkpoint cannot be shipped: it is unfinished, the recipe given is not its own, or the
    exported file does not compute what the network computes."""


class Shipped(nn.Module):
    """The network as it is shipped: bytes and the domain asked for in; log density of that domain,
    domain logits and unfamiliarity out.

    See gazecast.model.graph for names, shapes and units.
    """

    def __init__(
        self,
        network: SaliencyNetwork,
        familiarity: Familiarity | None = None,
        thumbnail_side: int = THUMBNAIL_SIDE,
    ) -> None:
        """familiarity: without it no picture is unfamiliar. thumbnail_side: of the thumbnails that
        it and the network's domain head were fitted on."""
        super().__init__()
        self.network = network.eval()
        head = network.domain_head
        self.familiarity = familiarity or Familiarity(head.out_features, head.in_features)
        self.thumbnail_side = thumbnail_side

    def forward(
        self, image: Tensor, thumbnail: Tensor, domain: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        embedding = self.network.embed(to_input(thumbnail))
        domain_logits = self.network.domain_head(embedding)
        most_like = domain_logits[:, : len(DOMAINS)].argmax(dim=1)
        logits = self.network(to_input(image), torch.where(domain == AUTO, most_like, domain))
        log_density = torch.log_softmax(logits.flatten(-2), dim=-1).reshape(logits.shape)
        return log_density, domain_logits, self.familiarity(embedding)


def write_onnx(shipped: Shipped, path: Path) -> None:
    """Export with dynamic height and width of the image."""
    side = shipped.thumbnail_side
    image = torch.zeros(1, *_TRACED_SHAPE, 3, dtype=torch.uint8)
    thumbnail = torch.zeros(1, side, side, 3, dtype=torch.uint8)
    rows, columns = torch.export.Dim("rows", min=1), torch.export.Dim("columns", min=1)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's own deprecations are not ours to mend
        torch.onnx.export(
            shipped,
            (image, thumbnail, torch.tensor([AUTO])),
            path,
            input_names=[IMAGE, THUMBNAIL, DOMAIN],
            output_names=[LOG_DENSITY, DOMAIN_LOGITS, UNFAMILIARITY],
            dynamic_shapes=({1: MULTIPLE * rows, 2: MULTIPLE * columns}, None, None),
            opset_version=20,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    _strip(path)


def _strip(path: Path) -> None:
    """Take out what the exporter notes beside the graph: lines and paths of the code that made it,
    and sets in an order that differs from run to run. So the same network makes the same bytes."""
    model = onnx.load(path)
    graph = model.graph
    parts = graph.node, graph.value_info, graph.input, graph.output, graph.initializer
    for part in (model, graph, *chain.from_iterable(parts)):
        del part.metadata_props[:]
    onnx.save(model, path)


@torch.no_grad()
def check_parity(
    shipped: Shipped,
    path: Path,
    shapes: Sequence[tuple[int, int]] = PARITY_SHAPES,
) -> float:
    """Largest difference of any output between the network and the file, over `shapes` and domains,
    each at least once.

    Raises ExportError above PARITY_TOLERANCE.
    """
    session = Session(path, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    domains = [AUTO, *range(len(shipped.network.spec.domains))]
    worst = 0.0
    for index in range(max(len(shapes), len(domains))):
        shape, domain = shapes[index % len(shapes)], domains[index % len(domains)]
        sides = shape, (shipped.thumbnail_side,) * 2
        image, thumbnail = (rng.integers(0, 256, (1, *side, 3), dtype=np.uint8) for side in sides)
        expected = shipped(
            torch.from_numpy(image), torch.from_numpy(thumbnail), torch.tensor([domain])
        )
        found = session.run(image, thumbnail, domain)
        outputs = found.log_density, found.domain_logits, found.unfamiliarity
        for ours, theirs in zip(expected, outputs, strict=True):
            # Unlike max(), this keeps NaN.
            worst = float(np.maximum(worst, np.abs(ours[0].numpy() - theirs).max()))
    if not worst <= PARITY_TOLERANCE:
        raise ExportError(
            f"torch and ONNX Runtime differ by {worst:.2g} (allowed "
            f"{PARITY_TOLERANCE:g}); the file was not written"
        )
    return worst


def to_input(image: Tensor) -> Tensor:
    """uint8 (B, H, W, 3) to what the network is fed, float (B, 3, H, W) in -1..1."""
    return scale_pixels(image.permute(0, 3, 1, 2))
