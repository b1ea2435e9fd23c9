"""Jobs, their items, results and webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        sa.Column("window", sa.String, nullable=False),
        sa.Column("domain", sa.String, nullable=False),
        sa.Column("regions", sa.Text, nullable=False),
    )
    op.create_index("jobs_expires", "jobs", ["expires"])
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "job_id", sa.String, sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease_owner", sa.String),
        sa.Column("lease_until", sa.Float),
        sa.UniqueConstraint("job_id", "position"),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", "state"),
    )
    op.create_index("items_state", "items", ["state", "id"])
    op.create_table(
        "results",
        sa.Column(
            "item_id",
            sa.Integer,
            sa.ForeignKey("items.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "webhooks",
        sa.Column(
            "job_id", sa.String, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due", sa.Float),
        sa.Column("error", sa.Text),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", "state"),
    )
    op.create_index("webhooks_due", "webhooks", ["state", "due"])
