"""The methods beside the model."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gazecast.evaluation.report.other_methods import (
    METHODS,
    hotgaze,
    other_methods,
    spectral_residual,
    spectral_residual_map,
)


@pytest.fixture
def odd_one_out(make_stimulus, tmp_path):
    """Grey grain with one bright patch, a quarter from the left and from the top."""
    grey = np.random.default_rng(0).integers(110, 140, (120, 160)).astype(np.uint8)
    grey[20:40, 30:50] = 250
    path = tmp_path / "odd.png"
    Image.fromarray(np.repeat(grey[..., None], 3, axis=2)).save(path)
    stimulus = make_stimulus("odd", [], [], width=160, height=120)
    object.__setattr__(stimulus, "image_path", path)
    return stimulus


def test_what_stands_out_is_salient(odd_one_out):
    saliency = spectral_residual(odd_one_out)

    assert saliency.shape == (120, 160)
    assert saliency[15:45, 25:55].mean() > 3 * saliency.mean()


@pytest.mark.parametrize("level", [0, 255])
def test_a_blank_picture_has_a_finite_map(level):
    saliency = spectral_residual_map(np.full((30, 50, 3), level, np.uint8))

    assert np.isfinite(saliency).all()
    assert saliency.sum() > 0


def test_spectral_residual_is_that_of_opencv(odd_one_out):
    # StaticSaliencySpectralResidual of opencv-contrib-python-headless 5.0.0 on the same picture:
    # means of blocks of 20 x 20 pixels. The plain build, which hotgaze needs, does not have it.
    expected = [
        [0.0754, 0.1602, 0.1693, 0.0975, 0.0777, 0.0888, 0.0954, 0.0841],
        [0.0930, 0.4372, 0.4466, 0.1167, 0.0778, 0.0952, 0.0980, 0.1018],
        [0.0786, 0.1472, 0.1735, 0.0872, 0.0754, 0.0857, 0.0855, 0.0925],
        [0.1015, 0.1026, 0.1060, 0.0870, 0.0768, 0.0698, 0.0771, 0.0926],
        [0.0870, 0.0971, 0.0923, 0.0904, 0.0849, 0.0723, 0.0925, 0.1027],
        [0.0940, 0.0814, 0.1006, 0.0810, 0.0996, 0.0995, 0.0780, 0.0772],
    ]
    rgb = np.asarray(Image.open(odd_one_out.image_path))

    blocks = spectral_residual_map(rgb).reshape(6, 20, 8, 20).mean(axis=(1, 3))

    assert np.corrcoef(blocks.ravel(), np.ravel(expected))[0, 1] > 0.999


def test_hotgaze_gives_a_map_of_the_image(odd_one_out):
    heatmap = hotgaze(odd_one_out)

    assert heatmap.shape == (120, 160)
    assert 0 <= heatmap.min() < heatmap.max() <= 1


def test_every_method_is_described(odd_one_out):
    mean_map = np.full((120, 160), 1 / 19200)

    assert set(METHODS) == {"model", "mean map", *other_methods(lambda _: mean_map)}
