"""The models of a cross-validation: refused unless each was trained without its fold."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from gazecast.data.stimulus import DataError
from gazecast.evaluation import cross_validation
from gazecast.evaluation.cross_validation import FOLDS, of_fold, read_fold_models, saw
from gazecast.model.metadata import DatasetUse, ModelFileError, read_model_info
from gazecast.model.predictor import SHIPPED_MODEL

SHIPPED = read_model_info(SHIPPED_MODEL.with_suffix(".json"), SHIPPED_MODEL)


def trained_on(*splits, dataset="fiwi", use=None):
    said = use or f"training: click30, fixation; splits {', '.join(splits)}"
    return replace(SHIPPED, datasets=(DatasetUse(dataset, "none", 27, said, "source"),))


@pytest.fixture
def folds(tmp_path):
    """A folder of four models, each trained without its fold."""

    def write(fold, info, content=None):
        graph = content or fold.encode()
        (tmp_path / f"{fold}.onnx").write_bytes(graph)
        described = replace(info, sha256=hashlib.sha256(graph).hexdigest())
        (tmp_path / f"{fold}.json").write_text(described.to_json())

    for fold in FOLDS:
        write(fold, trained_on(*(other for other in FOLDS if other != fold)))
    return tmp_path, write


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (trained_on("f0", "f2", "f3"), False),
        (trained_on("f0", "f1"), True),
        (trained_on("f1", dataset="gdi"), False),
        (trained_on(use="training: fixation"), True),  # it does not say on which
        (trained_on(use="examples of domain web, without gaze"), False),
        (trained_on("f10"), False),
    ],
)
def test_what_a_model_was_trained_on_is_read_from_its_description(info, expected):
    assert saw(info, "fiwi", "f1") is expected


def test_models_are_read_by_fold(folds, monkeypatch):
    folder, _ = folds
    monkeypatch.setattr(cross_validation, "Predictor", lambda path: path.name)

    assert read_fold_models(folder) == {fold: f"{fold}.onnx" for fold in FOLDS}


def test_a_missing_model_is_named(folds):
    folder, _ = folds
    (folder / "f1.onnx").unlink()
    (folder / "f3.onnx").unlink()

    with pytest.raises(ModelFileError, match=r"f1.onnx, f3.onnx missing; .*--hold-out"):
        read_fold_models(folder)


@pytest.mark.parametrize("dataset", ["fiwi", "gdi"])
def test_a_model_that_saw_its_fold_is_refused(folds, dataset):
    folder, write = folds
    write("f2", trained_on("f0", "f2", "f3", dataset=dataset))

    with pytest.raises(ModelFileError, match=rf"f2.onnx was trained on fold f2 of {dataset}"):
        read_fold_models(folder)


def test_the_same_model_for_two_folds_is_refused(folds):
    folder, write = folds
    write("f3", trained_on("f0", "f1", "f2"), content=b"f1")

    with pytest.raises(ModelFileError, match="two folds have the same model"):
        read_fold_models(folder)


def test_an_image_outside_the_folds_has_no_model(make_stimulus):
    with pytest.raises(DataError, match=r"a is in split 'train'.*f0, f1"):
        of_fold({"f0": 0, "f1": 1}, make_stimulus("a", [], []))
