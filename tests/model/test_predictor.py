"""The predictor, on an exported network with random weights."""

from __future__ import annotations

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gazecast.model.metadata import ModelFileError, read_model_info
from gazecast.model.picture import DamagedPicture, read_picture
from gazecast.model.predictor import Predictor
from gazecast.model.vocabulary import DOMAINS, WINDOWS

SIZES = [(120, 80), (1366, 768), (390, 844), (1366, 12000), (2, 3000), (3000, 2), (1, 1)]
"""Width and height."""

CORNERS = {
    "web": (slice(None, 256), slice(None, 256)),
    "mobile": (slice(None, 256), slice(256, None)),
    "poster": (slice(256, None), slice(None, 256)),
    "photo": (slice(256, None), slice(256, None)),
}


@pytest.fixture(scope="module")
def predictor(tiny_model):
    return Predictor(tiny_model.onnx, threads=2)


def picture(width, height):
    rng = np.random.default_rng(width * height)
    coarse = rng.integers(0, 256, (6, 5, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST))


@pytest.mark.parametrize("size", SIZES)
def test_the_density_is_one_at_the_pictures_aspect(predictor, size):
    prediction = predictor.predict(picture(*size))
    density = prediction.density
    assert density.dtype == np.float32
    assert density.min() >= 0
    assert density.sum(dtype=np.float64) == pytest.approx(1, abs=1e-4)
    assert (prediction.width, prediction.height) == size
    longest = max(density.shape)
    assert longest <= 1024
    scale = longest / max(size)
    assert density.shape == (max(1, round(size[1] * scale)), max(1, round(size[0] * scale)))


def test_the_same_input_gives_the_same_bytes(predictor):
    first, second = (predictor.predict(picture(390, 844)) for _ in range(2))
    assert first.density.tobytes() == second.density.tobytes()
    assert first.domain == second.domain
    assert first.image_sha256 == second.image_sha256


def test_threads_and_other_pictures_between_change_no_byte(predictor):
    pictures = [picture(*size) for size in SIZES[:4]] * 3
    alone = [predictor.predict(one).density.tobytes() for one in pictures[:4]] * 3
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda one: predictor.predict(one).density.tobytes(), pictures)
    assert list(together) == alone


def test_a_second_predictor_gives_the_same_bytes(predictor, tiny_model):
    again = Predictor(tiny_model.onnx, threads=2).predict(picture(120, 80))
    assert again.density.tobytes() == predictor.predict(picture(120, 80)).density.tobytes()


def test_path_bytes_image_array_and_picture_are_one_picture(predictor, tmp_path):
    rgb = picture(120, 80)
    path = tmp_path / "picture.png"
    Image.fromarray(rgb).save(path)
    sources = [path, str(path), path.read_bytes(), Image.open(path), rgb, read_picture(path)]
    densities = [predictor.predict(source).density.tobytes() for source in sources]
    assert len(set(densities)) == 1


def test_orientation_is_applied_before_prediction(predictor):
    turned = Image.fromarray(picture(120, 80)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by a quarter to the right
    file = io.BytesIO()
    turned.save(file, "PNG", exif=exif)
    upright = predictor.predict(picture(120, 80))
    assert predictor.predict(file.getvalue()).density.tobytes() == upright.density.tobytes()


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_domain_asked_for_is_used(predictor, domain):
    prediction = predictor.predict(picture(200, 200), domain=domain)
    assert prediction.domain.name == prediction.domain.requested == domain
    assert prediction.domain.validation == predictor.info.domains[domain]
    assert prediction.density[CORNERS[domain]].sum() > 0.6


def test_auto_takes_the_most_probable_domain(predictor):
    decision = predictor.predict(picture(120, 80)).domain
    assert decision.requested == "auto"
    assert sum(decision.probabilities.values()) == pytest.approx(1)
    assert decision.name == max(decision.probabilities, key=decision.probabilities.__getitem__)
    chosen = predictor.predict(picture(120, 80), domain=decision.name)
    assert chosen.domain.probabilities == decision.probabilities
    assert chosen.density.tobytes() == predictor.predict(picture(120, 80)).density.tobytes()


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_same_picture_in_another_domain_is_that_picture_asked_for_it(predictor, domain):
    again = predictor.predict(picture(1366, 768), "1s").in_domain(domain)
    direct = predictor.predict(picture(1366, 768), "1s", domain)
    assert again.domain == direct.domain
    for window in WINDOWS:
        np.testing.assert_array_equal(again.densities[window], direct.densities[window])
    assert (again.window, again.width, again.height) == ("1s", direct.width, direct.height)


def test_the_domain_is_decided_alike_at_every_size(predictor):
    rgb = picture(320, 320)
    enlarged = rgb.repeat(3, axis=0).repeat(3, axis=1)
    of_small, of_large = (predictor.predict(one).domain for one in (rgb, enlarged))
    assert of_small.name == of_large.name
    for domain in DOMAINS:
        assert of_small.probabilities[domain] == pytest.approx(
            of_large.probabilities[domain], abs=0.05
        )


def test_windows_differ(predictor):
    densities = [predictor.predict(picture(120, 80), window).density for window in WINDOWS]
    assert len({density.tobytes() for density in densities}) == len(WINDOWS)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"window": "2s"}, "unknown window '2s'; choose one of 1s, 3s, 5s"),
        ({"domain": "tv"}, "unknown domain 'tv'; choose auto or one of web, mobile, poster, photo"),
    ],
)
def test_an_unknown_choice_is_refused(predictor, choice, message):
    with pytest.raises(ValueError, match=message):
        predictor.predict(picture(20, 20), **choice)


def test_a_picture_that_cannot_be_read_is_refused(predictor, bad_images):
    with pytest.raises(DamagedPicture):
        predictor.predict(bad_images["corrupt"])


def test_warming_up_changes_nothing(predictor):
    before = predictor.predict(picture(120, 80)).density.tobytes()
    predictor.warm_up()
    assert predictor.predict(picture(120, 80)).density.tobytes() == before


def test_the_provider_can_be_chosen(tiny_model):
    predictor = Predictor(tiny_model.onnx, providers=["CPUExecutionProvider"])
    assert predictor.provider == "CPUExecutionProvider"


def test_a_file_other_than_the_described_one_is_refused(tiny_model, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(tiny_model.onnx.read_bytes() + b"\0")
    path.with_suffix(".json").write_bytes(tiny_model.onnx.with_suffix(".json").read_bytes())
    with pytest.raises(ModelFileError, match="SHA-256"):
        Predictor(path)


def test_a_description_of_another_file_is_refused(tiny_model, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(tiny_model.onnx.read_bytes())
    info = read_model_info(tiny_model.onnx.with_suffix(".json"), tiny_model.onnx)
    path.with_suffix(".json").write_text(replace(info, sha256="0" * 64).to_json())
    with pytest.raises(ModelFileError, match="SHA-256"):
        Predictor(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelFileError, match=r"absent\.onnx is missing"):
        Predictor(tmp_path / "absent.onnx")


def test_predicting_needs_no_torch():
    code = "import sys, gazecast.model.predictor; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "torchvision", "timm", "onnx"} & set(done.stdout.split())
