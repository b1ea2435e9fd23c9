"""Leases, results that are stored once, leftovers, and the tables of older versions."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import alembic.autogenerate
import alembic.command
import alembic.config
import pytest
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from gazecast.designs.options import Options
from gazecast.serve.jobs import store as store_module
from gazecast.serve.jobs.database import JobStoreError
from gazecast.serve.jobs.store import LEASE_SECONDS, JobStore, NewJob
from gazecast.serve.jobs.tables import metadata


@pytest.fixture
def open_store(folder):
    """Another process' view of the same folder."""
    stores = []

    def open_store() -> JobStore:
        stores.append(JobStore(folder, retention_seconds=3600))
        stores[-1].open()
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


@pytest.fixture
def store(open_store) -> JobStore:
    return open_store()


def add(store, names=("a",), webhook=None) -> str:
    job_id, folder = store.receive()
    for position in range(len(names)):
        (folder / str(position)).write_bytes(b"image")
    store.add(NewJob(job_id, "", "3s", "auto", "{}", names, webhook))
    return job_id


def test_each_item_goes_to_one_worker(store):
    add(store, [str(n) for n in range(40)])
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda _: store.claim(), range(50)))
    assert len({item.id for item in claimed if item}) == 40
    assert claimed.count(None) == 10


def test_an_item_whose_lease_ended_is_taken_up_again(store, open_store, monkeypatch):
    add(store)
    first = store.claim()
    other = open_store()
    assert other.claim() is None
    later = time.time() + LEASE_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    again = other.claim()
    assert (again.id, again.attempts) == (first.id, 2)


def test_a_renewed_lease_lasts(store, open_store, monkeypatch):
    add(store)
    item, now = store.claim(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + LEASE_SECONDS - 1)
    store.renew(item)
    monkeypatch.setattr(time, "time", lambda: now + LEASE_SECONDS + 1)
    assert open_store().claim() is None


def test_only_the_holder_of_the_lease_stores_a_result(store, open_store):
    job_id = add(store)
    late = store.claim()
    other = open_store()
    other.void_leases()
    item = other.claim()
    assert not store.finish(late, "done", '"late"')
    assert other.finish(item, "done", '"first"')
    assert not other.finish(item, "done", '"second"')
    assert not store.finish(late, "done", '"late"')
    assert [result.body for result in store.results(job_id, -1, 9)] == ['"first"']


def test_the_table_takes_no_second_result(store, folder):
    add(store)
    store.finish(store.claim(), "done", "1")
    with sqlite3.connect(folder / "jobs.sqlite3") as connection:
        insert = "INSERT INTO results SELECT item_id, body FROM results"
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(insert)
    connection.close()


def test_a_result_of_an_erased_job_is_dropped(store):
    job_id = add(store)
    item = store.claim()
    assert store.erase(job_id, "")
    assert not store.finish(item, "done", "1")


def test_a_job_that_is_not_stored_leaves_no_files(store, uploads):
    job_id, folder = store.receive()
    (folder / "0").write_bytes(b"image")
    with pytest.raises(IntegrityError):
        store.add(NewJob(job_id, "", "3s", "auto", "{}", [None], None))
    store.discard(job_id)
    assert uploads() == []
    assert store.count() == 0


def test_a_stored_job_has_its_files_alone(store, uploads):
    job_id = add(store)
    assert uploads() == [f"uploads/{job_id}", f"uploads/{job_id}/0"]


def test_what_broken_uploads_left_is_swept_and_what_is_received_is_not(store, open_store, folder):
    kept = add(store)
    for name in ("begun", "of-an-older-version"):
        (folder / "uploads" / name).mkdir()
        (folder / "uploads" / name / "received").write_bytes(b"ima")
    (folder / "uploads" / "begun" / "lock").touch()
    (folder / "uploads" / "no folder").touch()
    receiving, _ = store.receive()
    for sweeping in (store, open_store()):
        sweeping.sweep()
        left = {path.name for path in (folder / "uploads").iterdir()}
        assert left == {kept, receiving, "no folder"}
    assert (folder / "uploads" / kept / "0").exists()
    store.discard(receiving)


def test_what_a_sweep_cannot_lock_does_not_hold_up_the_rest(store, folder, monkeypatch):
    expired = add(store)
    (folder / "uploads" / "odd" / "lock").mkdir(parents=True)  # where its lock should be
    later = time.time() + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    store.sweep()
    assert not (folder / "uploads" / expired).exists()


def test_no_sweep_comes_between_a_folder_and_its_job(store, open_store, folder):
    """A folder may be listed before its lock is taken, or its job looked for before it is
    stored."""
    others = [open_store() for _ in range(3)]
    ended = threading.Event()

    def sweep(other):
        while not ended.is_set():
            other.sweep()

    with ThreadPoolExecutor(len(others)) as pool:
        sweeping = [pool.submit(sweep, other) for other in others]
        try:
            jobs = [add(store) for _ in range(50)]
        finally:
            ended.set()
        for future in sweeping:
            future.result()
    assert all((folder / "uploads" / job_id / "0").exists() for job_id in jobs)


