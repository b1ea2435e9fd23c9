"""Text that a spreadsheet must not compute."""

from __future__ import annotations

import pytest

from gazecast.data.spreadsheet import text_cell


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", *"\uff1d\uff0b\uff0d\uff20"])
@pytest.mark.parametrize("blanks", ["", " ", "   ", "\u00a0", "\u3000", "\n", " \t "])
def test_text_that_would_be_a_formula_begins_with_an_apostrophe(sign, blanks):
    formula = f'{blanks}{sign}HYPERLINK("https://example.com")'
    assert text_cell(formula) == f"'{formula}"


@pytest.mark.parametrize("text", ["", " ", "hero", "a=b", "1+1", "(-1)", "'=1", "e-mail", "über"])
def test_other_text_stays_as_it_is(text):
    assert text_cell(text) == text
