"""Text in tables that people open with a spreadsheet."""

from __future__ import annotations

import re

_FORMULA = re.compile("\\A\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]")
"""How a cell begins that spreadsheets compute, as OWASP lists it under "CSV injection": full-width
signs where the language is an East Asian one."""


def text_cell(text: str) -> str:
    """The text of a cell, with an apostrophe in front where a spreadsheet would compute it. Not for
    numbers, nor for tables that are read again, such as fixations.csv."""
    return f"'{text}" if _FORMULA.match(text) else text
