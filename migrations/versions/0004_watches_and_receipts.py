"""Which places are watched from consoles, and what was seen on them and on phones

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("hub", sa.String(length=36), nullable=False),
        sa.Column("view", sa.String(length=16), nullable=False),
        sa.Column("area_prefixes", JSON, nullable=False),
        sa.Column("provider_id", ID, nullable=True),
        sa.Column("consoles", sa.Integer(), nullable=False),
        sa.Column("live_until_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hub", "view", name=op.f("pk_watch")),
    )
    op.create_index(op.f("ix_watch_live_until_at"), "watch", ["live_until_at"])
    op.create_table(
        "receipt",
        sa.Column("event_seq", ID, autoincrement=False, nullable=False),
        sa.Column("caregiver_id", ID, autoincrement=False, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_seq", "caregiver_id", name=op.f("pk_receipt")),
    )


def downgrade() -> None:
    op.drop_table("receipt")
    op.drop_index(op.f("ix_watch_live_until_at"), table_name="watch")
    op.drop_table("watch")
