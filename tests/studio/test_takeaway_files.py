"""A density as files, as other programs read them."""

from __future__ import annotations

from io import BytesIO, StringIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WRITE = """
async ([module, columns, rows, values]) => {
    const write = (await import(`./studio/js/takeaway/${module}.js`))[module];
    const made = write({columns, rows, values: new Float32Array(values)});
    return typeof made === "string" ? made : [...made];
}
"""


@pytest.fixture(scope="module")
def modules(browser, fixed_service):
    """A page whose modules can be called; they keep nothing between calls."""
    page = browser.new_page()
    page.goto(fixed_service.url)
    yield page
    page.close()


shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))
few = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


def density_of(shape, seed):
    values = np.random.default_rng(seed).random(shape) ** 8
    return (values / values.sum()).astype(np.float32)


@given(shape=shapes, seed=st.integers(0, 99))
@few
def test_numpy_reads_the_same_array(modules, shape, seed):
    density = density_of(shape, seed)
    made = modules.evaluate(WRITE, ["npy", shape[1], shape[0], density.ravel().tolist()])
    read = np.load(BytesIO(bytes(made)), allow_pickle=False)
    assert read.dtype == np.dtype("<f4")
    assert len(made) - read.nbytes in {64, 128}, "numbers begin at a multiple of 64"
    np.testing.assert_array_equal(read, density)


@given(shape=shapes, seed=st.integers(0, 99))
@few
def test_csv_keeps_every_digit_and_sums_to_one(modules, shape, seed):
    density = density_of(shape, seed)
    made = modules.evaluate(WRITE, ["csv", shape[1], shape[0], density.ravel().tolist()])
    read = np.loadtxt(StringIO(made), delimiter=",", ndmin=2)
    np.testing.assert_array_equal(read.astype(np.float32), density)
    assert read.sum() == pytest.approx(1, abs=1e-5)
