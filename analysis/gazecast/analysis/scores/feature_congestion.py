"""How crowded a picture is with colours, contrasts and orientations.

Feature congestion by Rosenholtz, Li & Nakano (2007), "Measuring visual clutter", Journal of Vision
7(2):17, with the filters and constants of the authors' published code.
"""

from __future__ import annotations

import math

import numpy as np

from gazecast.analysis.scores.filters import FloatArray, Taps, correlate, gaussian

# What one unit of clutter of colour, contrast and orientation is, from the authors' code.
_COLOUR, _CONTRAST, _ORIENTATION = 0.2088, 0.0660, 0.0269
_JUST_SEEN = (0.0007, 0.1, 0.05)  # added to the deviations of L, a and b
_SCALES = 3
_SAMPLING = 2 ** (_SCALES - 1)  # pooled maps are smooth: they are kept at every fourth pixel

# The authors' pyramid doubles the values on each coarser scale, and their way back quarters the
# maps.
_COARSER: Taps = tuple(math.sqrt(2) * tap / 16 for tap in (1, 4, 6, 4, 1))
_GAIN = 0.25
_POOL = gaussian(3.0, 6)
_CENTRE, _SURROUND = gaussian(0.71, 3), gaussian(1.14, 3)
_FINE = np.convolve(gaussian(1.75, 4), gaussian(1.75, 4))  # on a grid twice as fine
_ENERGY_POOL: dict[int, Taps] = {
    step: tuple((2 * step * _FINE[:: 2 * step]).tolist()) for step in (1, 2)
}
_AROUND = {step: gaussian(14.0 / step, 28 // step) for step in (1, 2)}


def _derivatives() -> tuple[Taps, ...]:
    """Taps of a Gaussian of 2 px; of its second derivative, as the difference of three a standard
    deviation apart; and, for the diagonals, of the sum and the difference of two.

    On the diagonals the three lie at (-s, -s), (0, 0), (s, s) with s = 2 px / sqrt 2, and at
    (-s, s), (0, 0), (s, -s): even -+ odd, from separable parts.
    """
    sigma, radius = 2.0, 6
    flat, ahead, behind, further, back = (
        np.array(gaussian(sigma, radius, shift))
        for shift in (0.0, sigma, -sigma, sigma / math.sqrt(2), -sigma / math.sqrt(2))
    )
    filters = flat, 2 * flat - ahead - behind, further + back, further - back
    return tuple(tuple(taps.tolist()) for taps in filters)


_FLAT, _SECOND, _BOTH, _BETWEEN = _derivatives()
_TINY = np.float32(1e-9)


def feature_congestion(lab: FloatArray) -> float:
    """Mean over the picture of the clutter of colour, of contrast and of orientation, each the
    largest over three scales and divided by its typical value.

    lab: (3, rows, columns) as `rosenholtz_lab` gives it. A blank picture has the noise floor of
    1.25.
    """
    # No clutter changes with a colour added to all of the picture. Where most of it is black, the
    # squares that deviations are taken from are small, and rounding does not pass for colours.
    lab = lab - np.median(lab[:, ::_SAMPLING, ::_SAMPLING], axis=(1, 2), keepdims=True)
    height, width = (math.ceil(side / _SAMPLING) for side in lab.shape[1:])
    colour, contrast, orientation = np.zeros((3, height, width), dtype=np.float32)
    for scale in range(_SCALES):
        stride, gain = _SAMPLING >> scale, _GAIN**scale
        if scale:
            lab = correlate(lab, _COARSER, _COARSER, 2)
        np.maximum(colour, gain * _colour_clutter(lab, stride), out=colour)
        np.maximum(contrast, gain * _contrast_clutter(lab[0], stride), out=contrast)
        np.maximum(orientation, gain * _orientation_clutter(lab[0], stride), out=orientation)
    return float((colour / _COLOUR + contrast / _CONTRAST + orientation / _ORIENTATION).mean())


def _colour_clutter(lab: FloatArray, stride: int) -> FloatArray:
    """Cube root of the volume of the ellipsoid that the colours around each pixel fill."""
    pairs = (0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)
    products = np.empty((len(pairs), *lab.shape[1:]), dtype=np.float32)
    for product, (i, j) in zip(products, pairs, strict=True):
        np.multiply(lab[i], lab[j], out=product)
    means = correlate(lab, _POOL, _POOL, stride)
    covariances = correlate(products, _POOL, _POOL, stride)
    for k, (i, j) in enumerate(pairs):
        covariances[k] -= means[i] * means[j]
        if i == j:
            covariances[k] = np.maximum(covariances[k], 0) + np.float32(_JUST_SEEN[i] ** 2)
    ll, la, lb, aa, ab, bb = covariances
    volume = ll * (aa * bb - ab * ab) - la * (la * bb - ab * lb) + lb * (la * ab - aa * lb)
    floor = np.float32(math.prod(_JUST_SEEN) ** 2)  # rounding may take a flat area below it
    length: FloatArray = np.sqrt(np.cbrt(np.maximum(volume, floor)))
    return length


def _contrast_clutter(lightness: FloatArray, stride: int) -> FloatArray:
    """Standard deviation, around each pixel, of the centre-surround contrast."""
    contrast = correlate(lightness, _CENTRE, _CENTRE)
    contrast -= correlate(lightness, _SURROUND, _SURROUND)
    fields = np.stack([np.abs(contrast), contrast * contrast])
    mean, square = correlate(fields, _POOL, _POOL, stride)
    deviation: FloatArray = np.sqrt(np.abs(square - mean * mean))
    return deviation


def _orientation_clutter(lightness: FloatArray, stride: int) -> FloatArray:
    """Square root of the area of the ellipse that the orientations around each pixel fill.

    The energy of second derivatives at 0, 45, 90 and 135 degrees gives the vector (cos 2 angle,
    sin 2 angle).
    """
    step = min(2, stride)  # the derivatives are smooth enough for every other pixel
    horizontal = correlate(lightness, _SECOND, _FLAT, step)
    vertical = correlate(lightness, _FLAT, _SECOND, step)
    even = 2 * correlate(lightness, _FLAT, _FLAT, step)
    even -= 0.5 * correlate(lightness, _BOTH, _BOTH, step)
    odd = 0.5 * correlate(lightness, _BETWEEN, _BETWEEN, step)

    across, along = horizontal * horizontal, vertical * vertical
    energies = np.stack(
        [across + along + 2 * (even * even + odd * odd), across - along, -4 * even * odd]
    )
    total, cosine, sine = correlate(energies, _ENERGY_POOL[step], _ENERGY_POOL[step])
    total += 1  # below this energy nothing is seen
    # No deviation changes with what is added, and no square is so small that products get slow.
    cosine, sine = cosine / total + _TINY, sine / total + _TINY

    moments = np.stack([cosine, sine, cosine * cosine, sine * sine, cosine * sine])
    mean_cosine, mean_sine, cosine_2, sine_2, shared = correlate(
        moments, _AROUND[step], _AROUND[step], stride // step
    )
    noise = np.float32(0.001)
    shared = shared - mean_cosine * mean_sine
    area = (cosine_2 - mean_cosine * mean_cosine + noise) * (sine_2 - mean_sine * mean_sine + noise)
    length: FloatArray = np.sqrt(np.sqrt(np.maximum(area - shared * shared, noise * noise)))
    return length
