"""An exported file, ready to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gazecast.model.geometry import Placement, lay_out
from gazecast.model.graph import (
    DOMAIN,
    DOMAIN_LOGITS,
    IMAGE,
    LOG_DENSITY,
    THUMBNAIL,
    UNFAMILIARITY,
)
from gazecast.model.picture import Picture
from gazecast.model.vocabulary import DOMAINS

import onnxruntime


@dataclass(frozen=True, slots=True)
class Answer:
    """log_density: float32 (windows, H/4, W/4), of the domain asked for. domain_logits: float32
    (domains,). unfamiliarity: 0 or more. `gazecast.model.graph` says more."""

    log_density: NDArray[np.float32]
    domain_logits: NDArray[np.float32]
    unfamiliarity: float


class Session:
    """Runs the graph of `gazecast.model.graph`. One instance serves many threads."""

    def __init__(
        self, model: Path, *, threads: int | None = None, providers: Sequence[str] | None = None
    ) -> None:
        """As gazecast.model.predictor.Predictor."""
        self._session = onnxruntime.InferenceSession(
            model,
            sess_options=session_options(threads),
            providers=list(providers or _available_providers()),
        )
        inputs = {each.name: each.shape for each in self._session.get_inputs()}
        self.thumbnail_side: int = inputs[THUMBNAIL][1]

    @property
    def provider(self) -> str:
        """The execution provider in use, such as "CPUExecutionProvider"."""
        provider: str = self._session.get_providers()[0]
        return provider

    def run(self, image: NDArray[np.uint8], thumbnail: NDArray[np.uint8], domain: int) -> Answer:
        """image, thumbnail: as `inputs_of` gives them. domain: as graph.DOMAIN."""
        feed = {IMAGE: image, THUMBNAIL: thumbnail, DOMAIN: np.array([domain])}
        log_density, domain_logits, unfamiliarity = self._session.run(
            [LOG_DENSITY, DOMAIN_LOGITS, UNFAMILIARITY], feed
        )
        return Answer(log_density[0], domain_logits[0], float(unfamiliarity[0]))


def session_options(threads: int | None) -> onnxruntime.SessionOptions:
    """How a session computes. threads: CPU threads for one run; all cores by default."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.inter_op_num_threads = 1  # the graph is a chain: nothing to run side by side
    # Else a name that ends in .ort would have the file read in another form, which nobody checked.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    # Inputs differ in size from call to call, so a plan made for one size does not fit the next
    options.enable_mem_pattern = False
    # Threads that sleep between the graph's hundreds of small steps lose time at each of them, and
    # those that go on spinning after the run take the cores from whatever comes next.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return options


def most_like(domain_logits: NDArray[np.float32]) -> int:
    """The domain that AUTO asks for."""
    return int(domain_logits[: len(DOMAINS)].argmax())


def inputs_of(
    picture: Picture, placement: Placement, thumbnail_side: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """IMAGE and THUMBNAIL of a picture."""
    laid_out = lay_out(picture.rgb, placement)
    left, top = placement.left, placement.top
    content = left, top, left + placement.width, top + placement.height
    return laid_out[None], squeezed(Image.fromarray(laid_out), content, thumbnail_side)[None]


def squeezed(image: Image.Image, box: tuple[int, int, int, int], side: int) -> NDArray[np.uint8]:
    """The thumbnail of the part of an RGB image in `box` (left, top, right, bottom); uint8 (side,
    side, 3)."""
    # Whole steps by averaging first, as in lay_out.
    small = image.resize((side, side), Image.Resampling.BILINEAR, box=box, reducing_gap=1.0)
    return np.asarray(small)


def _available_providers() -> list[str]:
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    available = onnxruntime.get_available_providers()
    return [provider for provider in wanted if provider in available]
