"""What jobs leave on the disk is closed to other users, from the first byte on and under any umask;
a folder that was there is left as it is."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import alembic.command
import httpx2
import pytest

from gazecast.serve.jobs.store import JobStore, NewJob
from gazecast.serve.jobs.upload import Upload
from gazecast.serve.settings import Settings


@pytest.fixture(autouse=True)
def _careless() -> Iterator[None]:
    """An umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    """Modes of what other users could read, write or enter, by path."""
    modes = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # files come and go
            mode = path.stat().st_mode & 0o777
            if mode & 0o077:
                modes[str(path.relative_to(folder))] = f"{mode:o}"
    return modes


def test_every_folder_that_is_made_is_private(tmp_path):
    store = JobStore(tmp_path / "state" / "of" / "gazecast", retention_seconds=3600)
    store.open()
    _, folder = store.receive()
    assert folder.is_relative_to(tmp_path / "state" / "of" / "gazecast")
    assert open_to_others(tmp_path) == {}
    store.close()


def test_a_database_is_private_while_its_tables_are_made(tmp_path, monkeypatch):
    seen = []

    def upgrade(*arguments):
        make(*arguments)
        files = [path.name for path in tmp_path.glob("state/jobs.*")]
        seen.append((len(files), open_to_others(tmp_path)))

    make = alembic.command.upgrade
    monkeypatch.setattr(alembic.command, "upgrade", upgrade)
    store = JobStore(tmp_path / "state", retention_seconds=3600)
    store.open()
    store.close()
    assert seen == [(3, {})]  # the database, its journal and its index


def test_journals_that_a_first_run_left_open_are_closed(tmp_path):
    for name in ("jobs.sqlite3", "jobs.sqlite3-wal", "jobs.sqlite3-shm"):
        (tmp_path / name).touch(0o644)
    JobStore(tmp_path, retention_seconds=3600).open()
    assert open_to_others(tmp_path) == {}


def test_uploads_are_private_while_they_arrive(tmp_path, zipped):
    store = JobStore(tmp_path / "state", retention_seconds=3600)
    job_id, folder = store.receive()
    upload = Upload("multipart/form-data; boundary=b", folder, Settings())
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    for part in (b"image", zipped({"b.png": b"image", "c.png": b"image"})):
        upload.feed(head + part[:4])
        assert (folder / "received").exists()
        assert open_to_others(tmp_path) == {}
        upload.feed(part[4:] + b"\r\n")
        assert open_to_others(tmp_path) == {}
    upload.feed(b"--b--\r\n")
    store.add(NewJob(job_id, "", "3s", "auto", "{}", upload.names, None))
    assert open_to_others(tmp_path) == {}
    store.close()


def test_nobody_finds_a_moment_in_the_first_run_of_a_service(start_server, tmp_path, encode_image):
    found: dict[str, str] = {}
    looks = 0
    ended = threading.Event()

    def look():
        nonlocal looks
        while not ended.is_set():
            found.update(open_to_others(tmp_path))
            looks += 1

    server = start_server(data_dir=tmp_path / "state")
    thread = threading.Thread(target=look)
    thread.start()
    try:
        with httpx2.Client(base_url=server.url, timeout=60) as client:
            files = [("files", (f"{n}.png", encode_image())) for n in range(10)]
            path = client.post("/v1/jobs", files=files).headers["location"]
            while client.get(path).json()["state"] != "finished":
                time.sleep(0.05)
            assert len(client.get(f"{path}/results").text.splitlines()) == 10
    finally:
        ended.set()
        thread.join()
    assert found == {}
    assert looks > 100
    assert not [line for line in server.log() if line["level"] == "warning"]


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701, 0o1777])
def test_a_folder_that_others_may_enter_is_told_once_and_left(
    start, send, finish, encode_image, tmp_path, caplog, mode
):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    client = start(data_dir=folder)
    for _ in range(2):
        finish(client, send(client, ("a.png", encode_image())))
    (warning,) = [line.message for line in caplog.records if line.levelname == "WARNING"]
    assert str(folder) in warning
    assert "chmod go=" in warning
    assert folder.stat().st_mode & 0o7777 == mode
    assert open_to_others(folder) == {}


def test_a_folder_that_others_may_not_enter_is_no_news(
    start, send, finish, encode_image, tmp_path, caplog
):
    folder = tmp_path / "own"
    folder.mkdir(0o700)
    client = start(data_dir=folder)
    finish(client, send(client, ("a.png", encode_image())))
    assert [line.message for line in caplog.records if line.levelname == "WARNING"] == []
