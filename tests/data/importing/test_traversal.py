"""No study leads an import out of the folder that it writes to, nor has it read from elsewhere."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hostile.trees import NAMES, tree
from PIL import Image
from scipy.io import savemat

from gazecast.data.importing.run import import_dataset
from gazecast.data.layouts import LAYOUTS, read_dataset
from gazecast.data.stimulus import DataError

SCREEN = (1920.0, 1080.0)
SIZE = (64, 48)


# ---- A small study in each layout, whose tables call its image something else ------------------


class Writer:
    """folder: to write to. file: the image's name. told: what tables say that it is."""

    def __init__(self, folder: Path, file: str, told: str, write_gaze, write_recording) -> None:
        self.folder, self.file, self.told = folder, file, told
        self.stem = Path(file).stem
        self.write_gaze, self.write_recording = write_gaze, write_recording

    def image(self, *place: str, mode: str = "RGB") -> None:
        path = self.folder.joinpath(*place)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise(SIZE, 40).convert(mode).save(path, "PNG")

    def text(self, name: str, *lines: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def gazecast(self) -> None:
        self.image("images", self.file)
        self.image("maps", f"{self.stem}.png", mode="L")
        self.text("images.csv", "image,split,width,height", f'"{self.told}",train,64,48')
        self.text(
            "fixations.csv",
            "image,observer,kind,x,y,start_ms,duration_ms",
            f'"{self.told}",anna,fixation,5,5,200,300',
        )
        self.text("dataset.json", '{"name": "study"}')

    def cat2000(self) -> None:
        self.image("Stimuli", "Action", self.file)
        self.image("FIXATIONMAPS", "Action", self.file, mode="L")
        (self.folder / "FIXATIONLOCS" / "Action").mkdir(parents=True)
        points = np.eye(SIZE[1], SIZE[0], dtype=np.uint8)
        file = self.folder / "FIXATIONLOCS" / "Action" / f"{self.stem}.mat"
        savemat(file, {"fixLocs": points}, appendmat=False)

    def fiwi(self) -> None:
        self.image("stimuli", self.file)
        self.image("all5", f"{self.stem}.png", mode="L")

    def mit1003(self) -> None:
        self.image("ALLSTIMULI", self.file)
        self.image("ALLFIXATIONMAPS", f"{self.stem}_fixMap.jpg", mode="L")
        track = np.repeat([(20.0, 20.0), (40.0, 30.0), (10.0, 30.0)], 60, axis=0)
        self.write_recording(self.folder / "DATA" / "anna" / f"{self.stem}.mat", track)

    def osie(self) -> None:
        self.image("data", "stimuli", self.file)
        cell = np.empty((1, 1), dtype=object)
        looked = np.empty((1, 1), dtype=object)
        looked[0, 0] = {"fix_x": [[5.0]], "fix_y": [[5.0]], "fix_duration": [[300.0]]}
        cell[0, 0] = {"img": self.told, "subjects": looked}
        (self.folder / "data" / "eye").mkdir()
        savemat(self.folder / "data" / "eye" / "fixations.mat", {"fixations": cell})

    def salicon(self) -> None:
        self.image("images", "train", self.file)
        self.image("maps", "train", f"{self.stem}.png", mode="L")
        self.write_gaze(self.folder / "fixations" / "train" / f"{self.stem}.mat", [[(5, 5)]])

    def ueyes(self) -> None:
        self.image("images", "block 1", self.file)
        self.text("info.csv", "image;category;block;split", f"{self.told};web;1;Train")
        self.text(
            "eyetracker_logs/01_kh005_fixations.csv",
            "MEDIA_NAME,FPOGX,FPOGY,FPOGS,FPOGD,FPOGID,FPOGV",
            f'"{self.told}",0.5,0.5,0.2,0.3,1,1',
        )


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def write_study(
    tmp_path: Path, layout: str, write_gaze, write_recording
) -> Callable[[str, str], Path]:
    """A study in the layout, in a folder with others around it."""
    Image.new("RGB", SIZE).save(tmp_path / "planted.png")
    (tmp_path / "around").mkdir()
    Image.new("RGB", SIZE).save(tmp_path / "around" / "planted.png")

    def write(file: str, told: str) -> Path:
        folder = tmp_path / "around" / "study"
        folder.mkdir()
        getattr(Writer(folder, file, told, write_gaze, write_recording), layout)()
        return folder

    return write


@pytest.mark.parametrize("file", ["a.png", "Seite 1 - Größe's.png", "a..b.png"])
def test_each_of_these_studies_is_imported(write_study, layout, tmp_path, file):
    study = write_study(file, file)
    before = tree(tmp_path)
    imported = import_dataset(study, tmp_path / "out", format_name=layout)
    (name,) = (one.name for one in imported.data.stimuli)
    assert name.endswith(file)
    assert (tmp_path / "out" / "images" / name).is_file()
    shutil.rmtree(tmp_path / "out")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", NAMES)
def test_what_tables_say_writes_nothing_elsewhere(write_study, layout, tmp_path, name):
    study = write_study("a.png", name)
    before = tree(tmp_path)
    with contextlib.suppress(DataError):  # a layout without such tables has nothing to refuse
        import_dataset(study, tmp_path / "made" / "out", format_name=layout)
        assert [path.name for path in (tmp_path / "made").iterdir()] == ["out"]
    shutil.rmtree(tmp_path / "made", ignore_errors=True)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", [name for name in NAMES if not {"/", "\0"} & {*name}][1:])
def test_an_image_s_own_name_may_be_a_path_on_another_system(write_study, layout, tmp_path, name):
    study = write_study(name, name)
    before = tree(tmp_path)
    try:
        data = import_dataset(study, tmp_path / "out", format_name=layout).data
    except DataError:
        assert tree(tmp_path) == before
    else:  # with its category in front, what was a drive is none
        assert [(layout, one.name) for one in data.stimuli] == [("cat2000", f"Action-{name}")]


def test_a_row_with_such_a_name_is_told(tmp_path, write_gaze, write_recording):
    for name in NAMES:
        study = tmp_path / "study"
        study.mkdir()
        Writer(study, "a.png", name, write_gaze, write_recording).gazecast()
        with pytest.raises(DataError, match=r"images\.csv, row 2: the name .* rename it"):
            import_dataset(study, tmp_path / "out")
        shutil.rmtree(study)


def replaced_by(trap: str, path: Path, elsewhere: Path) -> None:
    """A link to what was there, or a pipe."""
    path.rename(elsewhere)
    if trap == "link":
        path.symlink_to(elsewhere)
    else:
        os.mkfifo(path)


def each_trap_is_told(study: Path, read: Callable[[], object], world: Path, trap: str) -> None:
    whole = world / "whole"
    shutil.copytree(study, whole)
    for place in sorted(path.relative_to(study) for path in study.rglob("*")):
        shutil.rmtree(study)
        shutil.copytree(whole, study)
        replaced_by(trap, study / place, world / "elsewhere")
        before = tree(world)
        with pytest.raises(DataError, match=f"{re.escape(str(study / place))}: (a link|neither)"):
            read()
        assert tree(world) == before
        path = world / "elsewhere"
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("trap", ["link", "pipe"])
def test_what_leads_out_of_a_study_stops_its_import(write_study, layout, tmp_path, trap):
    study = write_study("a.png", "a.png")
    out = tmp_path / "out"
    each_trap_is_told(study, lambda: import_dataset(study, out, format_name=layout), tmp_path, trap)


def test_what_leads_out_of_a_set_stops_training_and_evaluating_too(write_study, layout, tmp_path):
    study = write_study("a.png", "a.png")
    each_trap_is_told(study, lambda: read_dataset(study, layout), tmp_path, "link")


@pytest.mark.parametrize("trap", ["link", "pipe"])
def test_what_leads_out_of_an_export_stops_its_import(vendor, study, source, tmp_path, trap):
    vendor.write(source, study)
    out = tmp_path / "out"
    each_trap_is_told(source, lambda: import_dataset(source, out, screen=SCREEN), tmp_path, trap)


# ---- The vendors' exports ----------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_an_export_writes_nothing_elsewhere(vendor, study, source, tmp_path, name):
    Image.new("RGB", (800, 600)).save(tmp_path / "planted.png")
    vendor.write(source, study)
    is_file_name = vendor.image is None  # the image is in the name of the file or of its folder
    named = re.compile(r"home(\.png)?")
    if is_file_name:
        on_disk = name.replace("/", "\\").replace("\0", "\x01")
        for path in sorted(source.rglob("*home*"), reverse=True):
            if "images" not in path.parts:
                path.rename(path.with_name(path.name.replace("home", f"{on_disk}x")))
    else:
        for path in source.rglob("*"):
            if path.is_file() and path.suffix != ".png":
                text = path.read_bytes().decode(vendor.encoding)
                changed = named.sub(lambda _: name, text)
                path.write_bytes(changed.encode(vendor.encoding))
    before = tree(tmp_path)
    # What comes after the last separator may be the name of a picture.
    with contextlib.suppress(DataError):
        import_dataset(
            source, tmp_path / "made" / "out", screen=SCREEN if vendor.needs_screen else None
        )
        assert [path.name for path in (tmp_path / "made").iterdir()] == ["out"]
    shutil.rmtree(tmp_path / "made", ignore_errors=True)
    assert tree(tmp_path) == before


def test_a_file_s_images_are_beside_it_and_no_link_elsewhere(vendors, study, source, tmp_path):
    export = vendors["clicks"].write(source, study)
    (source / "images").rename(tmp_path / "elsewhere")
    (source / "images").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="'images' is a link that leads out"):
        import_dataset(export, tmp_path / "out")
    imported = import_dataset(
        export, tmp_path / "out", images=source / "images"
    )  # named by the user
    assert len(imported.data.stimuli) == 2


def test_the_study_itself_may_be_a_link(vendor, study, source, tmp_path):
    vendor.write(source, study)
    (tmp_path / "named").symlink_to(source)
    imported = import_dataset(
        tmp_path / "named", tmp_path / "out", screen=SCREEN if vendor.needs_screen else None
    )
    assert len(imported.data.stimuli) == 2


def test_an_image_that_is_no_image_of_the_listed_formats_is_not_copied(tmp_path):
    """A portable pixmap is a script too, where it begins as one."""
    study = tmp_path / "study"
    (study / "images").mkdir(parents=True)
    script = b"P6\n64 48\n255\n" + b"touch EXECUTED\n".ljust(64 * 48 * 3, b"\n")
    (study / "images" / ".profile").write_bytes(script)
    (study / "images.csv").write_text("image,split,width,height\n.profile,train,64,48\n")
    before = tree(tmp_path)
    with pytest.raises(DataError, match=r"\.profile: cannot be read as an image"):
        import_dataset(study, tmp_path / "out")
    assert tree(tmp_path) == before
