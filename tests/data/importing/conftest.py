"""One small study, written in each vendor's form with its columns, units and quirks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCREEN = (1920, 1080)
SIZES = {"home.png": (800, 600), "shop.png": (1600, 600)}
# Where the experiment showed them: as large as fits, centred. Left, top, and screen pixels for one
# of the image. Counted by hand.
SHOWN = {"home.png": (240.0, 0.0, 1.8), "shop.png": (0.0, 180.0, 1.2)}
OBSERVERS = ("anna", "bert")


@dataclass(frozen=True)
class Looked:
    """One fixation, in pixels of the image and milliseconds since it appeared."""

    image: str
    observer: str
    x: float
    y: float
    start: float
    ms: float

    @property
    def screen(self) -> tuple[float, float]:
        left, top, scale = SHOWN[self.image]
        return left + self.x * scale, top + self.y * scale

    @property
    def share(self) -> tuple[float, float]:
        width, height = SIZES[self.image]
        return self.x / width, self.y / height


def make_study() -> tuple[Looked, ...]:
    """Five to eight fixations for each person and image, none on the border."""
    rng = np.random.default_rng(8)
    looked = []
    for image, (width, height) in SIZES.items():
        for observer in OBSERVERS:
            start = float(rng.integers(150, 400))
            for _ in range(rng.integers(5, 9)):
                ms = float(rng.integers(90, 500))
                x, y = rng.uniform(0.1, 0.9, 2) * (width, height)
                looked.append(Looked(image, observer, round(x, 2), round(y, 2), start, ms))
                start += ms + float(rng.integers(20, 60))
    return tuple(looked)


STUDY = make_study()


def trials(study: Sequence[Looked]) -> Iterator[tuple[str, str, list[Looked]]]:
    """Person by person, image by image, as a recording goes on."""
    for observer in OBSERVERS:
        for image in SIZES:
            yield (
                observer,
                image,
                [one for one in study if (one.observer, one.image) == (observer, image)],
            )


def table(header: Sequence[str], rows: Sequence[Sequence[object]], separator: str) -> str:
    lines = [separator.join(map(str, row)) for row in (header, *rows)]
    return "\n".join(lines) + "\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


# ---- The vendors -------------------------------------------------------------------------------


def tobii_samples(folder: Path, study: Sequence[Looked]) -> Path:
    """A row a sample, microseconds, positions on the media, and a computer with decimal commas."""

    def comma(number: float) -> str:
        return f"{number:.5f}".replace(".", ",")

    header = [
        "Recording timestamp [μs]",
        "Sensor",
        "Participant name",
        "Recording name",
        "Event",
        "Presented Stimulus name",
        "Eye movement type",
        "Gaze event duration [ms]",
        "Eye movement type index",
        "Fixation point X [DACS px]",
        "Fixation point Y [DACS px]",
        "Fixation point X [MCS norm]",
        "Fixation point Y [MCS norm]",
    ]
    rows: list[list[object]] = []
    for observer in OBSERVERS:
        clock, number = 5_000_000, 0
        person = [observer, f"Recording {observer}"]
        for _, image, looked in (one for one in trials(study) if one[0] == observer):
            rows.append([clock - 500, "Eye Tracker", *person, "", "", "Saccade", "", 1, *[""] * 4])
            shown_at = clock
            stem = Path(image).stem
            rows.append([clock, "", *person, "ImageStimulusStart", stem, *[""] * 7])
            for one in looked:
                number += 1
                start = shown_at + round(one.start * 1000)
                for when in range(start, start + round(one.ms * 1000), 33_333):
                    cells = [one.ms, number, *one.screen, *map(comma, one.share)]
                    rows.append([when, "Eye Tracker", *person, "", stem, "Fixation", *cells])
                clock = start + round(one.ms * 1000)
                for kind in ("Saccade", "EyesNotFound", "Unclassified"):
                    clock += 2000
                    rows.append(
                        [clock, "Eye Tracker", *person, "", stem, kind, 7, number, *[""] * 4]
                    )
            clock += 400_000
    text = table(header, rows, "\t")
    for number_ in {f"{value}" for one in study for value in (*one.screen, one.ms)}:
        text = text.replace(f"\t{number_}\t", f"\t{number_.replace('.', ',')}\t")
    return write(folder / "Project Data Export.tsv", text, "utf-8-sig")


def tobii_fixations(folder: Path, study: Sequence[Looked]) -> Path:
    """A row a fixation and one for the stimulus's start, milliseconds that are not marked as such,
    positions on the display, and where the media was."""
    header = [
        "Recording timestamp",
        "Participant name",
        "Presented Stimulus name",
        "Presented Media name",
        "Presented Media width",
        "Presented Media height",
        "Presented Media position X (DACSpx)",
        "Presented Media position Y (DACSpx)",
        "Recording resolution height",
        "Recording resolution width",
        "Eye movement type",
        "Gaze event duration",
        "Eye movement type index",
        "Fixation point X",
        "Fixation point Y",
    ]
    rows: list[list[object]] = []
    clock = 60_000.0
    number = 0
    for observer, image, looked in trials(study):
        left, top, scale = SHOWN[image]
        width, height = SIZES[image]
        media = [Path(image).stem, image, width * scale, height * scale, left, top, 1080, 1920]
        rows.append([clock, observer, *media, "", "", "", "", ""])
        for one in looked:
            number += 1
            rows.append(
                [clock + one.start, observer, *media, "Fixation", one.ms, number, *one.screen]
            )
        clock += 9000
    return write(folder / "export.tsv", table(header, rows, "\t"))


def eyelink(folder: Path, study: Sequence[Looked]) -> Path:
    """Two eyes, missing values, UTF-16 as Windows calls Unicode, and images that appear late."""
    header = [
        "RECORDING_SESSION_LABEL",
        "TRIAL_INDEX",
        "TRIAL_START_TIME",
        "IP_START_TIME",
        "EYE_USED",
        "CURRENT_FIX_INDEX",
        "CURRENT_FIX_START",
        "CURRENT_FIX_DURATION",
        "CURRENT_FIX_X",
        "CURRENT_FIX_Y",
        "CURRENT_FIX_BLINK_AROUND",
        "condition",
        "pic",
    ]
    rows: list[list[object]] = []
    for trial, (observer, image, looked) in enumerate(trials(study), start=1):
        began = 7_000_000 + 20_000 * trial
        first = [observer, trial, began, began + 700]
        last = ["NONE", "free", f"images\\{image}"]
        rows.append([*first, "RIGHT", 1, 0, 300, 960.0, 540.0, *last])  # on the cross before
        for index, one in enumerate(looked, start=2):
            at = [one.start + 700, one.ms]
            x, y = one.screen
            rows.append([*first, "LEFT", index, *at, x + 9, y - 5, *last])
            rows.append([*first, "RIGHT", index, *at, x, y, *last])
        rows.append([*first, "RIGHT", index + 1, 5000, 120, ".", ".", "BOTH", "free", image])
    return write(folder / "fixation_report.txt", table(header, rows, "\t"), "utf-16")


GAZEPOINT_HEADER = [
    "MEDIA_ID",
    "MEDIA_NAME",
    "CNT",
    "TIME(2022/04/13 16:49:44.313)",
    "TIMETICK(f=10000000)",
    "FPOGX",
    "FPOGY",
    "FPOGS",
    "FPOGD",
    "FPOGID",
    "FPOGV",
    "BKID",
    "",
]


def _gazepoint(folder: Path, study: Sequence[Looked], samples: int, name: str) -> Path:
    path = folder
    for observer in OBSERVERS:
        rows: list[list[object]] = []
        number = 0
        for media, (_, image, looked) in enumerate(
            one for one in trials(study) if one[0] == observer
        ):
            for one in looked:
                number += 1
                x, y = one.screen
                for sample in range(1, samples + 1):
                    share = sample / samples  # FPOGD grows while the fixation lasts
                    start, seconds = one.start / 1000, one.ms / 1000 * share
                    shake = (1 - share) * 0.01
                    at = [f"{x / 1920 + shake:.6f}", f"{y / 1080:.6f}"]
                    times = [f"{start:.5f}", f"{seconds:.5f}"]
                    time = [len(rows), f"{start + seconds:.5f}", 90000 + len(rows)]
                    rows.append([media, image, *time, *at, *times, number, 1, 0, ""])
            time = [len(rows), "6.00000", 99000]
            rows.append([media, image, *time, 0.4, 0.4, "5.90000", "0.05000", number + 1, 0, 0, ""])
            rows.append([media, image, *time, 0.4, 0.4, "5.90000", "0.05000", number + 1, 1, 3, ""])
            number += 1
        path = write(folder / f"{observer}_{name}.csv", table(GAZEPOINT_HEADER, rows, ","))
    return path


def gazepoint(folder: Path, study: Sequence[Looked]) -> Path:
    """A file a person, a row a fixation; a date in the header, and a comma at every end."""
    return _gazepoint(folder, study, 1, "fixations")


def gazepoint_samples(folder: Path, study: Sequence[Looked]) -> Path:
    return _gazepoint(folder, study, 4, "all_gaze")


def pupil_core(folder: Path, study: Sequence[Looked]) -> Path:
    """A file a person and surface, from the bottom left, a row for each frame of a fixation."""
    header = [
        "world_timestamp",
        "world_index",
        "fixation_id",
        "start_timestamp",
        "duration",
        "dispersion",
        "norm_pos_x",
        "norm_pos_y",
        "x_scaled",
        "y_scaled",
        "on_surf",
    ]
    path = folder
    for observer, image, looked in trials(study):
        rows: list[list[object]] = []
        for number, one in enumerate(looked, start=40):
            start = 81_234.5 + one.start / 1000
            x, y = one.share
            for frame, shift in enumerate((-0.004, 0.004)):  # the head moves
                at = [x + shift, 1 - y - shift, 1.0, 1.0]
                rows.append([start, frame, number, start, one.ms, 0.9, *at, "True"])
        rows.append([start, 9, number, start, 100, 0.9, 1.3, 0.2, 1.0, 1.0, "False"])
        name = f"fixations_on_surface_{Path(image).stem}.csv"
        path = write(
            folder / observer / "exports" / "000" / "surfaces" / name, table(header, rows, ",")
        )
    return path


def _pupil_cloud(folder: Path, study: Sequence[Looked], columns: str, share: bool) -> Path:
    header = (
        "section id,recording id,fixation id,start timestamp [ns],end timestamp [ns],duration [ms],"
        + columns
    ).split(",")
    path = folder
    for image in SIZES:
        rows: list[list[object]] = []
        for observer in OBSERVERS:
            for number, one in enumerate(
                one for one in study if (one.observer, one.image) == (observer, image)
            ):
                start = 1_650_000_000_000_000_000 + int(one.start * 1e6)
                end = start + int(one.ms * 1e6)
                at = one.share if share else (one.x, one.y)
                rows.append(["s", f"rec-{observer}", number, start, end, one.ms, "True", *at])
            rows.append(["s", f"rec-{observer}", 99, end, end, 60, "False", "", ""])
        path = write(folder / Path(image).stem / "fixations.csv", table(header, rows, ","))
    return path


def pupil_reference_image(folder: Path, study: Sequence[Looked]) -> Path:
    columns = "fixation detected in reference image,fixation x [px],fixation y [px]"
    return _pupil_cloud(folder, study, columns, share=False)


def pupil_marker_mapper(folder: Path, study: Sequence[Looked]) -> Path:
    columns = "fixation detected on surface,fixation x [normalized],fixation y [normalized]"
    return _pupil_cloud(folder, study, columns, share=True)


def realeye(folder: Path, study: Sequence[Looked]) -> Path:
    """Percent of the item; names with commas in quotes."""
    header = [
        "study_id",
        "item_id",
        "item_filename",
        "participant_id",
        "participant_display_name",
        "fixation_point_x",
        "fixation_point_y",
        "fixation_starts_at_ms",
        "fixation_ends_at_ms",
        "fixation_duration_ms",
    ]
    rows = [
        ["s", "i", one.image, one.observer, '"Anna, Female, 27"']
        + [100 * share for share in one.share]
        + [one.start, one.start + one.ms, one.ms]
        for one in study
    ]
    return write(folder / "fixations-export.csv", table(header, rows, ","))


def clicks(folder: Path, study: Sequence[Looked]) -> Path:
    rows = [[one.image, one.observer, one.x, one.y, one.start] for one in study]
    header = ["image", "observer", "x", "y", "time_ms"]
    return write(folder / "clicks.csv", table(header, rows, ","))


def own_form(folder: Path, study: Sequence[Looked]) -> Path:
    header = ["image", "observer", "kind", "x", "y", "start_ms", "duration_ms"]
    rows = [[one.image, one.observer, "fixation", one.x, one.y, one.start, one.ms] for one in study]
    return write(folder / "fixations.csv", table(header, rows, ","))


@dataclass(frozen=True)
class Vendor:
    """write: the study into a folder; the path of its last file. needs_screen: positions are on the
    screen, whose size the export does not say. since_first: the export does not say when an image
    appeared. observer: what the export calls a person. The rest are names of columns that tests
    break: one to leave out, of start and duration, and of the image (None: it is in the file's
    name)."""

    format: str
    write: Callable[[Path, Sequence[Looked]], Path]
    separator: str
    required: str
    start: str
    duration: str | None
    image: str | None
    kind: str = "fixation"
    needs_screen: bool = False
    since_first: bool = False
    observer: Callable[[str], str] = str
    encoding: str = "utf-8"
    dropped: dict[str, int] = field(default_factory=dict)


VENDORS = {
    "tobii-samples": Vendor(
        "tobii",
        tobii_samples,
        "\t",
        "Participant name",
        "Recording timestamp [μs]",
        "Gaze event duration [ms]",
        "Presented Stimulus name",
        encoding="utf-8-sig",
    ),
    "tobii-fixations": Vendor(
        "tobii",
        tobii_fixations,
        "\t",
        "Eye movement type index",
        "Recording timestamp",
        "Gaze event duration",
        "Presented Media name",
    ),
    "eyelink": Vendor(
        "eyelink",
        eyelink,
        "\t",
        "CURRENT_FIX_X",
        "CURRENT_FIX_START",
        "CURRENT_FIX_DURATION",
        "pic",
        needs_screen=True,
        encoding="utf-16",
    ),
    "gazepoint": Vendor(
        "gazepoint", gazepoint, ",", "FPOGID", "FPOGS", "FPOGD", "MEDIA_NAME", needs_screen=True
    ),
    "gazepoint-samples": Vendor(
        "gazepoint",
        gazepoint_samples,
        ",",
        "FPOGV",
        "FPOGS",
        "FPOGD",
        "MEDIA_NAME",
        needs_screen=True,
    ),
    "pupil-core": Vendor(
        "pupil-core",
        pupil_core,
        ",",
        "fixation_id",
        "start_timestamp",
        "duration",
        None,
        since_first=True,
    ),
    "pupil-reference-image": Vendor(
        "pupil-cloud",
        pupil_reference_image,
        ",",
        "fixation x [px]",
        "start timestamp [ns]",
        "duration [ms]",
        None,
        since_first=True,
        observer="rec-{}".format,
    ),
    "pupil-marker-mapper": Vendor(
        "pupil-cloud",
        pupil_marker_mapper,
        ",",
        "recording id",
        "start timestamp [ns]",
        "duration [ms]",
        None,
        since_first=True,
        observer="rec-{}".format,
    ),
    "realeye": Vendor(
        "realeye",
        realeye,
        ",",
        "participant_id",
        "fixation_starts_at_ms",
        "fixation_duration_ms",
        "item_filename",
        kind="webcam",
    ),
    "clicks": Vendor("clicks", clicks, ",", "y", "time_ms", None, "image", kind="click"),
    "own-form": Vendor("gazecast", own_form, ",", "observer", "start_ms", "duration_ms", "image"),
}


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


@pytest.fixture
def vendors() -> dict[str, Vendor]:
    return VENDORS


@pytest.fixture
def study() -> tuple[Looked, ...]:
    return STUDY


@pytest.fixture(scope="session")
def shown_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The images of the study, different enough not to be near-duplicates."""
    folder = tmp_path_factory.mktemp("shown") / "images"
    folder.mkdir()
    rng = np.random.default_rng(3)
    for name, size in SIZES.items():
        blocks = Image.fromarray(rng.integers(0, 255, (6, 8, 3), dtype=np.uint8))
        blocks.resize(size, Image.Resampling.NEAREST).save(folder / name)
    return folder


@pytest.fixture
def source(tmp_path: Path, shown_images: Path) -> Path:
    """A folder to write exports to, with the images in images/."""
    folder = tmp_path / "source"
    folder.mkdir()
    shutil.copytree(shown_images, folder / "images", copy_function=os.link)
    return folder
