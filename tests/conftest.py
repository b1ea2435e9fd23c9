"""What tests of several parts share: files to send, a predictor that needs no weights, a small
network that has been exported, and writers of the official layouts of data sets."""

from __future__ import annotations

import os
import shutil
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
import pytest
from filelock import FileLock
from numpy.typing import NDArray
from PIL import Image

from gazecast.model.error_tables import Calibration, DifferenceError, SeenRate, ShareError
from gazecast.model.graph import (
    DOMAIN,
    DOMAIN_LOGITS,
    IMAGE,
    LOG_DENSITY,
    THUMBNAIL,
    THUMBNAIL_SIDE,
    UNFAMILIARITY,
)
from gazecast.model.metadata import (
    DatasetUse,
    InputSize,
    ModelInfo,
    RecipeUse,
    Score,
    file_sha256,
)
from gazecast.model.picture import Picture, read_picture
from gazecast.model.prediction import DomainDecision, Prediction, require_domain
from gazecast.model.vocabulary import DOMAINS, WINDOWS

if TYPE_CHECKING:  # torch and playwright are slow to load, and most tests do without
    from playwright.sync_api import Browser

    from gazecast.model.network import SaliencyNetwork
    from gazecast.training.export.shipped import Shipped

EncodeImage = Callable[..., bytes]
WriteImage = Callable[..., Path]

pytest_plugins = ["quick"]


class FixedPredictor:
    """Predicts one smooth bump, left of and above the middle, on any image."""

    info = ModelInfo(
        name="fixed",
        version="0",
        sha256="0" * 64,
        licence="none",
        datasets=(DatasetUse("made up", "CC0", 1, "test", "these tests"),),
        recipe=RecipeUse("none.yaml", "1" * 64),
        commit="2" * 40,
        created="2026-01-01T00:00:00Z",
        input=InputSize(pixels=110_592, multiple=32),
        windows=WINDOWS,
        domains={domain: f"not validated on {domain}: a bump" for domain in DOMAINS},
        metrics={"nothing": {"NSS": Score(0.0)}},
        calibration=Calibration(
            basis="made up",
            observers=11,
            share=dict.fromkeys(WINDOWS, ShareError(0.002, 0.01, 0.05, -1.6, 1.6)),
            seen=dict.fromkeys(WINDOWS, SeenRate(5.0, 3.0)),
            difference=DifferenceError(floor=0.012, slope=0.3, ceiling=0.15),
        ),
    )

    def warm_up(self) -> None:
        pass

    def predict(self, image, window="3s", domain="auto"):
        require_domain(domain, self.info)
        picture = image if isinstance(image, Picture) else read_picture(image)
        ratio = min(1.0, 256 / max(picture.width, picture.height))
        rows, columns = (max(1, round(side * ratio)) for side in picture.rgb.shape[:2])
        y = (np.arange(rows) + 0.5) / rows
        x = (np.arange(columns) + 0.5) / columns
        bump = np.exp(-(((y - 0.4) / 0.2) ** 2))[:, None] * np.exp(-(((x - 0.3) / 0.2) ** 2))
        used = "web" if domain == "auto" else domain
        return Prediction(
            densities=dict.fromkeys(WINDOWS, (bump / bump.sum()).astype(np.float32)),
            window=window,
            domain=DomainDecision(
                used, domain, dict.fromkeys(DOMAINS, 0.25), self.info.domains[used]
            ),
            unfamiliarity=0.5,
            width=picture.width,
            height=picture.height,
            image_sha256=picture.sha256,
            model=self.info,
        )


@pytest.fixture
def fixed_predictor() -> FixedPredictor:
    return FixedPredictor()


@pytest.fixture
def kiosk_predictor() -> FixedPredictor:
    """Has a further domain, as a model that was fine-tuned for it."""
    predictor = FixedPredictor()
    domains = {**predictor.info.domains, "kiosk": "validated on 12 kiosks"}
    predictor.info = replace(predictor.info, domains=domains)
    return predictor


@pytest.fixture(scope="session")
def encode_image() -> EncodeImage:
    def encode(width: int = 120, height: int = 80, kind: str = "PNG") -> bytes:
        file = BytesIO()
        Image.effect_noise((width, height), 40).convert("RGB").save(file, kind)
        return file.getvalue()

    return encode


