"""MATLAB files of official data sets, with errors that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazecast.data.layouts.mat5 import MAX_BYTES, Mat5File, OtherLevelError, TooLargeError
from gazecast.data.stimulus import DataError, FloatArray


def read_mat(path: Path) -> dict[str, NDArray[Any]]:
    """The variables of a .mat file, struct arrays as structured arrays of shape (rows, columns).

    Raises DataError when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return dict(Mat5File(file.read(MAX_BYTES + 1)).variables())
    except TooLargeError as error:
        raise DataError(f"{path}: {error}; fetch the original file again") from error
    except OtherLevelError as error:
        raise DataError(f"{path}: MATLAB 7.3 format; save it again with '-v7'") from error
    except Exception as error:  # the parser meets damage with errors of many kinds
        raise DataError(f"{path}: damaged MATLAB file; fetch it again ({error})") from error


def points(value: NDArray[Any], where: str) -> FloatArray:
    """(n, 2 or more) numbers as float64; an empty array of any shape is (0, 2).

    Raises DataError, starting with `where`, for anything else.
    """
    if value.size == 0:
        return np.empty((0, 2))
    if value.ndim != 2 or value.shape[1] < 2 or not np.issubdtype(value.dtype, np.number):
        raise DataError(
            f"{where} holds {value.dtype} of shape {value.shape}, not points (n, 2); fetch the "
            "original file again"
        )
    return value.astype(np.float64)