def test_files_without_a_database_are_looked_after(folder, store, uploads):
    add(store)
    store.close()
    for file in folder.glob("jobs.*"):
        file.unlink()
    other = JobStore(folder, retention_seconds=3600)
    assert other.exists()
    other.sweep()
    other.close()
    assert uploads() == []


def test_migrations_make_the_tables(store, folder):
    engine = create_engine(f"sqlite:///{folder / 'jobs.sqlite3'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert alembic.autogenerate.compare_metadata(context, metadata) == []
    engine.dispose()


def test_jobs_of_an_older_version_are_kept_whole(folder, open_store):
    migrations = Path(store_module.__file__).parent / "migrations"
    config = alembic.config.Config()
    config.set_main_option("script_location", str(migrations))
    folder.mkdir()
    engine = create_engine(f"sqlite:///{folder / 'jobs.sqlite3'}")
    regions = [{"name": "a", "x": 0.0, "y": 0.0, "width": 0.5, "height": 1.0}]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0001")
        connection.execute(
            text("INSERT INTO jobs VALUES ('job', '', 0, 4e9, '5s', 'web', :regions)"),
            {"regions": json.dumps(regions)},
        )
        connection.execute(
            text("INSERT INTO items VALUES (1, 'job', 0, 'a', 'waiting', 0, NULL, NULL)")
        )
    engine.dispose()
    item = open_store().claim()
    options = Options.model_validate_json(item.options)
    assert (options.window, options.domain) == ("5s", "web")
    assert [region.model_dump(exclude={"unit"}) for region in options.regions] == regions


def test_tables_of_a_newer_version_are_left_alone(store, open_store, folder):
    store.close()
    with sqlite3.connect(folder / "jobs.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(JobStoreError, match="another version"):
        open_store()


def test_a_webhook_is_due_when_the_job_is_finished(store):
    job_id = add(store, ["a", "b"], "https://receiver.example/")
    store.finish(store.claim(), "done", "1")
    assert store.claim_webhook() is None
    store.finish(store.claim(), "failed", "1")
    assert store.claim_webhook().job_id == job_id
    assert store.claim_webhook() is None


def test_a_webhook_of_a_killed_process_is_due_again(store, monkeypatch):
    add(store, webhook="https://receiver.example/")
    store.finish(store.claim(), "done", "1")
    store.claim_webhook()
    later = time.time() + LEASE_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert store.claim_webhook().attempts == 2


@pytest.mark.parametrize("erase", ["by a client", "as expired"])
def test_the_journal_is_emptied_by_a_later_sweep_where_somebody_reads_meanwhile(
    store, folder, erase
):
    job_id = add(store, ["unreleased-product-4711.png"])
    if erase == "as expired":
        with sqlite3.connect(folder / "jobs.sqlite3") as database:
            database.execute("UPDATE jobs SET expires = 0")
        database.close()
    reader = sqlite3.connect(folder / "jobs.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM items").fetchall()
    if erase == "as expired":
        store.sweep()
    else:
        assert store.erase(job_id, "")
    journal = folder / "jobs.sqlite3-wal"
    assert b"unreleased-product-4711.png" in journal.read_bytes()
    reader.close()
    store.sweep()
    assert journal.stat().st_size == 0


def test_a_journal_that_was_emptied_stays_empty_as_long_as_nothing_is_stored(store, folder):
    job_id = add(store)
    journal = folder / "jobs.sqlite3-wal"
    assert journal.stat().st_size
    store.erase(job_id, "")
    together = threading.Barrier(8)

    def look(_):
        together.wait(20)  # so that each thread has a connection of its own
        return store.progress(job_id)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(look, range(8))) == [None] * 8
    assert store.claim() is None
    assert journal.stat().st_size == 0


def test_a_sweep_empties_what_a_killed_process_left_in_the_journal(folder, open_store):
    code = (
        "import os, pathlib, sys; from gazecast.serve.jobs import store;"
        "s = store.JobStore(pathlib.Path(sys.argv[1]), 3600); job, place = s.receive();"
        "s.add(store.NewJob(job, '', '3s', 'auto', '{}', ['unreleased-4711.png'], None));"
        "s._erase_files = lambda jobs: os.kill(os.getpid(), 9); s.erase(job, '')"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    journal = folder / "jobs.sqlite3-wal"
    assert b"unreleased-4711.png" in journal.read_bytes()
    open_store().sweep()
    assert journal.stat().st_size == 0
    assert b"unreleased-4711.png" not in (folder / "jobs.sqlite3").read_bytes()
