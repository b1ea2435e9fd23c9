"""Pictures decoded in processes of their own: as in this one, and ended where it takes too long."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hostile.pictures import (
    FILE_BYTES,
    SIDE,
    empty_blocks,
    empty_scans,
    many_tables,
    png,
    rows,
    table_profile,
)
from PIL import Image

from gazecast.model.picture import (
    DamagedPicture,
    Picture,
    PictureError,
    PictureTooComplex,
    read_picture,
)
from gazecast.serve import decoding
from gazecast.serve.decoding import DecodingProcesses


@pytest.fixture
def processes() -> Iterator[DecodingProcesses]:
    made = DecodingProcesses()
    yield made
    made.close()


def slow(seconds: float) -> bytes:
    """Takes as long of a core, or somewhat longer."""
    return png([rows()[:2] + empty_blocks(int(seconds * 8_000_000)) + rows()[2:]])


@pytest.fixture
def impatient(monkeypatch) -> None:
    """Four times what slow(0.1) takes here."""
    started = time.process_time()
    read_picture(slow(0.1))
    monkeypatch.setattr(decoding, "SECONDS", 4 * (time.process_time() - started))


def children() -> set[int]:
    """Of this process, those that decode."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes()
        except OSError:  # gone meanwhile
            continue
        if int(parent) == os.getpid() and decoding.__name__.encode() in command:
            found.add(int(folder.name))
    return found


def new_child(before: set[int]) -> int:
    while not (new := children() - before):
        time.sleep(0.01)
    (child,) = new
    return child


@contextmanager
def at_work(processes: DecodingProcesses, content: bytes) -> Iterator[tuple[int, Future[Picture]]]:
    """A child that is amid the picture, and what comes of that."""

    def nanoseconds() -> int:
        return int(Path(f"/proc/{child}/schedstat").read_text().split()[0])

    before = children()
    processes.read(png([rows()]))
    child = new_child(before)
    began = nanoseconds()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(processes.read, content)
        while nanoseconds() < began + 200_000_000:
            time.sleep(0.01)
        yield child, answer


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_read_as_in_this_process(processes, encode_image, file_format):
    content = encode_image(320, 200, file_format)
    apart, here = processes.read(content), read_picture(content)
    np.testing.assert_array_equal(apart.rgb, here.rgb)
    assert (apart.width, apart.height, apart.sha256) == (320, 200, here.sha256)
    assert not apart.rgb.flags.writeable


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"\xff\xd8\xff", empty_scans(400), png([rows()], 9_000, 9_000)]
)
def test_what_is_wrong_with_a_picture_is_said_as_in_this_process(processes, content):
    errors = []
    for read in (processes.read, read_picture):
        with pytest.raises(PictureError) as caught:
            read(content)
        errors.append((type(caught.value), str(caught.value), caught.value.remedy))
    assert errors[0] == errors[1]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("content", [slow(1.0), many_tables(400, 6_000_000, random.Random(0))])
def test_a_picture_that_takes_too_long_is_given_up(processes, encode_image, content):
    before = children()
    with pytest.raises(PictureTooComplex, match="takes too long to decode: export it again"):
        processes.read(content)
    replaced = new_child(before)
    assert processes.read(encode_image(32, 20)).width == 32
    assert replaced in children()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_largest_pictures_have_memory_enough(processes, kind):
    """Of 40 megapixels, transparent in parts and with a profile that is not sRGB."""
    picture = Image.linear_gradient("L").resize((8_000, 5_000))
    picture = Image.merge("RGBA", [picture] * 4)
    file = BytesIO()
    profile = table_profile(3, random.Random(0))
    picture.save(file, kind, icc_profile=profile, compress_level=1, quality=50, method=0)
    assert processes.read(file.getvalue()).width == 8_000


def test_a_picture_that_asks_for_too_much_memory_is_refused(processes, encode_image):
    """One whose tables are made for all its tiles at once, before any is read; its process lives
    on."""
    before = children()
    with pytest.raises(PictureError, match="export it again"):
        processes.read(many_tables(SIDE, FILE_BYTES, random.Random(0)))
    child = new_child(before)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{child}/status").read_text())
    assert int(peak[1]) * 1024 < decoding.MEMORY / 2
    assert processes.read(encode_image(32, 20)).width == 32
    assert child in children()


