"""Make `import torchvision` work where torch is a CPU build and torchvision a CUDA build.

PyPI's torchvision wheels are linked to CUDA. Beside a CPU-only torch their compiled operators do
not load, and `import torchvision` (and so timm) stops at "operator torchvision::nms does not
exist". Declaring the two operators is enough: no model here calls them. Import this module before
timm.
"""

from __future__ import annotations

import torch

_OPERATORS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}


def _declare_missing_operators() -> torch.library.Library | None:
    if torch.version.cuda is not None:
        return None  # torchvision's own binary declares them
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _OPERATORS.values():
        library.define(schema)
    return library


# The declarations live as long as this object.
LIBRARY = _declare_missing_operators()
