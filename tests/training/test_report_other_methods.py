"""The methods beside the model."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

cv2 = pytest.importorskip("cv2")
pytest.importorskip("hotgaze")

from gazecast.training.report.other_methods import (  # noqa: E402
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
    if not hasattr(cv2, "saliency"):
        pytest.skip("needs opencv-contrib-python-headless in place of the plain build")
    rgb = np.asarray(Image.open(odd_one_out.image_path))
    method = cv2.saliency.StaticSaliencySpectralResidual_create()

    _, expected = method.computeSaliency(rgb[..., ::-1].copy())

    ours = spectral_residual_map(rgb)
    assert np.corrcoef(ours.ravel(), expected.ravel())[0, 1] > 0.999


def test_hotgaze_gives_a_map_of_the_image(odd_one_out):
    heatmap = hotgaze(odd_one_out)

    assert heatmap.shape == (120, 160)
    assert 0 <= heatmap.min() < heatmap.max() <= 1


def test_every_method_is_described(odd_one_out):
    mean_map = np.full((120, 160), 1 / 19200)

    assert set(METHODS) == {"model", "mean map", *other_methods(lambda _: mean_map)}
