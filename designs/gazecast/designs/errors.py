"""Why a design cannot be answered for. Each says which of the options is wrong, where one is."""

from __future__ import annotations

from gazecast.data.errors import GazecastError
from gazecast.model.metadata import ModelInfo


class DesignError(GazecastError, ValueError):
    """What is asked of a design cannot be answered."""

    problem: str
    """What is wrong."""
    remedy: str
    """What to do about it; empty where the problem says it."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem}. {remedy}" if remedy else problem)
        self.problem, self.remedy = problem, remedy


class OptionError(DesignError):
    """An option is wrong, or not known. option: its name."""

    def __init__(self, option: str, message: str, remedy: str = "") -> None:
        super().__init__(f"{option}: {message}", remedy)
        self.option, self.message = option, message


class GoalError(DesignError):
    """A goal, or an intended order, of regions that are not there. field: which of the two."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooManyError(GazecastError):
    """An option has more of something than is allowed. field: its name. what: of which there are
    too many, in the plural."""

    # No ValueError, which pydantic would take for one of its own.

    def __init__(
        self, field: str, what: str, count: int, limit: int, remedy: str | None = None
    ) -> None:
        self.field, self.what = field, what
        self.problem = f"The field {field!r} has {count:,} {what}; {limit:,} are allowed."
        self.remedy = remedy
        super().__init__(self.problem if remedy is None else f"{self.problem} {remedy}")


class NotCalibratedError(DesignError):
    """The model's errors were not measured, so that nothing can be told from chance."""

    def __init__(self, model: ModelInfo) -> None:
        super().__init__(
            f"the errors of model {model.name} {model.version} were not measured, so a difference "
            "cannot be told from chance",
            "Run gazecast calibrate --data DATA --fold-models FOLDS --model FILE.onnx where the "
            "model is, or use the shipped model.",
        )


class MixedDevicesError(DesignError):
    """Variants of different devices. web, mobile: names of one of each."""

    def __init__(self, web: str, mobile: str) -> None:
        super().__init__(
            f"{web} looks like a web page on a desktop and {mobile} like a phone's screen, which "
            "people look at differently: their shares cannot be compared",
            "Compare versions for one device, and predict each device on its own; or say which "
            "domain all of them are.",
        )


class VariantError(DesignError):
    """A picture or a region of one variant cannot be used; __cause__ says why. variant: its
    name."""

    def __init__(self, variant: str, cause: Exception) -> None:
        super().__init__(f"variant {variant!r}: {cause}")
        self.variant = variant
        self.__cause__ = cause


class ImageError(DesignError):
    """One of several images cannot be used; the message names it."""


class ReportError(DesignError):
    """A page cannot be made of some reports."""
