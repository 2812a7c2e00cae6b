"""Terminals are registered by sheets too, and such a sheet can be taken back

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("import_id", ID, nullable=True))
        batch_op.create_index(batch_op.f("ix_terminal_import_id"), ["import_id"])
        batch_op.create_foreign_key(batch_op.f("fk_terminal_import_id"), "register_import", ["import_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_terminal_import_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_terminal_import_id"))
        batch_op.drop_column("import_id")
