from __future__ import annotations

import json
import sys
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gazecast.analysis.scores import measure_reference_sets as builder
from gazecast.analysis.scores.clutter import Clutter
from gazecast.analysis.scores.reference_sets import (
    LEVELS,
    clarity,
    percentile,
    reference_set,
    reference_set_for,
)
from gazecast.model.vocabulary import DOMAINS

SETS = ("alexa500", "enrico")
MEASURES = tuple(field.name for field in fields(Clutter))


@pytest.mark.parametrize(("name", "pictures"), [("alexa500", 305), ("enrico", 200)])
def test_the_shipped_table_is_whole(name, pictures):
    shipped = reference_set(name)
    assert (shipped.name, shipped.pictures) == (name, pictures)
    assert shipped.source
    assert tuple(shipped.quantiles) == MEASURES
    for quantiles in shipped.quantiles.values():
        assert len(quantiles) == len(LEVELS) == 21
        assert list(quantiles) == sorted(set(quantiles))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("measure", MEASURES)
def test_percentiles_are_the_quantiles_and_what_lies_between(name, measure):
    quantiles = reference_set(name).quantiles[measure]
    for level, value in zip(LEVELS, quantiles, strict=True):
        assert percentile(measure, value, name) == pytest.approx(level)
    between = (quantiles[10] + quantiles[11]) / 2
    assert percentile(measure, between, name) == pytest.approx(52.5)
    assert percentile(measure, quantiles[-1] * 2, name) == 100
    assert percentile(measure, -1, name) == 0


@given(values=st.lists(st.floats(0, 200), min_size=2, max_size=2))
def test_more_is_never_a_lower_percentile(values):
    low, high = sorted(values)
    for measure in MEASURES:
        assert percentile(measure, low, "enrico") <= percentile(measure, high, "enrico")


def test_clarity_is_what_the_mean_percentile_leaves():
    middle = Clutter(**{m: reference_set("alexa500").quantiles[m][10] for m in MEASURES})
    assert clarity(middle, "alexa500") == pytest.approx(50)
    assert clarity(Clutter(0, 0, 0, 0), "alexa500") == 100
    assert clarity(Clutter(99, 99, 99, 999), "alexa500") == 0


def test_only_screens_have_a_set():
    found = {domain: reference_set_for(domain) for domain in DOMAINS}
    assert found == {"web": "alexa500", "mobile": "enrico", "poster": None, "photo": None}


def test_unknown_names_and_values_are_refused():
    with pytest.raises(ValueError, match="no reference set 'posters': choose one of alexa500"):
        percentile("colourfulness", 1, "posters")
    with pytest.raises(ValueError, match="no measure 'noise': choose one of feature_congestion"):
        percentile("noise", 1, "enrico")
    with pytest.raises(ValueError, match="give a finite number"):
        percentile("colourfulness", float("nan"), "enrico")


def test_the_builder_measures_every_picture(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for name in SETS:
        folder = tmp_path / name / "images"
        folder.mkdir(parents=True)
        for index in range(3):
            rgb = rng.integers(0, 256, (4 + 8 * index, 30, 3), np.uint8)
            Image.fromarray(rgb).save(folder / f"{index}.png")
    output = tmp_path / "table.json"
    monkeypatch.setattr(sys, "argv", ["", "--data", str(tmp_path), "--output", str(output)])
    builder.main()
    table = json.loads(output.read_text(encoding="utf-8"))
    assert tuple(table) == SETS
    for row in table.values():
        assert row["pictures"] == 3
        assert tuple(row["quantiles"]) == MEASURES
        assert all(len(quantiles) == 21 for quantiles in row["quantiles"].values())
