"""The replay window of terminals, lost and repeated attempts of alerts, and our own outages

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.add_column("terminal", sa.Column("replay_bits", ID, server_default="0", nullable=False))
    op.add_column("terminal", sa.Column("silent_after_s", sa.Integer(), nullable=True))
    op.add_column("alert", sa.Column("gap", sa.Integer(), server_default="0", nullable=False))
    op.add_column("alert", sa.Column("again", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "outage",
        sa.Column("id", ID, nullable=False),
        sa.Column("from_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("silent", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulse")),
    )


def downgrade() -> None:
    op.drop_table("pulse")
    op.drop_table("outage")
    op.drop_column("alert", "again")
    op.drop_column("alert", "gap")
    op.drop_column("terminal", "silent_after_s")
    op.drop_column("terminal", "replay_bits")
