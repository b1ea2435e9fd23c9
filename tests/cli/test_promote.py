"""`gazecast promote` and `gazecast models`, on tiny models whose maps are good, bad or the same."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from gazecast.cli.main import app
from gazecast.cli.promote import REFUSED
from gazecast.evaluation import metrics
from gazecast.evaluation.candidate import (
    Candidate,
    ImageResult,
    Origin,
    StageResult,
    UserData,
    read_candidate,
)
from gazecast.evaluation.density_scores import density_scores
from gazecast.evaluation.reference_pictures import reference_pictures
from gazecast.evaluation.scoring import bootstrap
from gazecast.model.metadata import file_sha256
from gazecast.model.predictor import Predictor
from gazecast.model.registry.registry import Registry
from gazecast.model.vocabulary import WINDOWS
from gazecast.training.finetuning.user_data import read_user_data
from gazecast.training.promotion import judgement

IMAGES = 16
ROWS, COLUMNS = 24, 32
Y, X = np.mgrid[:ROWS, :COLUMNS]


def bump(place, width):
    return np.exp(-((Y - place[0]) ** 2 + (X - place[1]) ** 2) / (2 * width**2)) + 1e-3


class People:
    """Sixteen images with one thing to look at in each, and people who do."""

    def __init__(self):
        rng = np.random.default_rng(5)
        self.places = np.column_stack([rng.uniform(4, 20, IMAGES), rng.uniform(4, 28, IMAGES)])
        self.counts = np.zeros((IMAGES, ROWS, COLUMNS))
        for number, place in enumerate(self.places):
            points = (place + rng.normal(0, 2, (40, 2))).round().astype(int)
            points = points.clip(0, (ROWS - 1, COLUMNS - 1))
            np.add.at(self.counts[number], tuple(points.T), 1)

    def shuffled(self):
        other = People()
        other.counts = np.roll(other.counts, 5, axis=0)
        return other

    def scores(self, maps):
        return [
            {
                "3s": {
                    "nss": metrics.nss(one, counts),
                    "cc": metrics.cc(one, counts),
                    "kld": metrics.kld(one, counts),
                }
            }
            for one, counts in zip(maps, self.counts, strict=True)
        ]

    def own(self, maps):
        every = np.array([[metrics.nss(one, counts) for counts in self.counts] for one in maps])
        own = np.diag(every)
        return bootstrap(own - (every.sum(axis=1) - own) / (IMAGES - 1))


PEOPLE = People()
START = [bump(place + np.array((2.0, 3.0)), 6) for place in PEOPLE.places]  # beside it, and vague
GOOD = [bump(place, 3) for place in PEOPLE.places]
# All that can be learned from labels on the wrong images: where people look on any.
LEARNED_SHUFFLED = [PEOPLE.counts.sum(axis=0) + 0.1] * IMAGES


@pytest.fixture
def shipped(bright_model, tmp_path, monkeypatch):
    onnx = bright_model(tmp_path / "shipped.onnx", "shipped")
    monkeypatch.setattr("gazecast.training.promotion.promote.SHIPPED_MODEL", onnx)
    return onnx


@pytest.fixture
def make_candidate(tmp_path, shipped, bright_model):
    def make(name, maps, *, start=shipped, start_maps=START, people=PEOPLE, data="a", **model):
        folder = tmp_path / name
        onnx = bright_model(folder / "model.onnx", name, **model)
        own, zero = people.own(maps), bootstrap([0.0])
        candidate = Candidate(
            model_sha256=file_sha256(onnx),
            created="2026-01-01T00:00:00Z",
            started_from=Origin("tiny", "0", file_sha256(start)),
            domain="web",
            began_as="web",
            data=UserData(
                name=f"pages {data}",
                licence="",
                source="",
                sha256=data * 64,
                images=IMAGES,
                observers=40,
                points=IMAGES * 40,
                kind="fixation",
                sigma_px=30.0,
                windows=("3s",),
                timed=True,
            ),
            recipe={},
            stages=(StageResult("domain", 12, True, "better", {"nss": zero}, own, 1.0),),
            images=tuple(
                ImageResult(f"{data}{number}.png", f"f{number % 4}", before, after)
                for number, (before, after) in enumerate(
                    zip(people.scores(start_maps), people.scores(maps), strict=True)
                )
            ),
        )
        (folder / "candidate.json").write_text(candidate.to_json())
        return folder

    return make


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    # One picture of each kind is as good here as all, and quicker.
    pictures = {picture.domain: picture for picture in reference_pictures()}.values()
    monkeypatch.setattr(judgement, "reference_pictures", lambda: pictures)
    registry = tmp_path / "registry"

    def invoke(command, *arguments):
        arguments = [*command.split(), *map(str, arguments), "--registry", str(registry)]
        return CliRunner().invoke(app, arguments)

    invoke.registry = Registry(registry)
    return invoke


def test_a_better_one_is_promoted_with_what_it_replaces_kept(run, make_candidate, shipped):
    folder = make_candidate("good", GOOD)
    done = run("promote", folder)
    assert done.exit_code == 0, done.output
    assert "NSS" in done.output
    assert "better" in done.output
    registry = run.registry
    first, second = registry.names()
    assert registry.current_name() == second
    version = registry.verified(second)
    assert version.parent == first
    assert version.sha256 == file_sha256(folder / "model.onnx")
    assert version.gains["NSS"].low > 0
    assert version.reason.startswith("web, pages a: NSS +")
    assert registry.verified(first).sha256 == file_sha256(shipped)
    kept = registry.model(second).parent / "candidate.json"
    assert kept.read_text() == (folder / "candidate.json").read_text()


def test_one_from_shuffled_labels_is_refused(run, make_candidate):
    # Judged on the same wrong labels it has gained: only its own images tell.
    shuffled = PEOPLE.shuffled()
    gained = make_candidate("gained", LEARNED_SHUFFLED, people=shuffled)
    done = run("promote", gained)
    assert done.exit_code == REFUSED
    assert "Check that records belong to their images" in done.output
    # Judged on right labels it is worse than what it started from.
    worse = run("promote", make_candidate("worse", LEARNED_SHUFFLED))
    assert worse.exit_code == REFUSED
    assert "On your held-out images it is worse: NSS -" in worse.output
    for refused in (gained, worse):
        assert run.registry.current_name() is None, refused


def test_the_same_again_is_no_detectable_difference_and_refused_by_default(run, make_candidate):
    # Two trainings on the same data: other maps, and by chance a little other scores.
    rng = np.random.default_rng(0)
    first, again = ([one * rng.lognormal(0, 0.1, one.shape) for one in GOOD] for _ in range(2))
    assert run("promote", make_candidate("first", first)).exit_code == 0
    before = run.registry.current_name()
    folder = make_candidate("again", again)
    done = run("promote", folder)
    assert done.exit_code == REFUSED
    assert "no detectable difference" in done.output
    assert "--allow-no-difference" in done.output
    assert run.registry.current_name() == before
    assert run("promote --allow-no-difference", folder).exit_code == 0
    assert run.registry.verified(run.registry.current_name()).parent == before


def test_worse_is_never_allowed(run, make_candidate):
    done = run("promote --allow-no-difference", make_candidate("worse", LEARNED_SHUFFLED))
    assert done.exit_code == REFUSED
    assert run.registry.names() == []


def test_one_that_forgot_other_kinds_is_refused(run, make_candidate):
    done = run("promote", make_candidate("forgetful", GOOD, inverted=True))
    assert done.exit_code == REFUSED
    assert "too far" in done.output
    assert "On photo pictures it is no longer like the shipped model" in done.output


def test_images_the_current_model_knows_are_left_out(run, make_candidate):
    first = make_candidate("first", GOOD)
    assert run("promote", first).exit_code == 0
    known = make_candidate("second", GOOD, start=first / "model.onnx", start_maps=GOOD, data="a")
    # The same images with other records: their digest differs, their names do not.
    text = (known / "candidate.json").read_text().replace("a" * 64, "c" * 64)
    (known / "candidate.json").write_text(text)
    done = run("promote", known)
    assert done.exit_code == 1
    assert "0 of the candidate's 16 images can be compared on" in done.output


def test_one_that_began_as_a_model_that_knows_the_images_cannot_be_compared(run, make_candidate):
    """No network of its cross-validation is new to the images: they would flatter it."""
    sharper = [bump(place, 2) for place in PEOPLE.places]
    first = make_candidate("first", GOOD)
    assert run("promote", first).exit_code == 0
    second = make_candidate("second", sharper, start=first / "model.onnx", start_maps=GOOD)
    done = run("promote", second)
    assert done.exit_code == 1
    assert "0 of the candidate's 16 images can be compared on" in done.output
    assert "gazecast finetune --from" in done.output


def test_one_that_began_elsewhere_cannot_be_compared(run, make_candidate):
    assert run("promote", make_candidate("first", GOOD)).exit_code == 0
    done = run("promote", make_candidate("other", GOOD, data="b"))
    assert done.exit_code == 1
    assert "--data FOLDER" in done.output


@pytest.fixture
def study(tmp_path):
    """A folder of sixteen images with a bright thing in each, where nobody looks: all look at a
    dark one. Returns it with the maps of a model that knows."""
    rng = np.random.default_rng(7)
    folder, maps = tmp_path / "study", {}
    (folder / "images").mkdir(parents=True)
    rows = ["image,observer,kind,x,y,start_ms,duration_ms"]
    rows_of_map, columns_of_map = np.mgrid[:24, :32]
    for number in range(IMAGES):
        rgb = rng.integers(100, 140, (96, 128, 3), dtype=np.uint8)
        bright, dark = rng.uniform((16, 16), (80, 48)), rng.uniform((16, 80), (80, 112))
        for (y, x), level in ((bright, 255), (dark, 0)):
            rgb[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8] = level
        Image.fromarray(rgb).save(folder / "images" / f"{number}.png")
        for observer in range(5):
            for start in (0, 400, 900):
                y, x = dark + rng.normal(0, 4, 2)
                rows.append(f"{number}.png,{observer},fixation,{x:.1f},{y:.1f},{start},200")
        distance = (4 * rows_of_map - dark[0]) ** 2 + (4 * columns_of_map - dark[1]) ** 2
        maps[f"{number}.png"] = dict.fromkeys(WINDOWS, np.exp(-distance / 200))
    (folder / "fixations.csv").write_text("\n".join(rows) + "\n")
    (folder / "dataset.json").write_text('{"name": "study", "viewing_s": 3}')
    return folder, maps


def test_with_the_data_any_current_model_is_measured(
    run, make_candidate, study, bright_model, tmp_path
):
    folder, maps = study
    other = bright_model(tmp_path / "other.onnx", "somebody else's")
    run.registry.promote(other, replaces=None, reason="by hand", gains={})
    user = read_user_data(folder)

    def candidate_with(name, maps):
        made = make_candidate(name, GOOD)
        images = tuple(
            ImageResult(stimulus.name, "f0", scores, scores)
            for stimulus in user.stimuli
            for scores in [
                {
                    window: density_scores(maps[stimulus.name][window], stimulus, truth)
                    for window in user.about.windows
                    for truth in [user.about.truth(window)]
                }
            ]
        )
        described = replace(read_candidate(made), data=user.about, images=images)
        (made / "candidate.json").write_text(described.to_json())
        return made

    knows = candidate_with("knows", maps)
    assert run("promote", knows).exit_code == 1
    done = run("promote", knows, "--data", folder)
    assert done.exit_code == 0, done.output
    assert "measured now" in done.output
    version = run.registry.record(run.registry.current_name())
    assert version.gains["NSS"].value > 1
    # Where the current model looks is no gain over it.
    run.registry.roll_back()
    current = Predictor(other)
    same = {name: current.predict(folder / "images" / name, "3s", "web").densities for name in maps}
    done = run("promote", candidate_with("looks the same", same), "--data", folder)
    assert done.exit_code == REFUSED
    assert "no detectable difference" in done.output
    # Other data than it was fine-tuned on is told.
    text = (folder / "fixations.csv").read_text()
    (folder / "fixations.csv").write_text(text.rsplit("\n", 2)[0] + "\n")
    done = run("promote", knows, "--data", folder)
    assert done.exit_code == 1
    assert "not the data that the candidate was fine-tuned on" in done.output


def test_a_candidate_of_new_images_is_compared_with_what_it_began_as(run, make_candidate):
    first = make_candidate("first", START)
    assert run("promote --allow-no-difference", first).exit_code == 0
    second = make_candidate("second", GOOD, start=first / "model.onnx", data="b")
    done = run("promote", second)
    assert done.exit_code == 0, done.output
    assert len(run.registry.names()) == 3


def test_too_few_images_are_told(run, make_candidate):
    folder = make_candidate("few", GOOD)
    candidate = read_candidate(folder)
    few = replace(candidate, images=candidate.images[:7])
    (folder / "candidate.json").write_text(few.to_json())
    done = run("promote", folder)
    assert done.exit_code == 1
    assert "7 of the candidate's 7 images can be compared on" in done.output
    assert "8 are needed" in done.output


def test_an_older_version_may_be_removed_and_a_damaged_one_is_told(run, make_candidate):
    first = make_candidate("first", START)
    assert run("promote --allow-no-difference", first).exit_code == 0
    shipped, _ = run.registry.names()
    second = make_candidate("second", GOOD, start=first / "model.onnx", data="b")
    description = run.registry.model(shipped).with_suffix(".json")
    whole = description.read_bytes()
    description.write_bytes(whole[:-1])
    done = run("promote", second)
    assert done.exit_code == 1
    assert f"Version {shipped}" in done.output
    shutil.rmtree(description.parent)
    assert run("promote", second).exit_code == 0


def test_damage_is_told_and_nothing_promoted(run, make_candidate, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no finished candidate" in run("promote", empty).output
    folder = make_candidate("good", GOOD)
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\0")
    done = run("promote", folder)
    assert done.exit_code == 1
    assert "is not the file that candidate.json describes" in done.output
    assert run.registry.names() == []


@pytest.mark.parametrize("file", ["MODEL_CARD.md", "candidate.json", "model.onnx", "other"])
def test_a_candidate_with_a_link_out_of_it_is_refused(run, make_candidate, tmp_path, file):
    folder = make_candidate("good", GOOD)
    elsewhere = tmp_path / "elsewhere"
    if (folder / file).exists():
        (folder / file).rename(elsewhere)
    else:
        elsewhere.write_text("secret")
    (folder / file).symlink_to(elsewhere)
    done = run("promote", folder)
    assert done.exit_code == 1
    assert f"{file}: a link that leads out" in done.output.replace("\n", "")
    assert run.registry.names() == []


def test_models_are_listed_and_gone_back_to(run, make_candidate):
    assert "the shipped one predicts" in run("models list").output
    assert run("promote", make_candidate("good", GOOD)).exit_code == 0
    first, second = run.registry.names()
    listed = run("models list")
    assert listed.exit_code == 0
    assert f"* predicts: {second}" in listed.output
    assert "The shipped model." in listed.output
    back = run("models rollback")
    assert back.exit_code == 0
    assert f"Version {first} predicts" in back.output
    assert run.registry.current_name() == first
    assert run("models rollback").exit_code == 1
    assert run("models rollback", second).exit_code == 0
    assert run.registry.current_name() == second


def test_a_damaged_version_is_listed_as_such(run, make_candidate):
    assert run("promote", make_candidate("good", GOOD)).exit_code == 0
    first, second = run.registry.names()
    run.registry.model(second).write_bytes(b"x")
    listed = run("models list")
    assert listed.exit_code == 1
    assert f"Version {second}" in listed.output
    assert "is damaged" in listed.output
    # And the remedy works.
    assert run("models rollback", first).exit_code == 0
    assert run.registry.current_name() == first


def test_the_registry_can_be_named_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("GAZECAST_REGISTRY", str(tmp_path))
    assert CliRunner().invoke(app, ["models", "list"]).exit_code == 0
    monkeypatch.delenv("GAZECAST_REGISTRY")
    assert CliRunner().invoke(app, ["models", "list"]).exit_code == 2
