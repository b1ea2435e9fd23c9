"""A job says all that a prediction's request may, not its regions alone."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Neither column is changed by copying the table: to drop the old one would erase all items.
    op.add_column("jobs", sa.Column("options", sa.Text, nullable=False, server_default="{}"))
    jobs = sa.table("jobs", *map(sa.column, ("id", "window", "domain", "regions", "options")))
    connection = op.get_bind()
    for job in connection.execute(sa.select(jobs)).all():
        options = {"window": job.window, "domain": job.domain, "regions": job.regions}
        connection.execute(
            sa.update(jobs).where(jobs.c.id == job.id).values(options=json.dumps(options))
        )
    op.drop_column("jobs", "regions")
