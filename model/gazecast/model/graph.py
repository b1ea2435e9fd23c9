"""The exported graph: names and shapes agreed between export (torch) and prediction (ONNX)."""

from __future__ import annotations

IMAGE = "image"
"""uint8 (1, H, W, 3), sRGB, H and W multiples of the model's input multiple."""

THUMBNAIL = "thumbnail"
"""uint8 (1, THUMBNAIL_SIDE, THUMBNAIL_SIDE, 3), the whole picture squeezed to a square."""

LOG_DENSITY = "log_density"
"""float32 (1, domains, windows, H/4, W/4): natural logarithm of a density over the whole input,
padding included; cut out the picture's cells and normalise again."""

DOMAIN_LOGITS = "domain_logits"
"""float32 (1, domains): how the picture looks, before softmax."""

UNFAMILIARITY = "unfamiliarity"
"""float32 (1,): how unlike the pictures that the model knows this one looks, 0 or more; unlike them
above 1. See `gazecast.training.familiarity`."""

THUMBNAIL_SIDE = 160
"""Small and square on purpose: the kind of picture is to be told from what it shows, and at this
size neither its dimensions nor its compression can be seen."""
