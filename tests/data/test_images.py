"""Sizes of image files."""

from __future__ import annotations

import pytest
from PIL import Image

from gazecast.data.images import image_files, image_size
from gazecast.data.stimulus import DataError


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
@pytest.mark.parametrize(("orientation", "size"), [(1, (64, 48)), (3, (64, 48)), (6, (48, 64))])
def test_the_size_is_of_the_upright_image(tmp_path, name, orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (64, 48)).save(tmp_path / name, exif=exif)
    assert image_size(tmp_path / name) == size


def test_a_missing_image_is_named(tmp_path):
    with pytest.raises(DataError, match=r"a\.jpg: no such image file"):
        image_size(tmp_path / "a.jpg")


def test_files_that_are_no_images_are_passed_over(tmp_path, write_image):
    write_image(tmp_path / "b.PNG")
    write_image(tmp_path / "a.jpeg")
    (tmp_path / "notes.txt").write_text("hello")
    assert [path.name for path in image_files(tmp_path)] == ["a.jpeg", "b.PNG"]


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(DataError, match="no image in it"):
        image_files(tmp_path)
