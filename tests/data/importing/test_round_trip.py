"""A known study, written in each vendor's form, comes back as it was."""

from __future__ import annotations

import numpy as np
import pytest

from gazecast.data.importing.run import import_dataset
from gazecast.data.layouts.folder import read_folder
from gazecast.data.placement import read_placing

SCREEN = (1920.0, 1080.0)


def test_every_vendor_comes_back_as_it_was(vendor, study, source, tmp_path):
    vendor.write(source, study)
    out = tmp_path / "out"
    imported = import_dataset(source, out, screen=SCREEN if vendor.needs_screen else None)
    assert imported.format == vendor.format
    data = read_folder(out)
    assert [one.name for one in data.stimuli] == ["home.png", "shop.png"]
    for stimulus in data.stimuli:
        for observer in ("anna", "bert"):
            looked = [
                one for one in study if (one.image, one.observer) == (stimulus.name, observer)
            ]
            fixations = stimulus.fixations
            assert fixations is not None
            mine = fixations.where(fixations.observer == vendor.observer(observer))
            assert set(mine.kind) == {vendor.kind}
            first = looked[0].start if vendor.since_first else 0.0
            assert mine.x == pytest.approx([one.x for one in looked], abs=0.02)
            assert mine.y == pytest.approx([one.y for one in looked], abs=0.02)
            assert mine.onset_ms == pytest.approx([one.start - first for one in looked], abs=0.02)
            if vendor.duration is not None:
                assert mine.duration_ms == pytest.approx([one.ms for one in looked], abs=0.02)


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("tobii-samples", {"rows between stimuli": 4}),
        ("eyelink", {"rows without a position": 4, "fixations before the image appeared": 4}),
        ("gazepoint", {"rows in a blink": 4, "rows without a fixation": 4}),
        ("pupil-core", {"rows off the surface": 4}),
        ("pupil-marker-mapper", {"fixations off the image": 4}),
        ("realeye", {}),
    ],
)
def test_what_is_no_fixation_is_dropped_and_counted(
    name, dropped, vendors, study, source, tmp_path
):
    vendor = vendors[name]
    vendor.write(source, study)
    imported = import_dataset(source, tmp_path / "out", screen=SCREEN)
    assert dropped.items() <= imported.dropped.items()
    if not dropped:
        assert imported.dropped == {}
    if name == "eyelink":
        assert imported.dropped["fixations of the other eye"] == len(study)
    if name == "tobii-samples":
        assert imported.dropped["rows with the eyes not found (blinks and losses)"] == len(study)


def test_a_single_file_is_a_source_with_its_images_beside_or_elsewhere(
    vendors, study, source, shown_images, tmp_path
):
    beside = import_dataset(vendors["clicks"].write(source, study), tmp_path / "out-1")
    alone = vendors["clicks"].write(tmp_path / "alone", study)
    elsewhere = import_dataset(alone, tmp_path / "out-2", images=shown_images)
    for mine, other in zip(beside.data.stimuli, elsewhere.data.stimuli, strict=True):
        assert mine.fixations is not None
        assert other.fixations is not None
        assert mine.fixations.x.tolist() == other.fixations.x.tolist()


def test_points_off_the_screen_and_beside_the_image_are_counted_apart(
    vendors, study, source, tmp_path
):
    text = vendors["gazepoint"].write(source, study).read_text()
    first, *rows = text.splitlines()
    row = next(row for row in rows if ",home.png," in row).split(",")
    for x, number in (("1.2", "901"), ("-0.1", "902"), ("0.05", "903")):  # the last is on a bar
        row[5], row[9] = x, number
        rows.append(",".join(row))
    (source / "bert_fixations.csv").write_text("\n".join([first, *rows]) + "\n")
    imported = import_dataset(source, tmp_path / "out", screen=SCREEN)
    assert imported.dropped["points off the screen"] == 2
    assert imported.dropped["points beside the image"] == 1


