"""What a long page counts as, by its header and its polygons."""

from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image


@pytest.mark.parametrize("unit", ["fraction", "px"])
def test_corners_of_a_polygon_count_on_each_screen_of_a_page(client, encode_image, unit):
    """The client's limit is the 500 of one polygon."""
    page = encode_image(40, 400)

    def post(top, bottom):
        turns = np.linspace(0, 2 * np.pi, 200, endpoint=False)
        x, y = 0.5 + 0.4 * np.cos(turns), (top + bottom) / 2 + (bottom - top) / 2 * np.sin(turns)
        points = np.stack([x, y], axis=1) * ((40, 400) if unit == "px" else 1)
        regions = json.dumps([{"name": "a", "unit": unit, "points": points.tolist()}])
        data = {"regions": regions, "viewport_height": "100"}
        return client.post("/v1/predictions", files={"image": page}, data=data)

    assert post(0.1, 0.55).status_code == 200  # 180 px, on two screens
    answer = post(0.1, 0.65)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":too-many-corners")
    assert "600 corners; 500" in answer.json()["detail"]
    assert "GAZECAST_MAX_REGIONS" in answer.json()["remedy"]


def test_a_page_on_its_side_counts_upright(client, encode_image):
    file = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (3000, 40)).save(file, "JPEG", exif=exif)
    data = {"viewport_height": "20"}
    answer = client.post("/v1/predictions", files={"image": file.getvalue()}, data=data)
    assert "of 3000 px would take" in answer.json()["detail"]
