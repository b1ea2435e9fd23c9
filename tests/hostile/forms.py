"""Forms that ask for more work than their size tells, as fields by what is too much of them."""

from __future__ import annotations

import json
import math
import random

FIELD_BYTES = 1_048_000
"""Just under the megabyte that a text field may have."""

Fields = list[tuple[str, str]]


def many(unit: str, size: int = FIELD_BYTES) -> str:
    """A JSON list of as many equal elements as there is room for."""
    return "[" + ",".join([unit] * (size // (len(unit) + 1))) + "]"


def _circle(corners: int) -> list[list[float]]:
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    return [[round(0.5 + 0.4 * math.cos(t), 4), round(0.5 + 0.4 * math.sin(t), 4)] for t in turns]


def _star(corners: int, rng: random.Random) -> list[list[float]]:
    """An outline that crosses itself nearly everywhere."""
    return [[round(rng.random(), 4), round(rng.random(), 4)] for _ in range(corners)]


def _polygons(points: list[list[float]], count: int) -> str:
    return json.dumps([{"name": f"p{number}", "points": points} for number in range(count)])


def _rectangles(count: int, name: str = "") -> str:
    box = {"x": 0.1, "y": 0.1, "width": 0.3, "height": 0.3}
    return json.dumps([{"name": name or f"r{number}", **box} for number in range(count)])


def flooding_fields(rng: random.Random) -> dict[str, Fields]:
    """Of POST /v1/predictions and of jobs, by what is too much of it."""
    names = [f"n{number}" for number in range(100_000)]
    units = ["{}", "[]", "1", "null", '""', '{"name":1}', '{"points":[]}', '{"points":[[0,0]]}']
    unit = rng.choice(units)
    return {
        f"regions of {unit}": [("regions", many(unit))],
        "regions thrice": [("regions", many("{}"))] * 3,
        "every list": [
            (field, many("{}")) for field in ("regions", "intended_order", "scroll_reach")
        ],
        "names in order": [("intended_order", json.dumps(names))],
        "one name in order": [("intended_order", many('"button"'))],
        "reach": [("scroll_reach", many("[1000,0.5]"))],
        "reach of nothing": [("scroll_reach", many("[]"))],
        "nested": [("regions", "[" * (FIELD_BYTES // 2))],
        "nested and closed": [("regions", "[" * 400_000 + "]" * 400_000)],
        "long number": [("regions", '[{"name":"a","x":' + "9" * 1_000_000 + "}]")],
        "endless exponent": [("scroll_reach", "[[1e999999,0.5]]")],
        "rectangles": [("regions", _rectangles(rng.choice([201, 10_000])))],
        "rectangles of one name": [("regions", _rectangles(200, "button"))],
        "corners": [("regions", _polygons(_circle(500), 100))],
        "corners of one": [("regions", _polygons(_circle(50_000), 1))],
        "crossing corners": [("regions", _polygons(_star(500, rng), 90))],
        "long name": [("regions", _rectangles(1, "n" * 1_000_000))],
        "long goal": [("goal_region", "g" * FIELD_BYTES)],
        "long domain": [("domain", "d" * FIELD_BYTES)],
        "long window": [("window", "3" * FIELD_BYTES)],
        "long flag": [("every_window", "t" * FIELD_BYTES)],
        "long height": [("viewport_height", "1" * FIELD_BYTES)],
        "unknown fields": [(f"f{number}", "x" * 60_000) for number in range(16)],
        "many fields": [(f"f{number}", "") for number in range(5_000)],
        "keys of an object": [
            ("regions", json.dumps({name: [] for name in names[:50_000]})),
        ],
    }


def long_page_fields(rng: random.Random) -> Fields:
    """A page through screens that are too many."""
    return [("viewport_height", str(rng.choice([1, 2, 16, 64])))]


def flooding_comparison_fields(rng: random.Random) -> dict[str, Fields]:
    """Of POST /v1/comparisons."""
    alike = {
        name: fields
        for name, fields in flooding_fields(rng).items()
        if fields[0][0] in {"regions", "goal_region", "domain", "window"}
    }
    per_variant = json.dumps({f"v{number}": [] for number in range(50_000)})
    flooded = json.dumps({"a.png": json.loads(many("{}", 500_000)), "b.png": []})
    return {
        **alike,
        "variants' names": [("regions", per_variant)],
        "a variant's regions": [("regions", flooded)],
    }