def test_memory_that_a_decoder_asks_for_in_vain_is_said(processes, monkeypatch):
    monkeypatch.setattr(decoding, "MEMORY", 150_000_000)
    code = (
        f"from gazecast.serve import decoding; decoding.MEMORY = {decoding.MEMORY}; decoding.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    processes._keep(process)
    with pytest.raises(PictureTooComplex, match="too much memory"):
        processes.read(png([rows(5_000, 5_000)], 5_000, 5_000))
    assert processes.read(png([rows()])).width == 64


@pytest.mark.usefixtures("impatient")
def test_time_is_counted_for_each_picture_anew(processes):
    before = children()
    processes.read(slow(0.1))
    child = new_child(before)
    for _ in range(6):
        processes.read(slow(0.1))
    assert child in children()


def test_a_process_ended_by_others_is_replaced_and_the_picture_read(processes):
    """A process that waits, and one at work."""
    fast = png([rows()])
    before = children()
    processes.read(fast)
    waiting = new_child(before)
    os.kill(waiting, signal.SIGKILL)
    assert processes.read(fast).width == 64
    assert waiting not in children()

    processes.close()
    with at_work(processes, slow(1.0)) as (child, answer):
        os.kill(child, signal.SIGKILL)
        assert answer.result().width == 64


def test_a_picture_that_ends_its_process_each_time_is_refused(processes):
    with at_work(processes, slow(1.0)) as (child, answer):
        others = children()
        os.kill(child, signal.SIGSEGV)
        os.kill(new_child(others), signal.SIGSEGV)
        with pytest.raises(DamagedPicture, match="ends the process"):
            answer.result()


def test_a_process_that_is_told_to_end_finishes_its_picture(processes):
    with at_work(processes, slow(1.0)) as (child, answer):
        os.kill(child, signal.SIGTERM)
        assert answer.result().width == 64
    assert child in children()


def test_there_are_as_many_processes_as_pictures_at_a_time(processes, encode_image):
    before = children()
    content = encode_image(640, 400)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(processes.read, [content] * 30))
    assert 1 <= len(children() - before) <= 3
    processes.close()
    assert children() == before


def test_a_process_knows_no_secrets(processes, monkeypatch):
    monkeypatch.setenv("GAZECAST_WEBHOOK_SECRET", "hush")
    before = children()
    processes.read(png([rows()]))
    child = new_child(before)
    environment = Path(f"/proc/{child}/environ").read_bytes()
    assert b"PATH=" in environment
    assert b"GAZECAST_" not in environment


def test_processes_end_with_the_one_they_are_for():
    code = (
        "import os, signal, sys; from gazecast.serve.decoding import PROCESSES;"
        "PROCESSES.read(sys.stdin.buffer.read());"
        "print(PROCESSES._idle[0].pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], input=png([rows()]), stdout=subprocess.PIPE, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    place = Path(f"/proc/{int(ended.stdout)}")
    deadline = time.monotonic() + 10
    while place.exists() and "\tZ" not in (place / "status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_that_cannot_begin_says_how_to_find_out(processes, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match=r"status 1; /bin/false .* shows why"):
        processes.read(png([rows()]))


def test_decoding_needs_neither_network_nor_server():
    code = (
        "import gazecast.serve.decoding, sys;"
        "print(*{'torch', 'onnxruntime', 'fastapi', 'pydantic'} & sys.modules.keys())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "\n"


@pytest.mark.usefixtures("impatient")
def test_the_service_answers_such_a_picture_and_goes_on(client, encode_image):
    answer = client.post("/v1/predictions", files={"image": slow(1.0)})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:gazecast:problem:picture-too-complex"
    assert "fewer pixels" in answer.json()["remedy"]
    assert client.post("/v1/predictions", files={"image": encode_image(32, 20)}).is_success
