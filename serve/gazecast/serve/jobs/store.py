"""Jobs in SQLite and their pictures in files beside it; what is told here is what is kept.

    DIR/jobs.sqlite3                the tables
    DIR/uploads/<job>/<position>    a picture until its result is stored
    DIR/uploads/<job>/lock          held by the process that receives the pictures, until they are
                                    stored

The folder is made when the first job arrives, and all in it is for its user alone. A kill at any
point loses no job that was answered for: an item belongs to whoever holds its lease, and only the
holder can store its result, in the transaction that ends the lease. The journal is not flushed to
the disk at each commit, so a power cut may take the last moments with it, without damage.

All methods block and may be called from any thread.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock
from sqlalchemy import (
    Connection,
    Engine,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)

from gazecast.model.vocabulary import DomainChoice, Window
from gazecast.serve.jobs import private
from gazecast.serve.jobs.database import (
    BUSY_MILLISECONDS,
    JobStoreError,
    close_to_others,
    open_database,
    writing,
)
from gazecast.serve.jobs.tables import items, jobs, results, webhooks

Outcome = Literal["done", "failed"]
WebhookState = Literal["waiting", "delivered", "failed"]

LEASE_SECONDS = 60.0
"""How long an item stays with a worker that no longer renews its lease."""

_LOCK = "lock"
_UNFINISHED = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a request asks for. options: PredictionOptions, as JSON. names: of its files, in the
    order of their positions."""

    id: str
    owner: str
    window: Window
    domain: DomainChoice
    options: str
    names: Sequence[str]
    webhook: str | None


@dataclass(frozen=True, slots=True)
class WebhookProgress:
    state: WebhookState
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True)
class JobProgress:
    """counts: items by state, states without items left out."""

    id: str
    created: float
    expires: float
    window: Window
    domain: DomainChoice
    counts: dict[str, int]
    webhook: WebhookProgress | None

    @property
    def finished(self) -> bool:
        return not any(self.counts.get(state) for state in _UNFINISHED)


@dataclass(frozen=True, slots=True)
class LeasedItem:
    """A picture to predict. options: as those of its job. attempts: leases so far, this one
    included."""

    id: int
    file: Path
    options: str
    attempts: int


@dataclass(frozen=True, slots=True)
class StoredResult:
    position: int
    name: str
    state: Outcome
    body: str


@dataclass(frozen=True, slots=True)
class DueWebhook:
    """attempts: so far, this one included."""

    job_id: str
    url: str
    attempts: int


