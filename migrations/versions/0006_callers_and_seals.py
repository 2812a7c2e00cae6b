"""Who calls is found by a keyed hash, the audit trail is sealed in a chain

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    op.create_table(
        "audit_seal",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("from_id", ID, nullable=False),
        sa.Column("to_id", ID, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("before", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
    )
    for table in ("elder", "contact"):
        op.add_column(table, sa.Column("phone_hash", sa.LargeBinary(length=32), nullable=True))
        op.create_index(f"ix_{table}_phone_hash", table, ["phone_hash"])


def downgrade() -> None:
    for table in ("contact", "elder"):
        op.drop_index(f"ix_{table}_phone_hash", table_name=table)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("phone_hash")
    op.drop_table("audit_seal")
