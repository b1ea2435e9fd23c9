"""The text head learns where a detector found text, and nothing else changes."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
import torch
from PIL import Image

from gazecast.data.stimulus import DataError
from gazecast.model.network import NetworkSpec, SaliencyNetwork
from gazecast.training.fit import text_head
from gazecast.training.fit.recipe import TextExamples
from gazecast.training.fit.samples import scale_pixels
from gazecast.training.fit.text_head import fit_text_head

pytestmark = pytest.mark.usefixtures("one_thread")

HEIGHT, WIDTH = 256, 384
EXAMPLES = (TextExamples(set="screens", maps="screens-text"),)


def screen(seed, text_columns):
    """Grey, and fine marks where text is."""
    rng = np.random.default_rng(seed)
    rgb = np.full((HEIGHT, WIDTH, 3), rng.integers(120, 250), dtype=np.uint8)
    marks = rng.random((HEIGHT, WIDTH)) < 0.4
    marks[:, : text_columns.start] = marks[:, text_columns.stop :] = False
    rgb[marks] = 20
    return rgb


@pytest.fixture
def network():
    torch.manual_seed(0)
    spec = NetworkSpec("test_efficientnet", ("web",), (16, 16, 16, 16), 1)
    return SaliencyNetwork(spec, imagenet=False).eval()


@pytest.fixture
def write_screens(write_set, data_root):
    def write(shapes=(slice(0, 192), slice(96, 288), slice(192, 384)), crop=slice(None)):
        images = {f"{n}.png": screen(n, text)[:, crop] for n, text in enumerate(shapes)}
        write_set("screens", images)
        maps = data_root / "screens-text"
        maps.mkdir()
        for name, columns in zip(images, shapes, strict=True):
            text = np.zeros((HEIGHT // 4, WIDTH // 4), dtype=np.uint8)
            text[:, columns.start // 4 : columns.stop // 4] = 255
            Image.fromarray(text).save(maps / name)

    return write


def fit(network, data_root, **changes):
    fit_text_head(network, EXAMPLES, data_root, pixels=HEIGHT * WIDTH, **changes)


def test_text_is_found_on_a_screen_that_was_not_shown(
    network, write_screens, data_root, monkeypatch
):
    write_screens()
    monkeypatch.setattr(text_head, "STEPS", 60)
    before = deepcopy(network.state_dict())
    told = []
    fit(network, data_root, on_step=lambda done, loss: told.append((done, loss)))
    pixels = scale_pixels(torch.from_numpy(screen(7, slice(0, 128)).transpose(2, 0, 1)[None]))
    with torch.no_grad():
        text = torch.sigmoid(network.text_head(network.backbone(pixels)[0]))[0, 0]
    assert text.shape == (HEIGHT // 8, WIDTH // 8)
    assert text[4:-4, 4:12].mean() > 0.8
    assert text[4:-4, 22:44].mean() < 0.1
    assert [done for done, _ in told] == list(range(1, 61))
    changed = [
        name for name, value in network.state_dict().items() if (value != before[name]).any()
    ]
    assert changed
    assert all(name.startswith("text_head.layers.") for name in changed)
    assert not any(p.requires_grad for p in network.text_head.parameters())


def test_pictures_too_narrow_for_a_part_are_named_as_the_cause(network, write_screens, data_root):
    write_screens(crop=slice(40))
    with pytest.raises(DataError, match="too narrow"):
        fit(network, data_root)


def test_a_missing_map_says_how_to_write_it(network, write_set, data_root):
    write_set("screens", {"0.png": screen(0, slice(0, 9))})
    with pytest.raises(DataError, match=r"gazecast\.training\.fit\.text_maps"):
        fit(network, data_root)
