"""The exported graph: names and shapes agreed between export (torch) and prediction (ONNX)."""

from __future__ import annotations

IMAGE = "image"
"""uint8 (1, H, W, 3), sRGB, H and W multiples of the model's input multiple."""

THUMBNAIL = "thumbnail"
"""uint8 (1, side, side, 3), the whole picture squeezed to a square; THUMBNAIL_SIDE in new files."""

DOMAIN = "domain"
"""int64 (1,): the place in the description's domains of the one that is asked for, or AUTO."""

LOG_DENSITY = "log_density"
"""float32 (1, windows, H/4, W/4): natural logarithm of a density over the whole input, padding
included; cut out the picture's cells and normalise again."""

DOMAIN_LOGITS = "domain_logits"
"""float32 (1, domains): how the picture looks, before softmax."""

UNFAMILIARITY = "unfamiliarity"
"""float32 (1,): how unlike the pictures that the model knows this one looks, 0 or more; unlike them
above 1. See `gazecast.training.export.familiarity`."""

AUTO = -1
"""Asks for the domain that the picture looks like most, of those that every model has."""

THUMBNAIL_SIDE = 96
"""Small and square on purpose: the kind of picture is to be told from what it shows, and at this
size neither its dimensions nor its compression can be seen. 160 tells no better."""
