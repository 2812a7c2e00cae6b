"""What the town knows of its elders, and how their ability was assessed

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
PREFIXES = {"name": "varchar_pattern_ops", "area_code": "varchar_pattern_ops"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    op.create_table(
        "assessment_policy",
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("combine", sa.String(length=10), nullable=False),
        sa.Column("count", sa.String(length=10), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=False),
        sa.Column("cells", JSON, nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_assessment_policy_area_code")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_assessment_policy_set_by")),
        sa.PrimaryKeyConstraint("area_code", name=op.f("pk_assessment_policy")),
    )
    op.create_table(
        "register_import",
        sa.Column("id", ID, nullable=False),
        sa.Column("register", sa.String(length=30), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("refused", JSON, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_register_import_made_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["account.id"], name=op.f("fk_register_import_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import")),
    )
    op.create_table(
        "assessment",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("scale", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("reviewed_by", ID, nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("import_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_assessment_elder_id")),
        sa.ForeignKeyConstraint(["import_id"], ["register_import.id"], name=op.f("fk_assessment_import_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_assessment_made_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["account.id"], name=op.f("fk_assessment_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment") as batch_op:
        batch_op.create_index("ix_assessment_elder_id_assessed_on", ["elder_id", "assessed_on"])
        batch_op.create_index(
            "ix_assessment_valid_until_on_elder_id",
            ["valid_until_on", "elder_id"],
            postgresql_include=["scale", "state", "ended_on", "assessed_on", "level"],
        )
        batch_op.create_index(batch_op.f("ix_assessment_import_id"), ["import_id"])
        batch_op.create_index(batch_op.f("ix_assessment_state"), ["state"])

    op.create_table(
        "benefit",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_benefit_elder_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["account.id"], name=op.f("fk_benefit_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit")),
    )
    with op.batch_alter_table("benefit") as batch_op:
        batch_op.create_index(batch_op.f("ix_benefit_elder_id"), ["elder_id"])

    op.create_table(
        "consent",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("said_by", sa.String(length=60), nullable=False),
        sa.Column("said_how", sa.String(length=120), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_consent_elder_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["noted_by"], ["account.id"], name=op.f("fk_consent_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent") as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_elder_id"), ["elder_id"])

    op.create_table(
        "elder_category",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elder.id"], name=op.f("fk_elder_category_elder_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["account.id"], name=op.f("fk_elder_category_noted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_category")),
    )
    with op.batch_alter_table("elder_category") as batch_op:
        batch_op.create_index("ix_elder_category_category_elder_id", ["category", "elder_id"])
        batch_op.create_index(batch_op.f("ix_elder_category_elder_id"), ["elder_id"])

    op.create_table(
        "elder_merge",
        sa.Column("id", ID, nullable=False),
        sa.Column("kept_id", ID, nullable=False),
        sa.Column("gone_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("moved", JSON, nullable=False),
        sa.Column("merged_at", MOMENT, nullable=False),
        sa.Column("merged_by", ID, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["gone_id"], ["elder.id"], name=op.f("fk_elder_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["elder.id"], name=op.f("fk_elder_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_by"], ["account.id"], name=op.f("fk_elder_merge_merged_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["account.id"], name=op.f("fk_elder_merge_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder_merge")),
    )
    with op.batch_alter_table("elder_merge") as batch_op:
        batch_op.create_index(batch_op.f("ix_elder_merge_gone_id"), ["gone_id"])
        batch_op.create_index(batch_op.f("ix_elder_merge_kept_id"), ["kept_id"])

    op.create_table(
        "entitlement",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("provider_id", ID, nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("because", JSON, nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_why", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_entitlement_area_code")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_entitlement_elder_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_entitlement_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
    )
    with op.batch_alter_table("entitlement") as batch_op:
        batch_op.create_index("ix_entitlement_elder_id_rule", ["elder_id", "rule"])
        batch_op.create_index("ix_entitlement_rule_ended_on", ["rule", "ended_on"])
        batch_op.create_index(
            "ix_entitlement_standing",
            ["area_code", "rule", "elder_id", "provider_id"],
            postgresql_ops=PREFIXES,
            postgresql_where=sa.text("ended_on IS NULL"),
            sqlite_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "reassessment",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("trigger", sa.String(length=20), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["done_by_id"], ["assessment.id"], name=op.f("fk_reassessment_done_by_id")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_reassessment_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassessment")),
        sa.UniqueConstraint("elder_id", "trigger", "since_on", name=op.f("uq_reassessment_elder_id_trigger_since_on")),
    )
    with op.batch_alter_table("reassessment") as batch_op:
        batch_op.create_index(batch_op.f("ix_reassessment_elder_id"), ["elder_id"])

    with op.batch_alter_table("contact") as batch_op:
        batch_op.add_column(sa.Column("guardian", sa.Boolean(), server_default="0", nullable=False))

    with op.batch_alter_table("elder") as batch_op:
        batch_op.add_column(sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("id_number_hash", sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("registered_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("left_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("left_why", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", ID, nullable=True))
        batch_op.add_column(sa.Column("import_id", ID, nullable=True))
        batch_op.create_index("ix_elder_area_code_id", ["area_code", "id"], postgresql_ops=PREFIXES)
        batch_op.create_index(batch_op.f("ix_elder_id_number_hash"), ["id_number_hash"])
        batch_op.create_index(batch_op.f("ix_elder_import_id"), ["import_id"])
        batch_op.create_index(batch_op.f("ix_elder_merged_into_id"), ["merged_into_id"])
        batch_op.create_index("ix_elder_name_born_on", ["name", "born_on"], postgresql_ops=PREFIXES)
        batch_op.create_index(
            "ix_elder_area_code_born_on",
            ["area_code", "born_on", "id"],
            postgresql_ops=PREFIXES,
            postgresql_include=["provider_id", "merged_into_id", "left_on"],
        )
        batch_op.create_foreign_key(batch_op.f("fk_elder_import_id"), "register_import", ["import_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_elder_merged_into_id"), "elder", ["merged_into_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("elder") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_elder_merged_into_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_elder_import_id"), type_="foreignkey")
        batch_op.drop_index("ix_elder_area_code_born_on")
        batch_op.drop_index("ix_elder_name_born_on")
        batch_op.drop_index(batch_op.f("ix_elder_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_elder_import_id"))
        batch_op.drop_index(batch_op.f("ix_elder_id_number_hash"))
        batch_op.drop_index("ix_elder_area_code_id")
        batch_op.drop_column("import_id")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("left_why")
        batch_op.drop_column("left_on")
        batch_op.drop_column("registered_on")
        batch_op.drop_column("version")
        batch_op.drop_column("id_number_hash")
        batch_op.drop_column("id_number_sealed")

    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_column("guardian")

    with op.batch_alter_table("reassessment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_reassessment_elder_id"))

    op.drop_table("reassessment")
    with op.batch_alter_table("entitlement") as batch_op:
        batch_op.drop_index("ix_entitlement_standing")
        batch_op.drop_index("ix_entitlement_rule_ended_on")
        batch_op.drop_index("ix_entitlement_elder_id_rule")

    op.drop_table("entitlement")
    with op.batch_alter_table("elder_merge") as batch_op:
        batch_op.drop_index(batch_op.f("ix_elder_merge_kept_id"))
        batch_op.drop_index(batch_op.f("ix_elder_merge_gone_id"))

    op.drop_table("elder_merge")
    with op.batch_alter_table("elder_category") as batch_op:
        batch_op.drop_index(batch_op.f("ix_elder_category_elder_id"))
        batch_op.drop_index("ix_elder_category_category_elder_id")

    op.drop_table("elder_category")
    with op.batch_alter_table("consent") as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_elder_id"))

    op.drop_table("consent")
    with op.batch_alter_table("benefit") as batch_op:
        batch_op.drop_index(batch_op.f("ix_benefit_elder_id"))

    op.drop_table("benefit")
    with op.batch_alter_table("assessment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_state"))
        batch_op.drop_index(batch_op.f("ix_assessment_import_id"))
        batch_op.drop_index("ix_assessment_valid_until_on_elder_id")
        batch_op.drop_index("ix_assessment_elder_id_assessed_on")

    op.drop_table("assessment")
    op.drop_table("register_import")
    op.drop_table("assessment_policy")
