"""Densities as the page reads them, against the service's own arrays."""

from __future__ import annotations

import numpy as np
import pytest

from gazecast.analysis.colours import colour_table, scale_level
from gazecast.analysis.regions import Region, region_share
from gazecast.designs.files import density_png16

DECODE = """
async ([data, scale, rectangle]) => {
    const {decodeDensity, shareOf} = await import("./studio/web/density.js");
    const density = await decodeDensity({data, scale});
    return {
        columns: density.columns,
        rows: density.rows,
        values: [...density.values],
        share: shareOf(density, rectangle),
    };
}
"""


@pytest.fixture(scope="module")
def density() -> np.ndarray:
    rng = np.random.default_rng(0)
    values = rng.random((37, 53)) ** 6
    values[5:9] = values[4]  # rows like the one above, which PNG filters otherwise
    return (values / values.sum()).astype(np.float32)


def test_densities_arrive_in_sixteen_bits(studio, density):
    from base64 import b64encode

    data, scale = density_png16(density)
    region = {"x": 0.123, "y": 0.2, "width": 0.4, "height": 0.377}
    read = studio.evaluate(DECODE, [b64encode(data).decode(), scale, region])
    assert (read["rows"], read["columns"]) == density.shape
    values = np.array(read["values"]).reshape(density.shape)
    assert np.abs(values - density).max() <= scale * 0.51
    assert read["share"] == pytest.approx(region_share(density, Region("a", **region)), abs=1e-4)


def test_colours_are_those_of_the_analysis(studio):
    read = studio.evaluate(
        """async multiples => {
            const scale = await import("./studio/js/colour/scale.js");
            return {table: [...scale.TABLE], levels: [...scale.levelsOf(multiples)],
                    single: multiples.map(scale.levelOf)};
        }""",
        multiples := [0.0, 0.5, 1.0, 1.01, 1.5, 2.0, 3.7, 8.0, 15.9, 16.0, 80.0],
    )
    assert np.array_equal(np.array(read["table"]).reshape(-1, 4), colour_table())
    expected = scale_level(np.array(multiples, dtype=np.float32)).tolist()
    assert read["levels"] == expected
    assert read["single"] == expected
