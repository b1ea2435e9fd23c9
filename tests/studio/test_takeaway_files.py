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


TABLE = """
async (rows) => (await import("./studio/js/takeaway/spreadsheet.js")).tabSeparated(rows)
"""


@pytest.mark.parametrize("before", ["", "  ", "\u00a0", "\n", '"', ' " '])
def test_text_that_would_be_a_formula_is_copied_with_an_apostrophe(modules, before):
    signs = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
    copied = modules.evaluate(TABLE, [[f"{before}{sign}1+1", -0.5] for sign in signs])
    before = before.replace("\n", " ")
    # A tab or a line's end within a cell is a blank.
    assert copied.split("\n") == [
        f"'{before}{sign}1+1\t-0.5000" for sign in signs.replace("\t", " ").replace("\r", " ")
    ]


def test_numbers_and_other_text_are_copied_as_they_are(modules):
    rows = [["Region", "Share"], ["hero 1", 0.25], ["a=b", -1.5], ["e-mail", None], ["'=1", 12]]
    assert modules.evaluate(TABLE, rows) == (
        "Region\tShare\nhero 1\t0.2500\na=b\t-1.5000\ne-mail\t\n'=1\t12.0000"
    )


def test_no_text_begins_another_cell_or_row(modules):
    for gap in ("\t", "\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"):
        copied = modules.evaluate(TABLE, [[f"a{gap}=1+1", 1]])
        assert copied == f"a{' ' * len(gap)}=1+1\t1.0000"
