"""How many numbers it takes to describe a picture: the entropy of its wavelet code.

Subband entropy by Rosenholtz, Li & Nakano (2007), "Measuring visual clutter", Journal of Vision
7(2):17, with the constants of the authors' published code. The colour channels are taken at half
the size, as most picture files store them; they weigh an eighth of lightness together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from gazecast.analysis.scores.filters import FloatArray

_CHROMA_WEIGHT = 0.0625
_NO_RANGE = 0.008  # a channel that varies by less is blank
_ROUNDING = 1e-4  # a band that varies by less holds the transform's rounding errors alone
_SCALES = 3
_ORIENTATIONS = 4


def subband_entropy(lab: FloatArray) -> float:
    """Mean entropy (nats) of the subbands of a steerable pyramid (3 scales, 4 orientations and the
    two residuals) of lightness, and with a weight of 1/16 each, of the two colour channels.

    lab: (3, rows, columns) as `rosenholtz_lab` gives it.
    """
    total = 0.0
    half = lab[1:].reshape(2, lab.shape[1] // 2, 2, lab.shape[2] // 2, 2).mean(axis=(2, 4))
    channels = (lab[0], 1.0), (half[0], _CHROMA_WEIGHT), (half[1], _CHROMA_WEIGHT)
    for channel, weight in channels:
        if np.ptp(channel) >= _NO_RANGE:
            total += weight * float(np.mean([_entropy(band) for band in _subbands(channel)]))
    return total / (1 + 2 * _CHROMA_WEIGHT)


def _entropy(band: FloatArray) -> float:
    """Shannon entropy of a histogram of sqrt(n) even bins."""
    bins = math.ceil(math.sqrt(band.size))
    lowest, spread = band.min(), np.ptp(band)
    if spread < _ROUNDING:
        return 0.0
    places = ((band - lowest) * ((bins - 1) / spread)).astype(np.int32)
    shares = np.bincount(places.ravel()) / band.size
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _subbands(channel: FloatArray) -> Iterator[FloatArray]:
    """Subbands of a steerable pyramid (Simoncelli & Freeman 1995), up to their amplitude."""
    rows, columns = channel.shape
    masks = _pyramid_masks(rows, columns)
    spectrum: NDArray[Any] = fft.rfft2(channel)
    yield fft.irfft2(spectrum * masks.highpass, s=channel.shape)
    for scale, (lowpass, oriented) in enumerate(masks.scales):
        size = rows >> scale, columns >> scale
        spectrum = _low_frequencies(spectrum, size) * lowpass
        quadrature = np.complex64(1j) * spectrum  # third derivatives are odd
        for mask in oriented:
            yield fft.irfft2(quadrature * mask, s=size)
    size = rows >> _SCALES, columns >> _SCALES
    yield fft.irfft2(_low_frequencies(spectrum, size) * masks.residual, s=size)


@dataclass(frozen=True, slots=True)
class _Masks:
    """What a spectrum is multiplied by for each subband. scales: of each scale, the lowpass that
    leads to it and the filters of its orientations."""

    highpass: FloatArray
    scales: list[tuple[FloatArray, list[FloatArray]]]
    residual: FloatArray


@lru_cache(maxsize=16)
def _pyramid_masks(rows: int, columns: int) -> _Masks:
    down = (2 * fft.fftfreq(rows)).astype(np.float32)[:, None]  # 1 is Nyquist's frequency
    across = (2 * fft.rfftfreq(columns)).astype(np.float32)[None, :]
    radius = np.sqrt(down * down + across * across)
    radius[0, 0] = radius[0, 1]  # a mean has no octave
    octave, cosine, sine = np.log2(radius), across / radius, down / radius

    def split(octave: FloatArray, scale: int) -> tuple[FloatArray, FloatArray]:
        """A lowpass and the highpass beside it, whose squares sum to 1, that cross in the octave
        below the scale's Nyquist frequency."""
        phase = np.float32(np.pi / 2) * np.clip(octave + np.float32(scale + 1), 0, 1)
        return np.cos(phase), np.sin(phase)

    lowpass, highpass = split(octave, 0)
    scales: list[tuple[FloatArray, list[FloatArray]]] = []
    for scale in range(_SCALES):
        size = rows >> scale, columns >> scale
        octave, cosine, sine = (_low_frequencies(part, size) for part in (octave, cosine, sine))
        lower, higher = split(octave, scale + 1)
        oriented: list[FloatArray] = []
        for turn in range(_ORIENTATIONS):
            angle = math.pi * turn / _ORIENTATIONS
            lobe = np.float32(math.cos(angle)) * cosine + np.float32(math.sin(angle)) * sine
            oriented.append((higher * lobe**3).astype(np.float32, copy=False))
        scales.append((lowpass, oriented))
        lowpass = _low_frequencies(lower, (size[0] // 2, size[1] // 2))
    return _Masks(highpass, scales, lowpass)


def _low_frequencies(spectrum: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """The part of a spectrum of a real picture that one of `size` (rows, columns) has."""
    rows, columns = size
    if spectrum.shape[0] == rows:
        return spectrum
    half = spectrum[:, : columns // 2 + 1]
    return np.concatenate([half[: rows // 2], half[-(rows // 2) :]])
