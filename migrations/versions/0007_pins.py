"""Who comes to a visit can be fixed by hand, whatever is planned

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    op.create_table(
        "pin",
        sa.Column("id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("half", sa.Integer(), nullable=False),
        sa.Column("caregiver_id", ID, nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pinned_by", ID, nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["caregiver_id"], ["caregiver.id"], name=op.f("fk_pin_caregiver_id_caregiver")),
        sa.ForeignKeyConstraint(["pinned_by"], ["account.id"], name=op.f("fk_pin_pinned_by_account")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_pin_visit_id_visit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
        sa.UniqueConstraint("visit_id", "half", name=op.f("uq_pin_visit_id_half")),
    )
    op.create_index("ix_pin_caregiver_id", "pin", ["caregiver_id"])


def downgrade() -> None:
    op.drop_index("ix_pin_caregiver_id", table_name="pin")
    op.drop_table("pin")
