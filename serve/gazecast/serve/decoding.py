"""Decodes pictures in processes of their own, so that one which takes a decoder too long can be
ended.

What a file is put together of bounds the work of decoding it only in part: 64 MB of empty blocks in
a PNG take 9 s of a core, one of 65,536 tables in a WebP half a minute, and nothing in either tells
them from honest ones before they are decoded. A process is kept for the next picture and replaced
where it was ended. It has the file, and gives back pixels; what it says is read as text and
numbers.

    python -m gazecast.serve.decoding     is such a process; it ends with its input

Each way go messages, eight bytes of length and then as many. To the process: JSON with the seconds
that it may take, and a picture's file. From it: JSON, which either is an error, or a size with a
hash; the pixels follow.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from io import BufferedReader, BufferedWriter
from typing import Final

import numpy as np

if sys.platform != "win32":
    import resource

from gazecast.model.picture import (
    DamagedPicture,
    EmptyPicture,
    Picture,
    PictureError,
    PictureTooComplex,
    PictureTooLarge,
    UnsupportedFormat,
    read_picture,
)

_logger = logging.getLogger(__name__)

SECONDS = 2.0
"""Of processor time that a picture may take: with its prediction and its way here less than three
seconds (docs/operators.md)."""

MEMORY = 1_150_000_000
"""Bytes of data that such a process may have: a tenth more than the dearest honest picture of 40
megapixels takes, a WebP with soft transparency."""

_LIMITED = hasattr(signal, "setitimer")  # not on Windows, where nothing is ended

_KINDS = {
    kind.code: kind
    for kind in (
        PictureError,
        EmptyPicture,
        UnsupportedFormat,
        DamagedPicture,
        PictureTooLarge,
        PictureTooComplex,
    )
}


class DecodingProcesses:
    """As many as there are pictures decoded at a time, each begun when it is first needed."""

    def __init__(self) -> None:
        self._idle: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()

    def read(self, content: bytes) -> Picture:
        """What `read_picture` makes of the bytes of a file, or raises for them; PictureTooComplex
        too for one that takes more than its seconds of processor time. Blocks; for any thread.

        Raises RuntimeError when no process can be begun.
        """
        for _ in range(2):
            process = self._take()
            try:
                picture = _ask(process, content)
            except (EOFError, BrokenPipeError):
                status = _end(process)
            except PictureError:
                self._keep(process)
                raise
            except BaseException:  # what is left of its answer must not be read as the next one
                _end(process)
                raise
            else:
                self._keep(process)
                return picture
            if _LIMITED and status == -signal.SIGPROF:
                self._keep(_begin())
                _logger.info("A picture took too long to decode; its process was replaced.")
                raise PictureTooComplex(
                    "The picture takes too long to decode",
                    "export it again, with fewer pixels or as a baseline JPEG",
                )
            if status >= 0:
                raise RuntimeError(
                    f"A process for decoding ended with status {status}; "
                    f"{sys.executable} -P -m {__name__} shows why"
                )
            # By whoever ends processes, which is not the picture's fault, or by the picture.
            _logger.warning("A process for decoding was ended by signal %d.", -status)
        raise DamagedPicture(
            "The picture ends the process that decodes it", "export it again, and retry"
        )

    def close(self) -> None:
        """Ends those that are idle."""
        with self._lock:
            processes, self._idle = self._idle, []
        for process in processes:
            _end(process)

    def _take(self) -> subprocess.Popen[bytes]:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.poll() is None:
                    return process
                _end(process)
        return _begin()

    def _keep(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._idle.append(process)


PROCESSES: Final = DecodingProcesses()
atexit.register(PROCESSES.close)


def _begin() -> subprocess.Popen[bytes]:
    # It need not know the service's secrets, nor threads for a BLAS that it does not use.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GAZECAST_")
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "OPENBLAS_NUM_THREADS": "1"},
        pipesize=2**20,
        process_group=0,  # Ctrl-C is for the service, which then finishes what it has taken
    )


def _pipes(process: subprocess.Popen[bytes]) -> tuple[BufferedWriter, BufferedReader]:
    assert isinstance(process.stdin, BufferedWriter)
    assert isinstance(process.stdout, BufferedReader)
    return process.stdin, process.stdout


def _end(process: subprocess.Popen[bytes]) -> int:
    """Its exit status, negative for a signal."""
    process.kill()
    for pipe in _pipes(process):
        with suppress(BrokenPipeError):
            pipe.close()
    return process.wait()


def _ask(process: subprocess.Popen[bytes], content: bytes) -> Picture:
    """Raises PictureError; EOFError and BrokenPipeError when the process has ended."""
    requests, answers = _pipes(process)
    _send(requests, json.dumps({"seconds": SECONDS}).encode())
    _send(requests, content)
    answer = json.loads(_receive(answers))
    if "code" in answer:
        raise _KINDS[answer["code"]](answer["problem"], answer["remedy"])
    width, height = answer["width"], answer["height"]
    rgb = np.empty((height, width, 3), np.uint8)
    if answers.readinto(rgb.data) < rgb.nbytes:
        raise EOFError
    rgb.setflags(write=False)
    return Picture(rgb=rgb, width=width, height=height, sha256=answer["sha256"])


# ---- In such a process -------------------------------------------------------------------------


def main() -> None:
    """Answers until the input ends."""
    # What is under way is finished even when all processes of a service are told to end.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if _LIMITED:
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    # Not those of sys, which are without a buffer where PYTHONUNBUFFERED is set.
    with suppress(EOFError, BrokenPipeError), open(0, "rb") as requests, open(1, "wb") as answers:
        while True:
            _answer(requests, answers)


def _answer(requests: BufferedReader, answers: BufferedWriter) -> None:
    seconds = json.loads(_receive(requests))["seconds"]
    content = _receive(requests)
    picture: Picture | PictureError
    _limit(seconds)
    try:
        picture = read_picture(content)
    except PictureError as error:
        picture = error
    except MemoryError:
        picture = PictureTooComplex(
            "The picture takes too much memory to decode",
            "export it again, with fewer pixels or without transparency",
        )
    _limit(0)
    if isinstance(picture, PictureError):
        told = {"code": picture.code, "problem": picture.problem, "remedy": picture.remedy}
        _send(answers, json.dumps(told).encode())
    else:
        size = {"width": picture.width, "height": picture.height}
        _send(answers, json.dumps({**size, "sha256": picture.sha256}).encode())
        answers.write(picture.rgb.data)
        answers.flush()


def _limit(seconds: float) -> None:
    """Of processor time from now on, at the end of which the system ends the process by SIGPROF; 0
    for none."""
    if _LIMITED:
        signal.setitimer(signal.ITIMER_PROF, seconds)


# ---- Between the two ---------------------------------------------------------------------------


def _send(pipe: BufferedWriter, content: bytes) -> None:
    pipe.write(len(content).to_bytes(8, "big"))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: BufferedReader) -> bytes:
    """Raises EOFError."""
    length = int.from_bytes(_read(pipe, 8), "big")
    return _read(pipe, length)


def _read(pipe: BufferedReader, length: int) -> bytes:
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return content


if __name__ == "__main__":
    main()
