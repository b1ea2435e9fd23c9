"""Predicting long pages, with a predictor that is made up."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from gazecast.analysis.long_page import LongPageError, ScrollReach
from gazecast.analysis.regions import Region, region_share
from gazecast.designs.long_pages import LongPageRequest, predict_long_page
from gazecast.model.picture import Picture, read_picture
from gazecast.model.prediction import DomainDecision, Prediction
from gazecast.model.vocabulary import DOMAINS, WINDOWS


class ScreenPredictor:
    """The density is the picture's brightness, in cells of `cell` px; the first pixel's red says
    the domain (its index), its green the unfamiliarity in tenths."""

    def __init__(self, info, cell=10):
        self.info, self.cell, self.asked = info, cell, []

    def predict(self, image, window="3s", domain="auto"):
        self.asked.append((image.height, domain))
        rows, columns = (round(side / self.cell) for side in image.rgb.shape[:2])
        bright = image.rgb[:: self.cell, :: self.cell, 2][:rows, :columns] + 1.0
        density = (bright / bright.sum()).astype(np.float32)
        red, green, _ = (int(value) for value in image.rgb[0, 0])
        probabilities = dict.fromkeys(DOMAINS, 0.1) | {DOMAINS[red]: 0.7}
        name = DOMAINS[red] if domain == "auto" else domain
        return Prediction(
            densities={
                each: density ** (1 + i) / (density ** (1 + i)).sum()
                for i, each in enumerate(WINDOWS)
            },
            window=window,
            domain=DomainDecision(name, domain, probabilities, self.info.domains[name]),
            unfamiliarity=green / 10,
            width=image.width,
            height=image.height,
            image_sha256=image.sha256,
            model=self.info,
        )


@pytest.fixture
def predictor(fixed_predictor):
    return ScreenPredictor(fixed_predictor.info)


def page(height=2880, width=400, domains=()):
    """domains: (top, index) of the domain that rows from top on are of."""
    rgb = np.zeros((height, width, 3), np.uint8)
    y, x = np.mgrid[:height, :width]
    rgb[..., 2] = 100 + 80 * np.sin(y / 90) * np.cos(x / 70)
    for top, index in domains:
        rgb[top:, :, 0] = index
    return read_picture(rgb)


def test_one_screen_is_predicted_as_any_picture(predictor):
    picture = page(600)
    found = predict_long_page(predictor, picture, "1s", viewport_height=600)
    plain = predictor.predict(picture, "1s")
    assert found.prediction.window == "1s"
    for window in WINDOWS:
        np.testing.assert_allclose(
            found.prediction.densities[window], plain.densities[window], rtol=1e-5
        )
    assert found.prediction.domain == plain.domain
    assert (found.above, found.below) == (1, 0)
    assert found.false_bottoms == []


def test_the_whole_page_is_one_prediction(predictor):
    picture = page()
    found = predict_long_page(predictor, picture, viewport_height=600)
    prediction = found.prediction
    assert (prediction.width, prediction.height) == (400, 2880)
    assert prediction.image_sha256 == picture.sha256
    for window in WINDOWS:
        density = prediction.densities[window]
        assert density.shape == (288, 40)
        assert density.dtype == np.float32
        assert density.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
    assert found.above + found.below == pytest.approx(1)
    whole = region_share(prediction.density, Region("top", 0, 0, 1, 600 / 2880))
    assert found.above == pytest.approx(whole)
    assert found.lines.half == pytest.approx(600 * 1.8)
    assert found.lines.quarter == pytest.approx(600 * 3.4)


def test_the_default_viewport_is_of_the_width(predictor):
    found = predict_long_page(predictor, page(3000, 390))
    assert found.viewport_height == 844
    assert {part.bottom - part.top for part in found.slices} == {844}


def test_own_reach_moves_the_attention(predictor):
    picture = page()
    everyone = ScrollReach.from_points([(2880, 1.0)], 600)
    nobody = ScrollReach.from_points([(601, 0.0)], 600)
    typical, all_of_them, none = (
        predict_long_page(predictor, picture, viewport_height=600, reach=reach).above
        for reach in (None, everyone, nobody)
    )
    assert all_of_them < typical < none
    assert none == pytest.approx(1, abs=0.01)


def test_every_slice_is_predicted_once_with_one_domain(predictor):
    found = predict_long_page(predictor, page(), viewport_height=600)
    assert len(predictor.asked) == len(found.slices) == 6
    assert all(height == 600 for height, _ in predictor.asked)
    assert found.prediction.domain.name == "web"
    assert found.prediction.domain.requested == "auto"
    assert found.prediction.domain.probabilities["web"] == pytest.approx(0.7)


def test_the_domain_is_that_of_first_middle_and_last_together(predictor):
    mixed = page(domains=[(0, 3), (600, 1)])  # a photo on top of a phone's page
    found = predict_long_page(predictor, mixed, viewport_height=600)
    domain = found.prediction.domain
    assert domain.name == "mobile"
    assert domain.validation == predictor.info.domains["mobile"]
    assert domain.probabilities["mobile"] == pytest.approx((0.7 + 0.7 + 0.1) / 3)
    assert sum(domain.probabilities.values()) == pytest.approx(1)
    # Only the first slice, which was judged otherwise, was predicted again.
    assert len(predictor.asked) == len(found.slices) + 1
    assert [asked for _, asked in predictor.asked].count("auto") == 3


def test_a_domain_asked_for_is_used_for_every_slice(predictor):
    found = predict_long_page(predictor, page(), domain="poster", viewport_height=600)
    assert {asked for _, asked in predictor.asked} == {"poster"}
    assert len(predictor.asked) == len(found.slices)
    domain = found.prediction.domain
    assert (domain.name, domain.requested) == ("poster", "poster")
    assert max(domain.probabilities, key=domain.probabilities.__getitem__) == "web"


def test_unfamiliarity_is_the_highest_of_any_slice(predictor):
    picture = page()
    rgb = picture.rgb.copy()
    rgb[900:1400, :, 1] = 13
    found = predict_long_page(predictor, replace(picture, rgb=rgb), viewport_height=600)
    assert found.prediction.unfamiliarity == pytest.approx(1.3)
    assert found.prediction.is_unfamiliar


def test_false_bottoms_of_the_page_are_told(predictor):
    rgb = page().rgb.copy()
    rgb[500:700] = 255
    found = predict_long_page(predictor, read_picture(rgb), viewport_height=600)
    assert [(one.fold, one.top, one.bottom) for one in found.false_bottoms] == [(600, 500, 700)]


def test_too_long_a_page_is_refused_before_it_is_predicted(predictor):
    with pytest.raises(LongPageError, match="give a higher viewport"):
        predict_long_page(predictor, page(9000, 20), viewport_height=20)
    assert predictor.asked == []


def test_a_page_counts_as_its_screens_in_each_window_that_is_sent():
    request = LongPageRequest(viewport_height=600)
    assert request.predictions(400, 2880, windows=1) == 6
    assert request.predictions(400, 2880, windows=3) == 18
    assert LongPageRequest().predictions(390, 3000, windows=1) == 5  # of the default height
    assert request.predictions(400, 100, windows=1) == 1


def test_screens_in_several_windows_are_no_more_than_screens_alone():
    request = LongPageRequest(viewport_height=100)
    assert request.predictions(400, 2660, windows=3) == 99
    assert request.predictions(400, 2740, windows=1) == 34
    with pytest.raises(LongPageError, match="102 predictions in 3 windows, at most 100 are made"):
        request.predictions(400, 2740, windows=3)


def test_memory_beside_the_joined_density_is_flat_in_the_number_of_slices(predictor):
    def peak(height):
        """Bytes beyond the joined density, and the number of slices of a 1,366 px wide page."""
        picture = Picture(np.zeros((height, 1366, 3), np.uint8), 1366, height, "0" * 64)
        tracemalloc.start()
        found = predict_long_page(predictor, picture, domain="web")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        joined = sum(density.nbytes for density in found.prediction.densities.values())
        return most - joined, len(found.slices)

    predictor.cell = 4
    peak(1000)  # what is imported or cached at first
    (few_bytes, few), (many_bytes, many) = peak(3000), peak(12_000)
    assert (few, many) == (5, 20)
    assert many_bytes < 1.1 * few_bytes
