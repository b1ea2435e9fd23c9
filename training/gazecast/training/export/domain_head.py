"""Fit what is read off a thumbnail: which kind of picture it is, and whether it is one at all.

It reads the finished network's features of a small square thumbnail. Training shows each picture
many times: cropped, enlarged or reduced, and recompressed at random, alike for all domains, so that
neither size, aspect nor the traces of compression say anything about the domain.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gazecast.data.images import open_image
from gazecast.data.layouts import read_dataset
from gazecast.evaluation.odd_pictures import odd_picture
from gazecast.model.graph import THUMBNAIL_SIDE
from gazecast.model.network import SaliencyNetwork
from gazecast.model.picture import read_picture
from gazecast.model.session import squeezed
from gazecast.model.vocabulary import DOMAINS
from gazecast.training.export.familiarity import Familiarity
from gazecast.training.fit.recipe import DomainExamples, Recipe
from gazecast.training.fit.samples import scale_pixels

VIEWS_PER_DOMAIN = 800
"""Pictures shown of each domain, however many different ones there are."""

WEIGHT_DECAY = 3e-2


CHECKED_PER_DOMAIN = 100
"""Pictures of each domain, if there are so many, that only the limits of familiarity are set on."""

ODD_VIEWS = 800
"""Pictures shown of no domain at all."""


def fit_domain_head(network: SaliencyNetwork, recipe: Recipe, data_root: Path) -> Familiarity:
    """Multinomial logistic regression of the domain on the thumbnail's embedding, in place.

    Every domain counts the same, whatever its number of examples. Returns what tells pictures of no
    domain, its limits set on a fifth of the examples, which nothing is fitted on. Raises DataError.
    """
    rng = np.random.default_rng(recipe.seed)
    known, ordinary = [], []
    for domain in DOMAINS:
        paths = example_paths(recipe.domain_examples[domain], data_root)
        order = [paths[index] for index in rng.permutation(len(paths))]
        apart = min(-(-len(order) // 5), CHECKED_PER_DOMAIN)
        load = cache(_load)
        # A single picture has to serve for both.
        known.append(_views(network, load, order[apart:] or order, rng))
        ordinary += [whole(load(path)) for path in order[:apart]]
    x = torch.cat(known)
    y = torch.arange(len(DOMAINS)).repeat_interleave(VIEWS_PER_DOMAIN)
    _fit_head(network, x, y)
    familiarity = Familiarity(len(DOMAINS), x.shape[1])
    odd = np.stack([random_view(odd_picture(rng), rng) for _ in range(ODD_VIEWS)])
    familiarity.fit(x, y, _embed(network, odd), _embed(network, np.stack(ordinary)))
    return familiarity


def _fit_head(network: SaliencyNetwork, x: torch.Tensor, y: torch.Tensor) -> None:
    mean, deviation = x.mean(dim=0), x.std(dim=0) + 1e-6
    head = torch.nn.Linear(x.shape[1], len(DOMAINS))
    torch.nn.init.zeros_(head.weight)  # one optimum, and one way to it
    torch.nn.init.zeros_(head.bias)
    optimizer = torch.optim.LBFGS(head.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        logits = head((x - mean) / deviation)
        penalty = WEIGHT_DECAY * head.weight.square().sum()
        loss: torch.Tensor = torch.nn.functional.cross_entropy(logits, y) + penalty
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        weight = head.weight / deviation
        network.domain_head.weight.copy_(weight)
        network.domain_head.bias.copy_(head.bias - weight @ mean)


@torch.no_grad()
def assume_trained_domains(network: SaliencyNetwork, recipe: Recipe) -> None:
    """For recipes without examples: set the head, in place, to answer the same whatever it sees.

    The domains that a data set trained get equal probabilities; the borrowed ones next to none.
    """
    network.domain_head.weight.zero_()
    network.domain_head.bias.copy_(
        torch.tensor([0.0 if domain in recipe.trained else -20.0 for domain in DOMAINS])
    )


def example_paths(
    examples: tuple[DomainExamples, ...], data_root: Path, without: Sequence[str] = ()
) -> list[Path]:
    """The example pictures of one domain, those of the splits `without` left out."""
    paths = []
    for example in examples:
        read = read_dataset(data_root / example.set, example.layout)
        if example.splits is not None:
            read = read.splits(example.splits)
        paths += [each.image_path for each in read.stimuli if each.split not in without]
    return paths


def random_view(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A thumbnail of a random part of the picture, at a random quality; uint8 (side, side, 3)."""
    height, width = rgb.shape[:2]
    kept = rng.uniform(0.55, 1.0, size=2)
    if rng.random() < 0.3:  # a part of another shape: a tall page, a wide phone screen
        kept[rng.integers(2)] *= rng.uniform(0.5, 1.0)
    crop_height = min(height, max(8, int(height * kept[0])))
    crop_width = min(width, max(8, int(width * kept[1])))
    top = int(rng.integers(0, height - crop_height + 1))
    left = int(rng.integers(0, width - crop_width + 1))
    part = Image.fromarray(rgb[top : top + crop_height, left : left + crop_width])
    side = int(rng.integers(THUMBNAIL_SIDE, 480))
    part = part.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    if rng.random() < 0.7:
        buffer = io.BytesIO()
        part.save(buffer, "JPEG", quality=int(rng.integers(40, 96)))
        part = open_image(buffer)
    small = part.resize(
        (THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0
    )
    return np.asarray(small)


def _load(path: Path) -> NDArray[np.uint8]:
    rgb = read_picture(path).rgb
    image = Image.fromarray(rgb)
    image.thumbnail((640, 640), Image.Resampling.BOX)
    return np.asarray(image)


def whole(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The thumbnail of the whole picture, as the predictor makes it."""
    height, width = rgb.shape[:2]
    return squeezed(Image.fromarray(rgb), (0, 0, width, height), THUMBNAIL_SIDE)


def _views(
    network: SaliencyNetwork,
    load: Callable[[Path], NDArray[np.uint8]],
    paths: Sequence[Path],
    rng: np.random.Generator,
) -> torch.Tensor:
    """Embeddings of VIEWS_PER_DOMAIN views, each picture shown as often as the others."""
    rounds = -(-VIEWS_PER_DOMAIN // len(paths))
    shown = np.concatenate([rng.permutation(len(paths)) for _ in range(rounds)])
    return _embed(
        network,
        np.stack([random_view(load(paths[index]), rng) for index in shown[:VIEWS_PER_DOMAIN]]),
    )


@torch.no_grad()
def _embed(network: SaliencyNetwork, thumbnails: NDArray[np.uint8]) -> torch.Tensor:
    network.eval()
    batches = torch.from_numpy(thumbnails).permute(0, 3, 1, 2).split(32)
    return torch.cat([network.embed(scale_pixels(batch)) for batch in batches])