class JobStore:
    """lease_owner: names this process among those that share the folder."""

    def __init__(self, folder: Path, retention_seconds: float) -> None:
        self.folder = folder
        self.database = folder / "jobs.sqlite3"
        self.lease_owner = secrets.token_hex(8)
        self._uploads = folder / "uploads"
        self._retention = retention_seconds
        self._receiving: dict[str, FileLock] = {}  # by job
        self._engine: Engine | None = None
        self._opening = threading.Lock()

    def exists(self) -> bool:
        """Whether there ever was a job, or is a file of one."""
        return self._engine is not None or self.database.exists() or self._uploads.exists()

    def open(self) -> None:
        """Makes what is missing, brings the tables up to date. Raises JobStoreError."""
        with self._opening:
            if self._engine is None:
                try:
                    private.make_folder(self._uploads)
                    private.make_file(self.database)
                    close_to_others(self.database)
                except OSError as error:
                    raise JobStoreError(
                        f"The folder for jobs, {self.folder}, cannot be used ({error.strerror}: "
                        f"{error.filename}). Set GAZECAST_DATA_DIR to one that can be written to."
                    ) from error
                self._engine = open_database(self.database)

    def close(self) -> None:
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    # ---- For the routes ------------------------------------------------------------------------

    def receive(self) -> tuple[str, Path]:
        """The id of a new job, and an empty folder for its files, named by their positions.

        They are kept until `add` or `discard`, and where neither comes, as long as this process
        lives.
        """
        job_id = secrets.token_hex(16)
        folder = self._uploads / job_id
        lock = _upload_lock(folder)
        with self._write():  # so that no sweep finds the folder before it is locked
            private.make_folder(folder)
            lock.acquire(blocking=False)
        self._receiving[job_id] = lock
        return job_id, folder

    def discard(self, job_id: str) -> None:
        """Removes the files of a job that was received and not added."""
        self._receiving.pop(job_id).release()
        shutil.rmtree(self._uploads / job_id, ignore_errors=True)

    def add(self, job: NewJob) -> None:
        """Stores a job whose files are in the folder that `receive` gave."""
        now = time.time()
        with self._write() as connection:
            connection.execute(
                insert(jobs).values(
                    id=job.id,
                    owner=job.owner,
                    created=now,
                    expires=now + self._retention,
                    window=job.window,
                    domain=job.domain,
                    options=job.options,
                )
            )
            connection.execute(
                insert(items),
                [
                    {
                        "job_id": job.id,
                        "position": position,
                        "name": name,
                        "state": "waiting",
                        "attempts": 0,
                    }
                    for position, name in enumerate(job.names)
                ],
            )
            if job.webhook is not None:
                connection.execute(
                    insert(webhooks).values(
                        job_id=job.id, url=job.webhook, state="waiting", attempts=0
                    )
                )
        self._receiving.pop(job.id).release()
        (self._uploads / job.id / _LOCK).unlink(missing_ok=True)

    def progress(self, job_id: str, owner: str | None = None) -> JobProgress | None:
        """None when there is no such job, or it is another owner's. owner None: anyone's."""
        if not self.exists():
            return None
        with self._read() as connection:
            job = connection.execute(_visible(job_id, owner)).one_or_none()
            if job is None:
                return None
            counts = connection.execute(
                select(items.c.state, func.count().label("items"))
                .where(items.c.job_id == job_id)
                .group_by(items.c.state)
            ).all()
            hook = connection.execute(
                select(webhooks).where(webhooks.c.job_id == job_id)
            ).one_or_none()
        return JobProgress(
            id=job.id,
            created=job.created,
            expires=job.expires,
            window=job.window,
            domain=job.domain,
            counts={row.state: row.items for row in counts},
            webhook=WebhookProgress(hook.state, hook.attempts, hook.error) if hook else None,
        )

    def results(self, job_id: str, after: int, limit: int) -> list[StoredResult]:
        """Up to `limit` stored results with positions over `after`, in their order."""
        with self._read() as connection:
            rows = connection.execute(
                select(items.c.position, items.c.name, items.c.state, results.c.body)
                .join(results, results.c.item_id == items.c.id)
                .where(items.c.job_id == job_id, items.c.position > after)
                .order_by(items.c.position)
                .limit(limit)
            ).all()
        return [StoredResult(*row) for row in rows]

    def erase(self, job_id: str, owner: str) -> bool:
        """Removes a job with all rows and files, at work or not. False: no such job."""
        if not self.exists():
            return False
        with self._write() as connection:
            found = connection.execute(_visible(job_id, owner)).one_or_none()
            if found is not None:
                connection.execute(delete(jobs).where(jobs.c.id == job_id))
        if found is None:
            return False
        self._erase_files([job_id])
        return True

    def count(self, *, finished: bool | None = None) -> int:
        """Jobs that are kept, or those of them that are (not) finished."""
        if not self.exists():
            return 0
        unfinished = (
            select(items.c.id)
            .where(items.c.job_id == jobs.c.id, items.c.state.in_(_UNFINISHED))
            .exists()
        )
        query = select(func.count()).select_from(jobs)
        if finished is not None:
            query = query.where(~unfinished if finished else unfinished)
        with self._read() as connection:
            return connection.execute(query).scalar_one()

    # ---- For the workers -----------------------------------------------------------------------

    def claim(self) -> LeasedItem | None:
        """The next item without a valid lease, leased to this process; oldest first."""
        now = time.time()
        lost = select(items.c.id).where(items.c.state == "running", items.c.lease_until < now)
        waiting = select(items.c.id).where(items.c.state == "waiting").order_by(items.c.id)
        with self._write() as connection:
            item_id = connection.execute(lost.limit(1)).scalar()
            if item_id is None:
                item_id = connection.execute(waiting.limit(1)).scalar()
            if item_id is None:
                return None
            item = connection.execute(
                update(items)
                .where(items.c.id == item_id)
                .values(
                    state="running",
                    lease_owner=self.lease_owner,
                    lease_until=now + LEASE_SECONDS,
                    attempts=items.c.attempts + 1,
                )
                .returning(items.c.job_id, items.c.position, items.c.attempts)
            ).one()
            job = connection.execute(select(jobs).where(jobs.c.id == item.job_id)).one()
        return LeasedItem(
            id=item_id,
            file=self._uploads / item.job_id / str(item.position),
            options=job.options,
            attempts=item.attempts,
        )

    def renew(self, item: LeasedItem) -> None:
        """Keeps the item for longer; nothing happens when the lease is lost."""
        with self._write() as connection:
            connection.execute(
                update(items)
                .where(items.c.id == item.id, items.c.lease_owner == self.lease_owner)
                .values(lease_until=time.time() + LEASE_SECONDS)
            )

    def finish(self, item: LeasedItem, outcome: Outcome, body: str) -> bool:
        """Stores the result and forgets the picture. False: the lease is lost or the job erased,
        and nothing is stored."""
        with self._write() as connection:
            job_id = connection.execute(
                update(items)
                .where(items.c.id == item.id, items.c.lease_owner == self.lease_owner)
                .values(state=outcome, lease_owner=None, lease_until=None)
                .returning(items.c.job_id)
            ).scalar()
            if job_id is None:
                return False
            connection.execute(insert(results).values(item_id=item.id, body=body))
            unfinished = connection.execute(
                select(items.c.id)
                .where(items.c.job_id == job_id, items.c.state.in_(_UNFINISHED))
                .limit(1)
            ).scalar()
            if unfinished is None:
                connection.execute(
                    update(webhooks).where(webhooks.c.job_id == job_id).values(due=time.time())
                )
        item.file.unlink(missing_ok=True)
        return True

    def void_leases(self) -> None:
        """Ends all leases, for the start of a process: those who held them are gone.

        Should another one share the folder, an item it works on is done again, and its result
        refused: work is lost, nothing is stored twice.
        """
        with self._write() as connection:
            connection.execute(
                update(items)
                .where(items.c.state == "running")
                .values(state="waiting", lease_owner=None, lease_until=None)
            )

    def sweep(self) -> None:
        """Erases what has expired, and what processes that are gone left of broken uploads; and
        empties the journal, where somebody was in the way of that before."""
        now = time.time()
        with self._write() as connection:
            expired = (
                connection.execute(delete(jobs).where(jobs.c.expires <= now).returning(jobs.c.id))
                .scalars()
                .all()
            )
            known = set(connection.execute(select(jobs.c.id)).scalars())
            left = [
                folder.name
                for folder in self._uploads.iterdir()
                if folder.name not in known and folder.is_dir() and not _is_receiving(folder)
            ]
        self._erase_files([*expired, *left])

    # ---- For the webhooks ----------------------------------------------------------------------

    def claim_webhook(self) -> DueWebhook | None:
        """A webhook whose time has come. Should nothing be heard of it, it is due again later."""
        now = time.time()
        due = (
            select(webhooks.c.job_id)
            .where(webhooks.c.state == "waiting", webhooks.c.due <= now)
            .order_by(webhooks.c.due)
            .limit(1)
        )
        with self._write() as connection:
            row = connection.execute(
                update(webhooks)
                .where(webhooks.c.job_id == due.scalar_subquery())
                .values(attempts=webhooks.c.attempts + 1, due=now + LEASE_SECONDS)
                .returning(webhooks.c.job_id, webhooks.c.url, webhooks.c.attempts)
            ).one_or_none()
        return DueWebhook(*row) if row else None

    def settle_webhook(
        self, job_id: str, state: WebhookState, *, wait: float = 0.0, error: str | None = None
    ) -> None:
        """What came of an attempt. wait: seconds until the next one, where the state is waiting."""
        with self._write() as connection:
            connection.execute(
                update(webhooks)
                .where(webhooks.c.job_id == job_id)
                .values(state=state, due=time.time() + wait, error=error)
            )

    # --------------------------------------------------------------------------------------------

    def _erase_files(self, job_ids: Sequence[str]) -> None:
        for job_id in job_ids:
            shutil.rmtree(self._uploads / job_id, ignore_errors=True)
        assert self._engine is not None
        # Deleted rows are zeroed, but the journal still has them until it is emptied. Where one
        # reads or writes at that moment it is not, and the next sweep does it: a long wait would
        # hold up all who want to write.
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA busy_timeout = 500")
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.cursor().execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            raw.close()

    @contextlib.contextmanager
    def _read(self) -> Iterator[Connection]:
        self.open()
        assert self._engine is not None
        with self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def _write(self) -> Iterator[Connection]:
        self.open()
        assert self._engine is not None
        with writing(self._engine) as connection:
            yield connection


def _visible(job_id: str, owner: str | None) -> Select[Any]:
    query = select(jobs).where(jobs.c.id == job_id)
    return query if owner is None else query.where(jobs.c.owner == owner)


def _upload_lock(folder: Path) -> FileLock:
    # Taken in one thread and let go of in another. The system lets go of it when the process ends.
    return FileLock(folder / _LOCK, mode=0o600, thread_local=False)


def _is_receiving(folder: Path) -> bool:
    """Whether a living process receives files into an upload's folder."""
    try:
        with _upload_lock(folder).acquire(blocking=False):
            return False
    except OSError:  # a Timeout is one; for others it cannot be told
        return True
