"""Which records are the truth, and how they become a density."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gazecast.data.stimulus import DataError, Stimulus
from gazecast.evaluation.ground_truth import GroundTruth, resize_density

TRUTH = GroundTruth("fixation", sigma_px=2)


def test_window_keeps_fixations_that_start_in_it(make_stimulus):
    stimulus = make_stimulus("a", [5, 15, 25], [5, 5, 5], onset_s=[0.5, 1.0, 1.2])

    fixations = GroundTruth("fixation", 2, seconds=1.0).fixations(stimulus)

    assert fixations.x.tolist() == [5, 15]


def test_all_fixations_includes_unknown_onsets(make_stimulus):
    stimulus = make_stimulus("a", [5, 15], [5, 5])

    assert len(TRUTH.fixations(stimulus)) == 2
    assert GroundTruth("fixation", 2, seconds=3).fixations(stimulus) is None


def test_other_kinds_and_fixations_outside_do_not_count(make_stimulus):
    stimulus = make_stimulus("a", [5, 40, -1], [5, 5, 5])

    assert len(TRUTH.fixations(stimulus)) == 1
    assert GroundTruth("click10", 2).density(stimulus) is None


def test_density_has_the_size_of_the_image(make_stimulus):
    density = TRUTH.density(make_stimulus("a", [30.5], [10.5]))

    assert density.shape == (30, 40)
    assert np.unravel_index(density.argmax(), density.shape) == (10, 30)


def published(path, levels):
    Image.fromarray(np.asarray(levels, dtype=np.uint8)).save(path)
    return Stimulus("a", path, 8, 6, density_path=path)


def test_published_map_is_brought_to_the_size_of_the_image(tmp_path):
    stimulus = published(tmp_path / "map.png", [[0, 0], [0, 200]])

    density = TRUTH.density(stimulus)

    assert density.shape == (6, 8)
    assert density.sum() == pytest.approx(1)
    assert density[-1, -1] > density[0, 0]


def test_published_map_says_nothing_about_a_window(tmp_path):
    stimulus = published(tmp_path / "map.png", [[0, 0], [0, 200]])

    assert GroundTruth("fixation", 2, seconds=1).density(stimulus) is None


def test_published_map_does_not_replace_fixations_of_another_kind(tmp_path, make_stimulus):
    path = published(tmp_path / "map.png", [[0, 9]]).density_path
    stimulus = replace(make_stimulus("a", [5], [5]), density_path=path)

    assert GroundTruth("click10", 2).density(stimulus) is None


def test_black_map_is_refused_by_name(tmp_path):
    with pytest.raises(DataError, match=r"map\.png.*all black"):
        TRUTH.density(published(tmp_path / "map.png", [[0, 0]]))


def centre_of_mass(density):
    """(x, y), 0 to 1 of the map."""
    rows, columns = ((np.arange(n) + 0.5) / n for n in density.shape)
    return float(density.sum(axis=0) @ columns), float(density.sum(axis=1) @ rows)


@pytest.mark.parametrize("shape", [(5, 7), (30, 11), (200, 300)])
def test_resized_density_keeps_where_its_mass_is(shape):
    y, x = np.mgrid[:30, :40]
    density = np.exp(-((x - 24) ** 2 + (y - 9) ** 2) / 50)
    density /= density.sum()

    resized = resize_density(density, shape)

    assert resized.shape == shape
    assert resized.sum() == pytest.approx(1)
    assert centre_of_mass(resized) == pytest.approx(centre_of_mass(density), abs=0.01)


def test_map_without_mass_is_refused():
    with pytest.raises(ValueError, match="without mass"):
        resize_density(np.zeros((3, 3)), (6, 6))
