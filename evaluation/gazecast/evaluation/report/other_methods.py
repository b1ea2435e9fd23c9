"""What the report scores beside the model: methods that anyone can run, taken as they come.

Needs the extra `report`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from hotgaze.config import EngineConfig
from hotgaze.engine import run_engine
from numpy.typing import NDArray

from gazecast.data.stimulus import Stimulus
from gazecast.evaluation.baselines import CentredGaussian
from gazecast.evaluation.evaluate import MEAN_MAP, MODEL
from gazecast.evaluation.report.method import Method
from gazecast.evaluation.scoring import Predict
from gazecast.model.picture import read_picture

SPECTRUM_SIDE = 64
"""Rows and columns that a picture is brought to before its spectrum is taken."""


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        MODEL: Method("The model that this report is about."),
        MEAN_MAP: Method(
            "Where people look on the other images of the same set, whatever the image: their "
            "fixations pooled and blurred. It is fitted to the data as the model is, and never "
            "looks at the image."
        ),
        "centred Gaussian": Method(
            "A Gaussian in the middle of the image, as wide and as high as the mean map scatters "
            "about that middle. It never looks at the image."
        ),
        "hotgaze": Method(
            "The offline backend of hotgaze with its default settings (spectral residual, "
            "contrast, a centre bias and a reading pattern).",
            f"hotgaze {version('hotgaze')}",
        ),
        "spectral residual": Method(
            "Hou and Zhang, Saliency Detection: A Spectral Residual Approach (CVPR 2007), with the "
            "steps and constants of OpenCV's StaticSaliencySpectralResidual.",
            f"opencv-python-headless {version('opencv-python-headless')}",
        ),
    }
)
"""All methods of the report, in its order."""


def other_methods(mean_map: Predict) -> dict[str, Predict]:
    """The methods beside the model and the mean map."""
    return {
        "centred Gaussian": CentredGaussian(mean_map),
        "hotgaze": hotgaze,
        "spectral residual": spectral_residual,
    }


def spectral_residual(stimulus: Stimulus) -> NDArray[np.float32]:
    """Saliency (rows, columns) of the stimulus's size, 0 to 1.

    cv2.saliency, which has it too, is in the contrib build only, and that build and the one that
    hotgaze needs own the same files.
    """
    return spectral_residual_map(read_picture(stimulus.image_path).rgb)


def spectral_residual_map(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The same for an sRGB picture (rows, columns, 3)."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (SPECTRUM_SIDE, SPECTRUM_SIDE))
    spectrum = np.fft.fft2(small)
    amplitude = np.abs(spectrum)
    # A flat picture has a spectrum of zeros, whose logarithm is not finite.
    log_amplitude = np.log(np.maximum(amplitude, 1e-12 * amplitude.max() + 1e-12))
    residual = log_amplitude - cv2.blur(log_amplitude, (3, 3))
    salient = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum))))
    smooth = cv2.GaussianBlur(salient, (5, 5), 8) ** 2
    scaled = (smooth / smooth.max()).astype(np.float32)
    rows, columns = grey.shape
    return np.asarray(cv2.resize(scaled, (columns, rows)))


def hotgaze(stimulus: Stimulus) -> NDArray[np.float32]:
    """Attention (rows, columns) of the stimulus's size, 0 to 1."""
    return _hotgaze(stimulus.image_path)


@lru_cache(maxsize=36)  # each page is scored in three windows; a map of one takes 4 MB
def _hotgaze(path: Path) -> NDArray[np.float32]:
    heatmap: NDArray[np.float32] = run_engine(str(path), EngineConfig.fast_default()).heatmap
    return heatmap
