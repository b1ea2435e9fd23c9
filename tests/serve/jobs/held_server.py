"""A service for a test to kill: its predictor stops for good after so many pictures.

Arguments: the path of the tests' conftest.py, a file to write the port to, how many pictures.
"""

from __future__ import annotations

import importlib.util
import itertools
import socket
import sys
import time
from pathlib import Path

import uvicorn

from gazecast.serve.app import create_app


def main(conftest: str, port_file: str, pictures: int) -> None:
    spec = importlib.util.spec_from_file_location("shared", conftest)
    shared = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = shared  # its dataclasses look themselves up there
    spec.loader.exec_module(shared)
    numbers = itertools.count()

    class HeldPredictor(shared.FixedPredictor):
        def predict(self, *args):
            while next(numbers) >= pictures:
                time.sleep(3600)
            return super().predict(*args)

    listener = socket.create_server(("127.0.0.1", 0))
    Path(port_file).write_text(str(listener.getsockname()[1]))
    app = create_app(predictor=HeldPredictor())
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
