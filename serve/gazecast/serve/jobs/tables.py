"""The tables that jobs are kept in. Times are seconds since 1970, UTC.

A change here needs a new revision in migrations/versions; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),  # whose API key made it; empty where keys are off
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("window", String, nullable=False),
    Column("domain", String, nullable=False),
    Column("options", Text, nullable=False),  # JSON: PredictionOptions
    Index("jobs_expires", "expires"),
)

items = Table(
    "items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),  # in the job, from 0; its file's name on disk
    Column("name", Text, nullable=False),  # what the client called it; never used as a path
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", String),
    Column("lease_until", Float),
    UniqueConstraint("job_id", "position"),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", "state"),
    Index("items_state", "state", "id"),
)

results = Table(
    "results",
    metadata,
    # The key is what keeps a second result of the same item out.
    Column("item_id", ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("body", Text, nullable=False),  # JSON: the report, or the problem
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float),  # when to send next; null until the job is finished
    Column("error", Text),  # why the latest attempt failed
    CheckConstraint("state IN ('waiting', 'delivered', 'failed')", "state"),
    Index("webhooks_due", "state", "due"),
)
