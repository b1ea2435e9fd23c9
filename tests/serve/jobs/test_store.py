"""Leases, results that are stored once, leftovers, and the tables of older versions."""

from __future__ import annotations

import json
import os
import sqlite3
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

from gazecast.serve.jobs import store as store_module
from gazecast.serve.jobs.store import LEASE_SECONDS, JobStore, JobStoreError, NewJob
from gazecast.serve.jobs.tables import metadata
from gazecast.serve.schemas import PredictionOptions


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
    with store.receive() as (job_id, folder):
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
    with pytest.raises(IntegrityError):
        add(store, [None])
    assert uploads() == []
    assert store.count() == 0


def test_what_broken_uploads_left_is_swept(store, folder, uploads):
    kept = add(store)
    for name in ("abandoned", "fresh"):
        (folder / "uploads" / name).mkdir()
    os.utime(folder / "uploads" / "abandoned", (0, 0))
    with store.receive() as (receiving, upload):
        os.utime(upload, (0, 0))
        store.sweep()
        assert uploads() == sorted(
            f"uploads/{name}" for name in ("fresh", kept, f"{kept}/0", receiving)
        )


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
    options = PredictionOptions.model_validate_json(item.options)
    assert (options.window, options.domain) == ("5s", "web")
    assert [region.model_dump(exclude={"unit"}) for region in options.regions] == regions


def test_tables_of_a_newer_version_are_left_alone(store, open_store, folder):
    store.close()
    with sqlite3.connect(folder / "jobs.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(JobStoreError, match="another version"):
        open_store()


def test_only_the_user_can_look_inside(store, folder):
    add(store)
    assert (folder / "jobs.sqlite3").stat().st_mode & 0o077 == 0
    assert (folder / "uploads").stat().st_mode & 0o077 == 0


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
