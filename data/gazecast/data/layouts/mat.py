"""MATLAB files of official data sets, with errors that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from gazecast.data.layouts.mat_bounds import MatFileTooLargeError, refuse_too_large
from gazecast.data.stimulus import DataError, FloatArray


def read_mat(path: Path) -> dict[str, NDArray[Any]]:
    """The variables of a .mat file, struct arrays as structured arrays of shape (rows, columns).

    Raises DataError when the file cannot be read.
    """
    try:
        refuse_too_large(path.read_bytes())
        variables = loadmat(path)
    except MatFileTooLargeError as error:
        raise DataError(f"{path}: {error}; fetch the original file again") from error
    except NotImplementedError as error:
        raise DataError(f"{path}: MATLAB 7.3 format; save it again with '-v7'") from error
    except Exception as error:  # the parser meets damage with errors of many kinds
        raise DataError(f"{path}: damaged MATLAB file; fetch it again ({error})") from error
    return {name: value for name, value in variables.items() if not name.startswith("__")}


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
