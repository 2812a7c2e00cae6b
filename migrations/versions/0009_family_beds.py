"""The family bed's life: works, contracts, promises, the waiting list and patrols

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    with op.batch_alter_table("bed", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_bed_elder_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_bed_elder_id"), ["elder_id"], unique=False)
        batch_op.create_index(
            "uq_bed_open",
            ["elder_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )
    op.create_index(
        "ix_visit_patrol",
        "visit",
        ["elder_id", "service_on"],
        sqlite_where=sa.text("family = 'patrol'"),
        postgresql_where=sa.text("family = 'patrol'"),
    )
    op.create_table(
        "contract_template",
        sa.Column("id", ID, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_contract_template_area_code")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_contract_template_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_template")),
        sa.UniqueConstraint("area_code", "version", name=op.f("uq_contract_template_area_code_version")),
    )
    op.create_table(
        "policy",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("value", JSON, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_policy_area_code")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_policy_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_index("ix_policy_kind_area_code", "policy", ["kind", "area_code"], unique=False)
    op.create_table(
        "works_order",
        sa.Column("id", ID, nullable=False),
        sa.Column("household_id", ID, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("state_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("design_provider_id", ID, nullable=False),
        sa.Column("serve_provider_id", ID, nullable=True),
        sa.Column("accept_provider_id", ID, nullable=True),
        sa.Column("designed_by", ID, nullable=True),
        sa.Column("served_by", ID, nullable=True),
        sa.Column("accepted_by", ID, nullable=True),
        sa.Column("grant_cap_fen", sa.Integer(), nullable=False),
        sa.Column("grant_fen", sa.Integer(), nullable=False),
        sa.Column("own_fen", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(length=300), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["accept_provider_id"], ["provider.id"], name=op.f("fk_works_order_accept_provider_id")
        ),
        sa.ForeignKeyConstraint(["accepted_by"], ["account.id"], name=op.f("fk_works_order_accepted_by")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_works_order_area_code")),
        sa.ForeignKeyConstraint(
            ["design_provider_id"], ["provider.id"], name=op.f("fk_works_order_design_provider_id")
        ),
        sa.ForeignKeyConstraint(["designed_by"], ["account.id"], name=op.f("fk_works_order_designed_by")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_works_order_household_id")),
        sa.ForeignKeyConstraint(["serve_provider_id"], ["provider.id"], name=op.f("fk_works_order_serve_provider_id")),
        sa.ForeignKeyConstraint(["served_by"], ["account.id"], name=op.f("fk_works_order_served_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_order")),
    )
    op.create_index("ix_works_order_area_code", "works_order", ["area_code"], unique=False)
    op.create_index("ix_works_order_household_id", "works_order", ["household_id"], unique=False)
    op.create_index("ix_works_order_state", "works_order", ["state"], unique=False)
    op.create_table(
        "works_item",
        sa.Column("id", ID, nullable=False),
        sa.Column("works_id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["works_id"], ["works_order.id"], name=op.f("fk_works_item_works_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_item")),
    )
    op.create_index("ix_works_item_works_id", "works_item", ["works_id"], unique=False)
    op.create_table(
        "patrol_target",
        sa.Column("id", ID, nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("provider_id", ID, nullable=True),
        sa.Column("groups", JSON, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drop_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_patrol_target_area_code")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_patrol_target_elder_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_patrol_target_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_target")),
        sa.UniqueConstraint("month_on", "elder_id", name=op.f("uq_patrol_target_month_on_elder_id")),
    )
    op.create_index("ix_patrol_target_area_code_month_on", "patrol_target", ["area_code", "month_on"], unique=False)
    op.create_index("ix_patrol_target_elder_id", "patrol_target", ["elder_id"], unique=False)
    op.create_table(
        "works_photo",
        sa.Column("id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("after", sa.Boolean(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["works_item.id"], name=op.f("fk_works_photo_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name=op.f("fk_works_photo_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_photo")),
    )
    op.create_index("ix_works_photo_item_id", "works_photo", ["item_id"], unique=False)
    op.create_table(
        "bed_device",
        sa.Column("id", ID, nullable=False),
        sa.Column("bed_id", ID, nullable=False),
        sa.Column(
            "kind",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=True),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_bed_device_bed_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_bed_device_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed_device")),
    )
    op.create_index("ix_bed_device_bed_id", "bed_device", ["bed_id"], unique=False)
    op.create_index("ix_bed_device_terminal_id", "bed_device", ["terminal_id"], unique=False)
    op.create_table(
        "bed_pause",
        sa.Column("id", ID, nullable=False),
        sa.Column("bed_id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_bed_pause_bed_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_bed_pause_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed_pause")),
    )
    op.create_index("ix_bed_pause_bed_id", "bed_pause", ["bed_id"], unique=False)
    op.create_index("ix_bed_pause_elder_id_from_on", "bed_pause", ["elder_id", "from_on"], unique=False)
    op.create_table(
        "bed_step",
        sa.Column("id", ID, nullable=False),
        sa.Column("bed_id", ID, nullable=False),
        sa.Column(
            "from_state",
            sa.String(length=24),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_bed_step_bed_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_bed_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed_step")),
    )
    op.create_index("ix_bed_step_bed_id", "bed_step", ["bed_id"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", ID, nullable=False),
        sa.Column("bed_id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("provider_id", ID, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("guardian_id", ID, nullable=True),
        sa.Column("template_id", ID, nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("prices", JSON, nullable=False),
        sa.Column(
            "state",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("cooling_until_on", sa.Date(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", ID, nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(length=8), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=True),
        sa.Column("renews_id", ID, nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_contract_area_code")),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_contract_bed_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["drawn_by"], ["account.id"], name=op.f("fk_contract_drawn_by")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_contract_elder_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["contact.id"], name=op.f("fk_contract_guardian_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_contract_provider_id")),
        sa.ForeignKeyConstraint(["renews_id"], ["contract.id"], name=op.f("fk_contract_renews_id")),
        sa.ForeignKeyConstraint(["template_id"], ["contract_template.id"], name=op.f("fk_contract_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    op.create_index("ix_contract_area_code", "contract", ["area_code"], unique=False)
    op.create_index("ix_contract_bed_id", "contract", ["bed_id"], unique=False)
    op.create_index("ix_contract_state", "contract", ["state"], unique=False)
    op.create_table(
        "respite",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("bed_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("provider_id", ID, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", ID, nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_respite_area_code")),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_respite_bed_id")),
        sa.ForeignKeyConstraint(["booked_by"], ["account.id"], name=op.f("fk_respite_booked_by")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_respite_contact_id")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_respite_elder_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_respite_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_respite")),
    )
    op.create_index("ix_respite_area_code", "respite", ["area_code"], unique=False)
    op.create_index("ix_respite_bed_id", "respite", ["bed_id"], unique=False)
    op.create_index("ix_respite_elder_id_from_at", "respite", ["elder_id", "from_at"], unique=False)
    op.create_table(
        "waiting_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("elder_id", ID, nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.String(length=24),
            nullable=False,
        ),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", ID, nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("bed_id", ID, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_waiting_entry_area_code")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_waiting_entry_asked_by")),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name=op.f("fk_waiting_entry_bed_id")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_waiting_entry_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
    )
    op.create_index("ix_waiting_entry_area_code_state", "waiting_entry", ["area_code", "state"], unique=False)
    op.create_index("ix_waiting_entry_elder_id", "waiting_entry", ["elder_id"], unique=False)
    op.create_index(
        "uq_waiting_entry_open",
        "waiting_entry",
        ["elder_id"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index("ix_visit_patrol", table_name="visit")
    op.drop_table("waiting_entry")
    op.drop_table("respite")
    op.drop_table("contract")
    op.drop_table("bed_step")
    op.drop_table("bed_pause")
    op.drop_table("bed_device")
    op.drop_table("works_photo")
    op.drop_table("patrol_target")
    op.drop_table("works_item")
    op.drop_table("works_order")
    op.drop_table("policy")
    op.drop_table("contract_template")
    with op.batch_alter_table("bed", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_bed_open", sqlite_where=sa.text("state <> 'closed'"), postgresql_where=sa.text("state <> 'closed'")
        )
        batch_op.drop_index(batch_op.f("ix_bed_elder_id"))
        batch_op.create_unique_constraint(batch_op.f("uq_bed_elder_id"), ["elder_id"])