@pytest.fixture(scope="session")
def bad_images(encode_image: EncodeImage) -> dict[str, bytes]:
    """Files that are no usable image, by what is wrong with them."""
    png = encode_image()
    jpeg = encode_image(kind="JPEG")
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    gif = BytesIO()
    frames[0].save(gif, "GIF", save_all=True, append_images=frames[1:])
    return {
        "corrupt": png[:60] + bytes(200) + png[260:],
        "empty": b"",
        "text": b"this is not an image\n" * 10,
        "truncated": jpeg[: len(jpeg) // 2],
        "huge": _png_header(50_000, 50_000),
        "animated": gif.getvalue(),
    }


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


# A busy machine is no failure.
hypothesis.settings.register_profile("gazecast", deadline=None)
hypothesis.settings.load_profile("gazecast")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Callable[..., Browser]]:
    """Starts the system's Chromium with further arguments. No longer than a module, as nothing
    asynchronous can run beside it."""
    from playwright.sync_api import Error, expect, sync_playwright

    # Its five seconds are short where other tests share the cores.
    expect.set_options(timeout=30_000)
    with sync_playwright() as driver:

        def launch(*arguments: str) -> Browser:
            try:
                return driver.chromium.launch(
                    executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
                    args=["--no-sandbox", *arguments],
                )
            except Error as error:
                if os.environ.get("CI"):
                    raise
                pytest.skip(f"no Chromium here: {error.message.splitlines()[0]}")

        yield launch


