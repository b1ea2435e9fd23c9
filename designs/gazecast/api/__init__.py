"""The one public surface of gazecast in Python; docs/python.md shows it at work.

    from gazecast.api import Design, Predictor, report

    told = report(Predictor(), Design(image="page.png", goal_region="button"))

Everything else in the package may change from one version to the next. Nothing here is loaded
before it is used.

What is raised, beside OSError for a file that cannot be read:

    GazecastError               the root; str() says what is wrong and what to do about it
    |- PictureError             a file is no usable picture
    |  |- EmptyPicture          no bytes, or a side of zero
    |  |- UnsupportedFormat     not a still PNG, JPEG or WebP
    |  |- DamagedPicture        corrupt or cut off
    |  |- PictureTooLarge       too many pixels, or too long a side
    |  `- PictureTooComplex     takes far more work than its pixels are worth
    |- RegionError              a region is empty, crosses itself or reaches out of the picture
    |- LongPageError            a page takes too many screens, or a curve of reach is none
    |- ComparisonError          variants cannot be held against each other
    |- UnknownDomainError       the model lacks the kind of picture that was asked for
    |- DesignError              what is asked of a design cannot be answered
    |  |- OptionError           an option is wrong, or not known
    |  |- GoalError             a goal, or an intended order, of regions that are not there
    |  |- NotCalibratedError    the model's errors were not measured: no difference can be told
    |  |- MixedDevicesError     variants of a desktop page and of a phone screen
    |  `- VariantError          a picture or a region of one variant; __cause__ says why
    `- ModelFileError           a model is missing, damaged, or not the one it says
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gazecast.analysis.comparison import ComparisonError
    from gazecast.analysis.long_page import LongPageError
    from gazecast.analysis.regions import RegionError
    from gazecast.data.errors import GazecastError
    from gazecast.designs.comparison import DesignComparison as Comparison
    from gazecast.designs.comparison import compare
    from gazecast.designs.design import Design
    from gazecast.designs.errors import (
        DesignError,
        GoalError,
        MixedDevicesError,
        NotCalibratedError,
        OptionError,
        VariantError,
    )
    from gazecast.designs.regions import Polygon, Region
    from gazecast.designs.report import DesignReport as Report
    from gazecast.designs.report import report
    from gazecast.model.metadata import ModelFileError
    from gazecast.model.picture import (
        DamagedPicture,
        EmptyPicture,
        PictureError,
        PictureTooComplex,
        PictureTooLarge,
        UnsupportedFormat,
    )
    from gazecast.model.prediction import UnknownDomainError
    from gazecast.model.predictor import Predictor

__all__ = [
    "Comparison",
    "ComparisonError",
    "DamagedPicture",
    "Design",
    "DesignError",
    "EmptyPicture",
    "GazecastError",
    "GoalError",
    "LongPageError",
    "MixedDevicesError",
    "ModelFileError",
    "NotCalibratedError",
    "OptionError",
    "PictureError",
    "PictureTooComplex",
    "PictureTooLarge",
    "Polygon",
    "Predictor",
    "Region",
    "RegionError",
    "Report",
    "UnknownDomainError",
    "UnsupportedFormat",
    "VariantError",
    "__version__",
    "compare",
    "report",
]

__version__ = version("gazecast")

# Where each name comes from; those that are called otherwise there, with that name.
_MODULES = {
    "gazecast.analysis.comparison": ("ComparisonError",),
    "gazecast.analysis.long_page": ("LongPageError",),
    "gazecast.analysis.regions": ("RegionError",),
    "gazecast.data.errors": ("GazecastError",),
    "gazecast.designs.comparison": ("Comparison", "compare"),
    "gazecast.designs.design": ("Design",),
    "gazecast.designs.errors": (
        "DesignError",
        "GoalError",
        "MixedDevicesError",
        "NotCalibratedError",
        "OptionError",
        "VariantError",
    ),
    "gazecast.designs.regions": ("Polygon", "Region"),
    "gazecast.designs.report": ("Report", "report"),
    "gazecast.model.metadata": ("ModelFileError",),
    "gazecast.model.picture": (
        "DamagedPicture",
        "EmptyPicture",
        "PictureError",
        "PictureTooComplex",
        "PictureTooLarge",
        "UnsupportedFormat",
    ),
    "gazecast.model.prediction": ("UnknownDomainError",),
    "gazecast.model.predictor": ("Predictor",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}
# Those that know their pictures, of which more can be made than of what a client gets.
_OWN_NAMES = {"Comparison": "DesignComparison", "Report": "DesignReport"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), _OWN_NAMES.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