def test_repeated_rows_are_taken_once(vendors, study, source, tmp_path):
    path = vendors["own-form"].write(source, study)
    again = vendors["clicks"].write(source, study)
    path.unlink()
    text = again.read_text()
    again.write_text(text + "".join(text.splitlines(keepends=True)[1:4]))
    imported = import_dataset(source, tmp_path / "out")
    assert imported.dropped == {"repeated rows": 3}


def test_what_is_skipped_needs_no_image(vendors, study, source, tmp_path):
    path = vendors["clicks"].write(source, study)
    with path.open("a") as file:
        file.write("cross.bmp,anna,1,1,5\ncross.bmp,bert,1,1,5\n")
    imported = import_dataset(source, tmp_path / "out", skip=["cross.bmp"])
    assert imported.dropped == {"points on what was skipped": 2}


def test_an_image_nobody_looked_at_is_left_out(vendors, study, source, tmp_path):
    vendors["clicks"].write(source, [one for one in study if one.image == "home.png"])
    imported = import_dataset(source, tmp_path / "out")
    assert [one.name for one in imported.data.stimuli] == ["home.png"]
    assert imported.dropped == {"images that nobody looked at": 1}


def test_a_clock_that_runs_on_over_images_counts_from_the_first_fixation(
    vendors, study, source, tmp_path
):
    vendors["gazepoint"].write(source, study)
    for path in source.glob("*.csv"):
        head, *rows = [line.split(",") for line in path.read_text().splitlines()]
        for row in rows:
            row[7] = f"{float(row[7]) + (40 if row[1] == 'shop.png' else 20):.5f}"
        path.write_text("\n".join(",".join(row) for row in [head, *rows]) + "\n")
    imported = import_dataset(source, tmp_path / "out", screen=SCREEN)
    assert "times count from each observer" in (tmp_path / "out/report.html").read_text()
    for stimulus in imported.data.stimuli:
        fixations = stimulus.fixations
        assert fixations is not None
        assert fixations.onset_ms.min() == 0
        assert fixations.onset_ms.max() < 5000


def test_another_place_on_the_screen_moves_and_scales(vendors, study, source, tmp_path):
    """An image that was stretched over the whole screen."""
    vendors["eyelink"].write(source, [one for one in study if one.image == "home.png"])
    placing = read_placing("0,0,1920x1080")
    imported = import_dataset(source, tmp_path / "out", screen=SCREEN, placing=placing)
    fixations = imported.data.stimuli[0].fixations
    assert fixations is not None
    looked = [one for one in study if one.image == "home.png" and one.observer == "anna"]
    mine = fixations.where(fixations.observer == "anna")
    assert mine.x == pytest.approx(np.array([one.screen[0] for one in looked]) * 800 / 1920)
    assert mine.y == pytest.approx(np.array([one.screen[1] for one in looked]) * 600 / 1080)


def test_a_published_set_is_imported_with_its_splits_and_maps(tmp_path, write_image, write_gaze):
    for name, split in (("COCO_1", "train"), ("COCO_2", "val")):
        write_image(tmp_path / "salicon" / "images" / split / f"{name}.jpg")
        write_image(tmp_path / "salicon" / "maps" / split / f"{name}.png", mode="L")
        write_gaze(
            tmp_path / "salicon" / "fixations" / split / f"{name}.mat",
            [[(9, 9), (40, 30)], [(5, 5)]],
        )
    imported = import_dataset(tmp_path / "salicon", tmp_path / "out")
    assert imported.format == "salicon"
    data = read_folder(tmp_path / "out")
    assert {(one.name, one.split) for one in data.stimuli} == {
        ("COCO_1.jpg", "train"),
        ("COCO_2.jpg", "val"),
    }
    assert all(one.density_path is not None for one in data.stimuli)
    assert (data.viewing_s, data.source) == (5.0, "http://salicon.net")
