"""`python -m gazecast.training.fit.text_maps --pictures DATA/SET --output DATA/SET-text`: where the
pictures of a set have text, as the detector of PP-OCR finds it, for recipes that learn it
(gazecast.training.fit.text_head).

The detector is PP-OCRv6 small (Apache 2.0, PaddleOCR), an ONNX file that the package rapidocr
carries; nothing else of the package is used: `pip install --no-deps rapidocr==3.10.0`.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track

from gazecast.data.images import image_files, open_image
from gazecast.data.stimulus import DataError, Stimulus
from gazecast.model.picture import PictureError, read_picture

import onnxruntime

FOUND_TEXT = "text as PP-OCRv6 (Apache 2.0) finds it"
"""How a model's description says that it learned from these maps."""

DETECTOR = "PP-OCRv6_det_small.onnx"

LONGER_SIDE = 960
"""Pixels that a picture is shown to the detector at: small print is still seen."""

MULTIPLE = 32
"""The detector's coarsest stride."""

CELL = 4
"""Pixels of the detector's picture a side of one pixel of the map."""

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of each channel, as the detector was trained."""


def text_probability(detector: onnxruntime.InferenceSession, path: Path) -> NDArray[np.float32]:
    """The probability of text, 0..1, at about a quarter of LONGER_SIDE a side; (rows, columns).

    Raises PictureError.
    """
    picture = Image.fromarray(read_picture(path).rgb)
    scale = LONGER_SIDE / max(picture.size)
    size = tuple(max(1, round(side * scale / MULTIPLE)) * MULTIPLE for side in picture.size)
    rgb = np.asarray(picture.resize((size[0], size[1]), Image.Resampling.BICUBIC)) / 255
    # Trained on pictures whose channels were in OpenCV's order, blue first.
    bgr = ((rgb[..., ::-1] - MEAN) / DEVIATION).astype(np.float32)
    (name,) = (each.name for each in detector.get_inputs())
    found = detector.run(None, {name: np.ascontiguousarray(bgr.transpose(2, 0, 1)[None])})[0]
    # The picture's own aspect again: the sides were rounded.
    width, height = (max(1, round(side * scale / CELL)) for side in picture.size)
    cells = Image.fromarray(np.asarray(found)[0, 0]).resize((width, height), Image.Resampling.BOX)
    return np.asarray(cells, dtype=np.float32)


def read_text_map(folder: Path, stimulus: Stimulus) -> NDArray[np.uint8]:
    """A picture's map as `main` wrote it, 0..255. Raises DataError when there is none."""
    path = folder / f"{Path(stimulus.name).stem}.png"
    try:
        with open_image(path) as file:
            return np.asarray(file.convert("L"))
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read; `python -m gazecast.training.fit.text_maps --pictures "
            f"{stimulus.image_path.parent.parent} --output {folder}` writes it"
        ) from error


def find_detector() -> Path:
    """The detector's file in the package that carries it. Raises DataError where it is missing."""
    package = find_spec("rapidocr")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if (path := Path(folder) / "models" / DETECTOR).is_file():
            return path
    raise DataError(f"{DETECTOR} is missing: pip install --no-deps rapidocr==3.10.0")


def main() -> None:
    """Write a map, 8-bit grey PNG, for every picture of a folder."""
    parser = argparse.ArgumentParser(prog="gazecast.training.fit.text_maps", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="a data set's folder")
    parser.add_argument("--output", type=Path, required=True, help="folder for the maps")
    wanted = parser.parse_args()
    pictures: Path = wanted.pictures
    output: Path = wanted.output
    try:
        detector = onnxruntime.InferenceSession(find_detector())
        output.mkdir(parents=True, exist_ok=True)
        for path in track(image_files(pictures / "images"), description=pictures.name):
            found = text_probability(detector, path)
            Image.fromarray((found * 255).round().astype(np.uint8)).save(
                output / f"{path.stem}.png"
            )
    except (DataError, PictureError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
