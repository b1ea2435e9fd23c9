from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from gazecast.analysis.components import components


@given(
    rows=st.integers(1, 24),
    columns=st.integers(1, 24),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_parts_are_scipys(rows, columns, share, seed):
    mask = np.random.default_rng(seed).random((rows, columns)) < share
    found = components(mask)
    labels, count = ndimage.label(mask)
    np.testing.assert_array_equal(found.labels, labels)
    boxes = [(y.start, x.start, y.stop, x.stop) for y, x in ndimage.find_objects(labels)]
    assert [tuple(box) for box in found.boxes.tolist()] == boxes
    assert found.sizes.tolist() == np.bincount(labels.ravel(), minlength=count + 1)[1:].tolist()


@pytest.mark.parametrize(("full", "parts"), [(False, 0), (True, 1)])
def test_an_empty_and_a_full_mask(full, parts):
    found = components(np.full((4, 7), full))
    assert len(found.boxes) == len(found.sizes) == found.labels.max() == parts


def test_corners_do_not_touch():
    assert components(np.eye(3, dtype=np.bool_)).sizes.tolist() == [1, 1, 1]
