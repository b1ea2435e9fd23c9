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
_DIAGONAL = np.float32(math.sqrt(0.5))


def subband_entropy(lab: FloatArray) -> float:
    """Mean entropy (nats) of the subbands of a steerable pyramid (3 scales, 4 orientations and the
    two residuals) of lightness, and with a weight of 1/16 each, of the two colour channels.

    lab: (3, rows, columns) as `rosenholtz_lab` gives it.
    """
    total = 0.0
    chroma = _halved(_halved(lab[1:]))
    for channel, weight in (lab[0], 1.0), (chroma[0], _CHROMA_WEIGHT), (chroma[1], _CHROMA_WEIGHT):
        if np.ptp(channel) >= _NO_RANGE:
            total += weight * float(np.mean([_entropy(band) for band in _subbands(channel)]))
    return total / (1 + 2 * _CHROMA_WEIGHT)


def _halved(fields: FloatArray) -> FloatArray:
    """Means of two by two pixels."""
    pairs = fields[..., ::2, :] + fields[..., 1::2, :]
    return np.float32(0.25) * (pairs[..., ::2] + pairs[..., 1::2])


def _entropy(band: FloatArray) -> float:
    """Shannon entropy of a histogram of sqrt(n) even bins."""
    bins = math.ceil(math.sqrt(band.size))
    lowest = band.min()
    spread = band.max() - lowest
    if spread < _ROUNDING:
        return 0.0
    places = band - lowest
    places *= (bins - 1) / spread
    shares = np.bincount(places.ravel().astype(np.intp)) / band.size
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _subbands(channel: FloatArray) -> Iterator[FloatArray]:
    """Subbands of a steerable pyramid (Simoncelli & Freeman 1995), up to their amplitude."""
    rows, columns = channel.shape
    filters = _pyramid(rows, columns)
    spectrum: NDArray[Any] = fft.rfft2(channel)
    yield fft.irfft2(spectrum * filters.highpass, s=channel.shape)
    for scale, oriented in enumerate(filters.oriented):
        size = rows >> scale, columns >> scale
        spectrum = _low_frequencies(spectrum, size)
        quadrature = np.complex64(1j) * spectrum  # third derivatives are odd
        for each in oriented:
            yield fft.irfft2(quadrature * each, s=size)
    size = rows >> _SCALES, columns >> _SCALES
    yield fft.irfft2(_low_frequencies(spectrum, size) * filters.lowpass, s=size)


@dataclass(frozen=True, slots=True)
class _Pyramid:
    """What a spectrum is multiplied by for each subband. oriented: of each scale, one filter for
    each orientation, on the frequencies that the scale has."""

    highpass: FloatArray
    oriented: list[list[FloatArray]]
    lowpass: FloatArray


@lru_cache(maxsize=8)
def _pyramid(rows: int, columns: int) -> _Pyramid:
    down = (2 * fft.fftfreq(rows)).astype(np.float32)[:, None]  # 1 is Nyquist's frequency
    across = (2 * fft.rfftfreq(columns)).astype(np.float32)[None, :]
    radius = np.sqrt(down * down + across * across)
    radius[0, 0] = radius[0, 1]  # a mean has no octave
    octave = np.log2(radius, dtype=np.float32)
    cosine, sine = np.divide(across, radius), np.divide(down, radius)

    # At each crossing, in the octave below a scale's Nyquist frequency, the squares of the lowpass
    # and of the highpass sum to 1.
    lowpass, highpass = _crossing(octave, 0)
    oriented: list[list[FloatArray]] = []
    for scale in range(_SCALES):
        size = rows >> scale, columns >> scale
        lowpass, octave, cosine, sine = (
            _low_frequencies(part, size) for part in (lowpass, octave, cosine, sine)
        )
        lower, higher = _crossing(octave, scale + 1)
        higher *= lowpass
        rising, falling = _DIAGONAL * (sine + cosine), _DIAGONAL * (sine - cosine)
        lobes = cosine, rising, sine, falling
        oriented.append([higher * lobe * lobe * lobe for lobe in lobes])
        lowpass = lowpass * lower
    size = rows >> _SCALES, columns >> _SCALES
    return _Pyramid(highpass, oriented, _low_frequencies(lowpass, size))


def _crossing(octave: FloatArray, scale: int) -> tuple[FloatArray, FloatArray]:
    phase = np.float32(np.pi / 2) * np.clip(octave + np.float32(scale + 1), 0, 1)
    return np.cos(phase), np.sin(phase)


def _low_frequencies(spectrum: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """The part of a spectrum of a real picture that one of `size` (rows, columns) has."""
    rows, columns = size
    if spectrum.shape[0] == rows:
        return spectrum
    half = spectrum[:, : columns // 2 + 1]
    return np.concatenate([half[: rows - rows // 2], half[len(half) - rows // 2 :]])
