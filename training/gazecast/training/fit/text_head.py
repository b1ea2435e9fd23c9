"""Fit where text is to what a detector found (gazecast.training.fit.text_maps), for recipes that
give pictures for it. No gaze is needed, and nothing else of the network changes.

The head reads features that no stage trains (those up to stride 4), so it is fitted once, before
the first stage, and is the same whatever the rest is trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from PIL import Image
from torch import Tensor

from gazecast.data.layouts import read_dataset
from gazecast.data.stimulus import DataError
from gazecast.model.network import SaliencyNetwork
from gazecast.model.picture import read_picture
from gazecast.model.text_head import TextHead
from gazecast.training.fit.recipe import TextExamples
from gazecast.training.fit.samples import MULTIPLE, scale_pixels
from gazecast.training.fit.text_maps import read_text_map

ENLARGED = (0.8, 1.5)
"""Each picture is shown at about these multiples of the size that the model is used at, an eighth
more or less: print is small on some pages and large on others."""

STRIDE = 8
"""Pixels of the input a side of one cell of what the head says."""

SIDE = 32
"""Cells a side of the parts that a step is shown."""

SEED = 0

BATCH, STEPS, PEAK_RATE, WEIGHT_DECAY = 12, 600, 4e-3, 1e-3


def fit_text_head(
    network: SaliencyNetwork,
    examples: Sequence[TextExamples],
    data_root: Path,
    *,
    pixels: int,
    on_step: Callable[[int, float], None] = lambda *_: None,
) -> None:
    """Fit the head, in place and from the beginning, to the detector's probabilities on parts of
    the pictures.

    pixels: input area that the model is used at. on_step: told after each of STEPS steps how many
    there were, and the loss. Raises DataError.
    """
    rng = np.random.default_rng(SEED)
    shown = [
        each
        for example in examples
        for each in _shown(network, example, data_root, pixels, rng)
        if min(each[1].shape) >= SIDE
    ]
    if not shown:
        raise DataError(
            "the pictures of text_examples are too narrow to learn from; give some less so"
        )
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        fresh = TextHead(network.backbone.channels[0])
    network.text_head.load_state_dict(fresh.state_dict())
    layers = network.text_head.layers
    layers.requires_grad_(True).train()
    optimizer = torch.optim.AdamW(layers.parameters(), PEAK_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=STEPS)
    device = next(layers.parameters()).device
    for done in range(STEPS):
        parts = [_part(shown[index], rng) for index in rng.integers(len(shown), size=BATCH)]
        features = torch.stack([part[0] for part in parts]).to(device).float()
        text = torch.stack([part[1] for part in parts]).to(device)
        loss = F.binary_cross_entropy_with_logits(layers(features)[:, 0], text)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        on_step(done + 1, loss.item())
    layers.requires_grad_(False).eval()


@torch.no_grad()
def _shown(
    network: SaliencyNetwork,
    example: TextExamples,
    data_root: Path,
    pixels: int,
    rng: np.random.Generator,
) -> Iterator[tuple[Tensor, Tensor]]:
    """For each picture and size what the head reads, float16 (channels, 2 rows, 2 columns), and
    how much of each cell is text, float32 (rows, columns)."""
    device = next(network.parameters()).device
    for stimulus in read_dataset(data_root / example.set, example.layout).stimuli:
        picture = Image.fromarray(read_picture(stimulus.image_path).rgb)
        text = Image.fromarray(read_text_map(data_root / example.maps, stimulus)).convert("F")
        ideal = (pixels / (picture.width * picture.height)) ** 0.5
        for times in ENLARGED:
            scale = ideal * times * rng.uniform(7 / 8, 9 / 8)
            width, height = (
                max(1, round(side * scale / MULTIPLE)) * MULTIPLE for side in picture.size
            )
            rgb = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR))
            pixel = scale_pixels(torch.from_numpy(rgb.transpose(2, 0, 1)[None].copy()))
            features = network.backbone.finest(pixel.to(device))[0].half().cpu()
            cells = text.resize((width // STRIDE, height // STRIDE), Image.Resampling.BOX)
            yield features, torch.from_numpy(np.asarray(cells) / 255)


def _part(shown: tuple[Tensor, Tensor], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """A random part, SIDE cells a side, of what `_shown` gives."""
    features, text = shown
    top, left = (int(rng.integers(side - SIDE + 1)) for side in text.shape)
    rows, columns = slice(2 * top, 2 * (top + SIDE)), slice(2 * left, 2 * (left + SIDE))
    return features[:, rows, columns], text[top : top + SIDE, left : left + SIDE]
