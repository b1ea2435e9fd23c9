"""Readers of data sets, one module per layout. A new layout is a new module and a line below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from gazecast.data.layouts.cat2000 import read_cat2000
from gazecast.data.layouts.fiwi import read_fiwi
from gazecast.data.layouts.folder import read_folder
from gazecast.data.layouts.mit1003 import read_mit1003
from gazecast.data.layouts.osie import read_osie
from gazecast.data.layouts.salicon import read_salicon
from gazecast.data.layouts.ueyes import read_ueyes
from gazecast.data.names import refuse_what_leads_out
from gazecast.data.stimulus import DataError, EyeTrackingSet

LAYOUTS: Mapping[str, Callable[[Path], EyeTrackingSet]] = {
    "gazecast": read_folder,
    "cat2000": read_cat2000,
    "fiwi": read_fiwi,
    "mit1003": read_mit1003,
    "osie": read_osie,
    "salicon": read_salicon,
    "ueyes": read_ueyes,
}


def read_dataset(folder: Path, layout: str = "gazecast") -> EyeTrackingSet:
    """Read the data set in `folder`.

    Raises DataError when the folder or the layout does not exist, the data does not fit it, or
    something in the folder leads out of it.
    """
    if layout not in LAYOUTS:
        raise DataError(f"unknown layout {layout!r}; choose one of {', '.join(LAYOUTS)}")
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; give the one that holds the data set")
    refuse_what_leads_out(folder)
    return LAYOUTS[layout](folder)
