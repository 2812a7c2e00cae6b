"""Respite becomes orders that are planned; what was done on somebody's behalf is kept with who called

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PART = sa.text("respite_id IS NOT NULL")
AGES = "ix_elder_area_code_born_on"
HERE = ["provider_id", "merged_into_id", "left_on"]


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    with op.batch_alter_table("care_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("respite_id", ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_care_order_respite_id"), "respite", ["respite_id"], ["id"])
        batch_op.create_index(
            "ix_care_order_respite_id", ["respite_id"], unique=False, sqlite_where=PART, postgresql_where=PART
        )
    op.create_table(
        "on_behalf",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("deed", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("caller", sa.String(length=60), nullable=False),
        sa.Column("relation", sa.String(length=30), nullable=False),
        sa.Column("consent", sa.String(length=200), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_on_behalf_elder_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["noted_by"], ["account.id"], name=op.f("fk_on_behalf_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_behalf")),
    )
    with op.batch_alter_table("on_behalf", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_on_behalf_elder_id"), ["elder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_on_behalf_subject"), ["subject"], unique=False)

    _ages([*HERE, "name", "id_number_hash"])


def _ages(carried: list[str]) -> None:
    """Build the index of areas and ages anew, with these columns carried along."""
    ops = {"area_code": "varchar_pattern_ops"}
    op.drop_index(AGES, "elder", postgresql_include=carried)
    op.create_index(
        AGES, "elder", ["area_code", "born_on", "id"], postgresql_ops=ops, postgresql_include=carried, unique=False
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    _ages(HERE)
    op.drop_table("on_behalf")
    with op.batch_alter_table("care_order", schema=None) as batch_op:
        batch_op.drop_index("ix_care_order_respite_id")
        batch_op.drop_constraint(batch_op.f("fk_care_order_respite_id"), type_="foreignkey")
        batch_op.drop_column("respite_id")
