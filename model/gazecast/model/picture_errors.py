"""Why a picture cannot be used.

PictureError (ValueError)
|- EmptyPicture       no bytes, or a side of zero
|- UnsupportedFormat  not a still PNG, JPEG or WebP, or a JPEG of a rare kind
|- DamagedPicture     corrupt or cut off
|- PictureTooLarge    too many pixels, or too long a side
`- PictureTooComplex  put together such that it takes far more work than its pixels are worth
"""

from __future__ import annotations

from typing import ClassVar

from gazecast.data.errors import GazecastError


class PictureError(GazecastError, ValueError):
    """A picture cannot be used. `code` is a slug for programs, `remedy` says what to do about it,
    and str() is one sentence with both the problem and the remedy."""

    code: ClassVar[str] = "unreadable-picture"

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}: {self.remedy}."


class EmptyPicture(PictureError):  # noqa: N818  a picture's state, named as the API's users see it
    code = "empty-picture"


class UnsupportedFormat(PictureError):  # noqa: N818
    code = "unsupported-format"


class DamagedPicture(PictureError):  # noqa: N818
    code = "damaged-picture"


class PictureTooLarge(PictureError):  # noqa: N818
    code = "picture-too-large"


class PictureTooComplex(PictureError):  # noqa: N818
    code = "picture-too-complex"


def damaged() -> DamagedPicture:
    return DamagedPicture(
        "The picture is damaged or cut off", "export it again, without metadata, and retry"
    )


def animated(name: str) -> UnsupportedFormat:
    """name: of the format."""
    return UnsupportedFormat(
        f"The picture is an animated {name}", "export one frame as a still PNG"
    )
