"""Splits that do not leak, and the near-duplicates they keep together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from gazecast.data.near_duplicates import group_near_duplicates
from gazecast.data.splits import image_folds, observer_folds
from gazecast.data.stimulus import DataError, Stimulus


def draw_page(seed: int, size: tuple[int, int] = (320, 200)) -> Image.Image:
    """A page of coloured boxes, each seed another one."""
    rng = np.random.default_rng(seed)
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    for _ in range(12):
        x, y = rng.integers(0, size[0] - 40), rng.integers(0, size[1] - 30)
        box = (x, y, x + rng.integers(20, 120), y + rng.integers(10, 60))
        draw.rectangle([int(v) for v in box], fill=tuple(rng.integers(0, 255, 3).tolist()))
    return page


def stimulus(path: Path) -> Stimulus:
    with Image.open(path) as image:
        return Stimulus(path.name, path, *image.size)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Stimulus]:
    """Nine pages; of 00 there are a smaller JPEG, one with a small box, and one with alpha."""
    folder = tmp_path_factory.mktemp("pages")
    for seed in range(9):
        draw_page(seed).save(folder / f"{seed:02}.png")
    original = draw_page(0)
    original.resize((160, 100)).save(folder / "00-small.jpg", quality=60)
    edited = original.copy()
    edited.paste((10, 90, 200), (150, 100, 180, 112))
    edited.save(folder / "zz-edited.png")
    original.convert("RGBA").save(folder / "zz-alpha.webp", lossless=True)
    return [stimulus(path) for path in sorted(folder.iterdir())]


def names(fold: Sequence[Stimulus]) -> set[str]:
    return {one.name for one in fold}


VERSIONS = {"00.png", "00-small.jpg", "zz-edited.png", "zz-alpha.webp"}


def test_versions_of_a_page_are_one_group_and_other_pages_are_not(pages):
    groups = [
        {pages[i].name for i in g} for g in group_near_duplicates([p.image_path for p in pages])
    ]
    assert VERSIONS in groups
    assert len(groups) == 9


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(folds=st.integers(2, 6), seed=st.integers(0, 1000), order=st.randoms())
def test_folds_share_nothing_and_lose_nothing(pages, folds, seed, order):
    shuffled = list(pages)
    order.shuffle(shuffled)
    parts = image_folds(shuffled, folds, seed)
    assert len(parts) == folds
    assert sorted(one.name for part in parts for one in part) == sorted(one.name for one in pages)
    assert sum(bool(names(part) & VERSIONS) for part in parts) == 1
    assert all(parts)
    assert parts == image_folds(pages, folds, seed)


def test_another_seed_gives_other_folds(pages):
    assert len({image_folds(pages, 3, seed) for seed in range(5)}) > 1


def test_folds_are_even(pages):
    assert [len(part) for part in image_folds(pages, 3, 0)] == [4, 4, 4]


def test_too_few_different_images_are_refused(pages):
    versions = [one for one in pages if one.name in VERSIONS]
    with pytest.raises(DataError, match=r"4 images are 1 different ones .* too few for 2 folds"):
        image_folds(versions, 2, 0)


@pytest.mark.parametrize("split", [image_folds, observer_folds])
def test_one_fold_is_no_split(pages, split):
    with pytest.raises(ValueError, match="1 folds"):
        split(pages, 1, 0)


def test_a_damaged_image_is_named(tmp_path):
    (tmp_path / "a.png").write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"a\.png: cannot be read as an image"):
        group_near_duplicates([tmp_path / "a.png"])


def test_observers_are_divided(pages, make_fixations):
    watched = [
        replace(pages[0], fixations=make_fixations([1, 2, 3], [1, 2, 3], observer=["a", "b", "c"])),
        replace(pages[1], fixations=make_fixations([1, 2], [1, 2], observer=["c", "d"])),
        pages[2],
    ]
    first, second = observer_folds(watched, 2, seed=3)
    assert sorted(first + second) == ["a", "b", "c", "d"]
    assert len(first) == len(second) == 2
    assert observer_folds(watched, 2, seed=3) == (first, second)


def test_too_few_observers_are_refused(pages, make_fixations):
    alone = replace(pages[0], fixations=make_fixations([1], [1], observer=["a"]))
    with pytest.raises(DataError, match="1 observers are too few for 2 folds"):
        observer_folds([alone], 2, 0)
