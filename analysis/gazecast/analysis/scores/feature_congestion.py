"""How crowded a picture is with colours, contrasts and orientations.

Feature congestion by Rosenholtz, Li & Nakano (2007), "Measuring visual clutter", Journal of Vision
7(2):17, with the filters and constants of the authors' published code.
"""

from __future__ import annotations

import math

import numpy as np

from gazecast.analysis.scores.filters import FloatArray, correlate, correlate_all, gaussian

# What one unit of clutter of colour, contrast and orientation is, from the authors' code.
_COLOUR, _CONTRAST, _ORIENTATION = 0.2088, 0.0660, 0.0269
_JUST_SEEN = (0.0007, 0.1, 0.05)  # added to the deviations of L, a and b
_SCALES = 3
_SAMPLING = 2 ** (_SCALES - 1)  # pooled maps are smooth: they are kept at every fourth pixel


def feature_congestion(lab: FloatArray) -> float:
    """Mean over the picture of the clutter of colour, of contrast and of orientation, each the
    largest over three scales and divided by its typical value.

    lab: (3, rows, columns) as `rosenholtz_lab` gives it. A blank picture has the noise floor of
    1.25.
    """
    height, width = (math.ceil(side / _SAMPLING) for side in lab.shape[1:])
    colour, contrast, orientation = np.zeros((3, height, width), dtype=np.float32)
    # The authors' pyramid doubles the values on each coarser scale, and their way back quarters
    # the maps.
    binomial = tuple(math.sqrt(2) * tap / 16 for tap in (1, 4, 6, 4, 1))
    for scale in range(_SCALES):
        stride, gain = _SAMPLING >> scale, 0.25**scale
        if scale:
            lab = correlate_all(lab, binomial, binomial, stride=2)
        np.maximum(colour, gain * _colour_clutter(lab, stride), out=colour)
        np.maximum(contrast, gain * _contrast_clutter(lab[0], stride), out=contrast)
        np.maximum(orientation, gain * _orientation_clutter(lab[0], stride), out=orientation)
    return float((colour / _COLOUR + contrast / _CONTRAST + orientation / _ORIENTATION).mean())


def _colour_clutter(lab: FloatArray, stride: int) -> FloatArray:
    """Cube root of the volume of the ellipsoid that the colours around each pixel fill."""
    pool = gaussian(3.0, 6)
    pairs = (0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)
    fields = np.empty((3 + len(pairs), *lab.shape[1:]), dtype=np.float32)
    fields[:3] = lab
    for product, (i, j) in zip(fields[3:], pairs, strict=True):
        np.multiply(lab[i], lab[j], out=product)
    pooled = correlate_all(fields, pool, pool, stride)
    means, products = pooled[:3], pooled[3:]
    for k, (i, j) in enumerate(pairs):
        products[k] -= means[i] * means[j]
        if i == j:
            products[k] = np.maximum(products[k], 0) + np.float32(_JUST_SEEN[i] ** 2)
    ll, la, lb, aa, ab, bb = products
    volume = ll * (aa * bb - ab * ab) - la * (la * bb - ab * lb) + lb * (la * ab - aa * lb)
    floor = np.float32(math.prod(_JUST_SEEN) ** 2)  # rounding may take a flat area below it
    length: FloatArray = np.maximum(volume, floor) ** np.float32(1 / 6)
    return length


def _contrast_clutter(lightness: FloatArray, stride: int) -> FloatArray:
    """Standard deviation, around each pixel, of the centre-surround contrast."""
    centre, surround, pool = gaussian(0.71, 3), gaussian(1.14, 3), gaussian(3.0, 6)
    contrast = np.abs(
        correlate(lightness, centre, centre) - correlate(lightness, surround, surround)
    )
    mean, square = correlate_all(np.stack([contrast, contrast * contrast]), pool, pool, stride)
    deviation: FloatArray = np.sqrt(np.abs(square - mean * mean))
    return deviation


def _orientation_clutter(lightness: FloatArray, stride: int) -> FloatArray:
    """Square root of the area of the ellipse that the orientations around each pixel fill.

    The energy of second derivatives at 0, 45, 90 and 135 degrees, as differences of three
    Gaussians a standard deviation apart, gives the vector (cos 2 angle, sin 2 angle).
    """
    sigma, radius = 2.0, 6
    flat = np.array(gaussian(sigma, radius))
    ahead, behind = (np.array(gaussian(sigma, radius, shift)) for shift in (sigma, -sigma))
    second = tuple(2 * flat - ahead - behind)
    horizontal = correlate(lightness, second, tuple(flat))
    vertical = correlate(lightness, tuple(flat), second)
    # On the diagonals the three Gaussians lie at (-s, -s), (0, 0), (s, s) with s = sigma / sqrt 2,
    # and at (-s, s), (0, 0), (s, -s): even -+ odd, from separable parts.
    shift = sigma / math.sqrt(2)
    ahead, behind = (np.array(gaussian(sigma, radius, side)) for side in (shift, -shift))
    both, between = tuple(ahead + behind), tuple(ahead - behind)
    even = 2 * correlate(lightness, tuple(flat), tuple(flat)) - 0.5 * correlate(
        lightness, both, both
    )
    odd = 0.5 * correlate(lightness, between, between)

    # Twice a Gaussian of 1.75 px on a grid twice as fine.
    fine = np.array(gaussian(1.75, 4))
    pool = tuple(2 * np.convolve(fine, fine)[::2])
    across, along = horizontal * horizontal, vertical * vertical
    step = min(2, stride)  # what is pooled is smooth enough for every other pixel
    energies = np.stack(
        [across + along + 2 * (even * even + odd * odd), across - along, -4 * even * odd]
    )
    total, cosine, sine = correlate_all(energies, pool, pool, step)
    total = total + 1  # below this energy nothing is seen
    cosine, sine = cosine / total, sine / total

    around = gaussian(14.0 / step, 28 // step)
    moments = np.stack([cosine, sine, cosine * cosine, sine * sine, cosine * sine])
    mean_cosine, mean_sine, cosine_2, sine_2, shared = correlate_all(
        moments, around, around, stride // step
    )
    noise = np.float32(0.001)
    shared = shared - mean_cosine * mean_sine
    area = (cosine_2 - mean_cosine * mean_cosine + noise) * (sine_2 - mean_sine * mean_sine + noise)
    length: FloatArray = np.sqrt(np.sqrt(np.maximum(area - shared * shared, noise * noise)))
    return length
