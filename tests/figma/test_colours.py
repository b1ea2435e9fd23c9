"""The plugin's colours are the product's."""

from __future__ import annotations

import runpy
from pathlib import Path

PLUGIN = Path(__file__).parents[2] / "figma-plugin"


def test_table_is_what_the_script_gives(capsys):
    runpy.run_path(str(PLUGIN / "scripts/colour_table.py"), run_name="__main__")
    assert capsys.readouterr().out == (PLUGIN / "src/ui/colours.ts").read_text("utf-8")