@pytest.fixture(scope="session")
def answering() -> Callable[[type[BaseHTTPRequestHandler]], AbstractContextManager[str]]:
    """Lets a handler of http.server answer at a free port, and gives the address."""

    @contextmanager
    def run(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    return run


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """torch on one thread: for networks this small, more of them only get in each other's way."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass(frozen=True)
class TinyModel:
    """network: random weights, but each domain looks into a corner of its own (web top left, mobile
    top right, poster bottom left, photo bottom right). shipped: what is exported of it. onnx: the
    file, its weights and description beside it."""

    network: SaliencyNetwork
    shipped: Shipped
    onnx: Path


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> TinyModel:
    """Exported once for all tests, in whichever processes: it takes half a minute. timm's test
    network keeps it from taking more."""
    import torch

    from gazecast.model.network import NetworkSpec, SaliencyNetwork
    from gazecast.training.export.shipped import Shipped, write_onnx
    from gazecast.training.export.weights import write_weights

    torch.manual_seed(0)
    network = SaliencyNetwork(NetworkSpec("test_efficientnet", DOMAINS, (32, 24, 16, 16), 1)).eval()
    half = network.readout.domain_prior.shape[-1] // 2
    with torch.no_grad():
        for domain, prior in enumerate(network.readout.domain_prior):
            rows = slice(half) if domain < 2 else slice(half, None)
            columns = slice(half) if domain % 2 == 0 else slice(half, None)
            prior[:, rows, columns] = 6.0
        network.readout.window_prior.normal_(std=0.5)
        network.readout.frame[-1] = torch.tensor([-0.05, 0.02, 0.05])
        network.readout.pull[0] = torch.tensor([0.3, 0.02, 0.05])
        network.readout.direct_16[2].normal_(std=0.02)
        network.readout.direct_32[2].normal_(std=0.02)
    shipped = Shipped(network)
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of the run, not of this worker
    path = folder / "tiny-model.onnx"
    with FileLock(folder / "tiny-model.lock"):
        if not path.with_suffix(".json").exists():
            write_onnx(shipped, path)
            weights = path.with_suffix(".safetensors")
            write_weights(shipped, weights)
            info = replace(
                FixedPredictor.info,
                name="tiny",
                sha256=file_sha256(path),
                weights_sha256=file_sha256(weights),
                input=InputSize(pixels=128 * 128, multiple=32),
            )
            path.with_suffix(".json").write_text(info.to_json(), encoding="utf-8")
    return TinyModel(network, shipped, path)


@pytest.fixture(scope="session")
def bright_model() -> Callable[..., Path]:
    """Writes a model that is made without torch, so at once: people look where it is bright, or
    with inverted=True where it is dark. The name makes the file's hash. added: a further domain,
    as fine-tuning adds it."""
    import onnx

    helper, kinds = onnx.helper, onnx.TensorProto

    def write(path: Path, name: str, *, inverted: bool = False, added: str | None = None) -> Path:
        domains = dict(FixedPredictor.info.domains)
        if added is not None:
            domains[added] = f"validated on 12 {added}s"

        def constant(to: str, values: Sequence[float], kind: int = kinds.FLOAT, dims=None):
            value = helper.make_tensor(to, kind, dims or [len(values)], values)
            return helper.make_node("Constant", [], [to], value=value)

        nodes = [
            helper.make_node("Cast", [IMAGE], ["pixels"], to=kinds.FLOAT),
            helper.make_node("ReduceMean", ["pixels"], ["grey"], axes=[3], keepdims=0),
            constant("front", [1], kinds.INT64),
            helper.make_node("Unsqueeze", ["grey", "front"], ["plane"]),
            helper.make_node(
                "AveragePool", ["plane"], ["cells"], kernel_shape=[4, 4], strides=[4, 4]
            ),
            constant("scale", [-0.02 if inverted else 0.02]),
            helper.make_node("Mul", ["cells", "scale"], ["logits"]),
            constant("copies", [1, len(WINDOWS), 1, 1], kinds.INT64),
            helper.make_node("Tile", ["logits", "copies"], [LOG_DENSITY]),
            constant(DOMAIN_LOGITS, [1.0, *[0.0] * (len(domains) - 1)], dims=[1, len(domains)]),
            constant(UNFAMILIARITY, [0.5]),
        ]
        side = THUMBNAIL_SIDE
        graph = helper.make_graph(
            nodes,
            name,
            [
                helper.make_tensor_value_info(IMAGE, kinds.UINT8, [1, "h", "w", 3]),
                helper.make_tensor_value_info(THUMBNAIL, kinds.UINT8, [1, side, side, 3]),
                helper.make_tensor_value_info(DOMAIN, kinds.INT64, [1]),
            ],
            [
                helper.make_tensor_value_info(LOG_DENSITY, kinds.FLOAT, None),
                helper.make_tensor_value_info(DOMAIN_LOGITS, kinds.FLOAT, None),
                helper.make_tensor_value_info(UNFAMILIARITY, kinds.FLOAT, None),
            ],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, path)
        info = replace(
            FixedPredictor.info,
            name=name,
            sha256=file_sha256(path),
            input=InputSize(pixels=128 * 128, multiple=32),
            domains=domains,
        )
        path.with_suffix(".json").write_text(info.to_json(), encoding="utf-8")
        return path

    return write


# ---- Writers of the official layouts of data sets ----------------------------------------------


@pytest.fixture(scope="session")
def write_image() -> WriteImage:
    def write(path: Path, width: int = 64, height: int = 48, mode: str = "RGB") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((width, height), 40).convert(mode).save(path)
        return path

    return write


@pytest.fixture(scope="session")
def write_gaze() -> Callable[..., None]:
    """A SALICON fixation file: `gaze` is an (observers, 1) struct array."""
    from scipy.io import savemat

    def write(
        path: Path,
        observers: Sequence[Sequence[tuple[int, int]]],
        resolution: tuple[int, int] = (48, 64),
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        gaze = np.empty(
            (len(observers), 1),
            dtype=[("location", object), ("timestamp", object), ("fixations", object)],
        )
        for index, fixations in enumerate(observers):
            track = np.array([(30.5, 20.5), (31.0, 21.0), (40.0, 22.0)])
            gaze["location"][index, 0] = track
            gaze["timestamp"][index, 0] = np.array([[0], [16], [32]])
            gaze["fixations"][index, 0] = np.array(fixations, dtype=np.uint16).reshape(-1, 2)
        variables = {"image": path.stem, "resolution": np.array([resolution]), "gaze": gaze}
        savemat(path, variables, do_compression=True)

    return write


@pytest.fixture(scope="session")
def gaze_samples() -> Callable[..., NDArray[np.float64]]:
    """Raw samples that rest at each place for a number of samples; a place of None is a blink."""

    def make(*rests: tuple[tuple[float, float] | None, int]) -> NDArray[np.float64]:
        rng = np.random.default_rng(0)
        parts = []
        for place, count in rests:
            if place is None:
                parts.append(np.full((count, 2), -32.0))
            else:
                parts.append(np.array(place) + rng.uniform(-2, 2, (count, 2)))
        return np.concatenate(parts)

    return make


@pytest.fixture(scope="session")
def write_recording() -> Callable[..., None]:
    """An MIT1003 recording: one struct, named after the image, cut to MATLAB's 63 characters."""
    from scipy.io import savemat

    def write(path: Path, samples: NDArray[np.float64]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        struct = {"imgName": f"{path.stem}.jpeg", "DATA": {"eyeData": samples}}
        savemat(path, {path.stem[:63]: struct}, long_field_names=True)

    return write
