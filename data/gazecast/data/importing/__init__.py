"""Bringing a study's eye tracking into the folder form that training and evaluation read.

One module per vendor's export in `formats/`; each returns a `Recording`, and the rest is common:
from the screen to the stimulus (`gazecast.data.placement`), checks, the data report, the folder.
Needs the extra 'import' (polars, pandera, jinja2); nothing else in `gazecast.data` does.
"""
