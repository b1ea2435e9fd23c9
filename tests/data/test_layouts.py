"""The registry of layouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from gazecast.data.layouts import LAYOUTS, read_dataset
from gazecast.data.stimulus import DataError


def test_the_default_layout_is_the_form_that_users_bring(tmp_path, write_image):
    write_image(tmp_path / "images" / "a.png")
    assert [stimulus.name for stimulus in read_dataset(tmp_path).stimuli] == ["a.png"]


def test_an_unknown_layout_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(DataError, match="unknown layout 'imagenet'; choose one of gazecast,"):
        read_dataset(tmp_path, "imagenet")


def test_a_missing_folder_is_named():
    with pytest.raises(DataError, match="nowhere: no such folder"):
        read_dataset(Path("nowhere"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_refuses_an_empty_folder_saying_what_belongs_there(tmp_path, layout):
    with pytest.raises(DataError, match=str(tmp_path)):
        read_dataset(tmp_path, layout)
