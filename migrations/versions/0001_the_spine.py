"""The tables of the spine

Revision: 0001, the first
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    op.create_table(
        "area",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=24), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_area_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "audit_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_row")),
    )
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_row_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_row_subject"), ["subject"], unique=False)

    op.create_table(
        "demo_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("anchor_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("town_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("speed", sa.Double(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_clock")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=True),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "caregiver_ids",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "data", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_subject_seq", ["subject", "seq"], unique=False)

    op.create_table(
        "menu_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("family", sa.String(length=24), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_item")),
        sa.UniqueConstraint("code", name=op.f("uq_menu_item_code")),
    )
    with op.batch_alter_table("menu_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_menu_item_family"), ["family"], unique=False)

    op.create_table(
        "provider",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("licence_no", sa.String(length=40), nullable=False),
        sa.Column("licence_until_on", sa.Date(), nullable=False),
        sa.Column("blacklisted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("name", name=op.f("uq_provider_name")),
    )
    op.create_table(
        "sequence",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sequence")),
    )
    op.create_table(
        "unverified_call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unverified_call")),
    )
    with op.batch_alter_table("unverified_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unverified_call_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_unverified_call_terminal_id"), ["terminal_id"], unique=False)

    op.create_table(
        "canteen",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("datum", sa.String(length=24), nullable=False),
        sa.Column("ready_min", sa.Integer(), nullable=False),
        sa.Column("ride_max_min", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_canteen_area_code")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_canteen_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canteen")),
    )
    with op.batch_alter_table("canteen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_canteen_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_canteen_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "household",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=160), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("lift", sa.Boolean(), nullable=False),
        sa.Column("access_note", sa.String(length=300), nullable=True),
        sa.Column("access_min", sa.Integer(), nullable=False),
        sa.Column("gate_code_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_holder", sa.String(length=60), nullable=True),
        sa.Column("key_holder_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("datum", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_household_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_area_code"), ["area_code"], unique=False)

    op.create_table(
        "menu_price",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["menu_item.id"], name=op.f("fk_menu_price_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_price")),
    )
    with op.batch_alter_table("menu_price", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_menu_price_item_id"), ["item_id"], unique=False)

    op.create_table(
        "station",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("datum", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_station_area_code")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_station_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
    )
    with op.batch_alter_table("station", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_station_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_station_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "caregiver",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=24), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("courier", sa.Boolean(), nullable=False),
        sa.Column("bag_portions", sa.Integer(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_caregiver_area_code")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_caregiver_provider_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_caregiver_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caregiver")),
    )
    with op.batch_alter_table("caregiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_caregiver_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_caregiver_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_caregiver_station_id"), ["station_id"], unique=False)

    op.create_table(
        "elder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("ability", sa.Integer(), nullable=True),
        sa.Column("lives_alone", sa.Boolean(), nullable=False),
        sa.Column(
            "categories", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("dialect", sa.String(length=60), nullable=True),
        sa.Column("notes", sa.String(length=200), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("conditions_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_elder_area_code")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_elder_household_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_elder_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elder")),
    )
    with op.batch_alter_table("elder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_elder_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_elder_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_elder_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "meal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column(
            "diet", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_meal_canteen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal")),
    )
    with op.batch_alter_table("meal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meal_canteen_id"), ["canteen_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("display", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("caregiver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("link_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["caregiver_id"], ["caregiver.id"], name=op.f("fk_account_caregiver_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_account_provider_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_account_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("caregiver_id", name=op.f("uq_account_caregiver_id")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "bed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("elder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("state_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_bed_area_code")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_bed_elder_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_bed_provider_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_bed_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed")),
        sa.UniqueConstraint("elder_id", name=op.f("uq_bed_elder_id")),
    )
    with op.batch_alter_table("bed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bed_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_bed_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bed_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_bed_station_id"), ["station_id"], unique=False)

    op.create_table(
        "caregiver_skill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("caregiver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("skill", sa.String(length=40), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["caregiver_id"], ["caregiver.id"], name=op.f("fk_caregiver_skill_caregiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caregiver_skill")),
        sa.UniqueConstraint("caregiver_id", "skill", name=op.f("uq_caregiver_skill_caregiver_id_skill")),
    )
    with op.batch_alter_table("caregiver_skill", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_caregiver_skill_caregiver_id"), ["caregiver_id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("elder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("relation", sa.String(length=30), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_contact_elder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_elder_id"), ["elder_id"], unique=False)

    op.create_table(
        "position",
        sa.Column(
            "caregiver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("datum", sa.String(length=24), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["caregiver_id"], ["caregiver.id"], name=op.f("fk_position_caregiver_id")),
        sa.PrimaryKeyConstraint("caregiver_id", name=op.f("pk_position")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("caregiver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("break_min", sa.Integer(), nullable=False),
        sa.Column("break_from_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("break_to_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["caregiver_id"], ["caregiver.id"], name=op.f("fk_shift_caregiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index("ix_shift_caregiver_id_from_at", ["caregiver_id", "from_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_from_at"), ["from_at"], unique=False)

    op.create_table(
        "terminal",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("elder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=True),
        sa.Column("model", sa.String(length=40), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("old_key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("old_key_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("boot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counter", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("battery", sa.Integer(), nullable=True),
        sa.Column("signal", sa.Integer(), nullable=True),
        sa.Column("worn", sa.Boolean(), nullable=True),
        sa.Column("firmware", sa.String(length=40), nullable=True),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_terminal_area_code")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_terminal_elder_id")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_terminal_household_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_terminal_provider_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_terminal_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal")),
    )
    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_terminal_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_terminal_elder_id"), ["elder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_terminal_household_id"), ["household_id"], unique=False)

    op.create_table(
        "account_area",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_area_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_account_area_area_code")),
        sa.PrimaryKeyConstraint("account_id", "area_code", name=op.f("pk_account_area")),
    )
    op.create_table(
        "care_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("elder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("window_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("portions", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on_behalf_note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_care_order_area_code")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_care_order_elder_id")),
        sa.ForeignKeyConstraint(["item_id"], ["menu_item.id"], name=op.f("fk_care_order_item_id")),
        sa.ForeignKeyConstraint(["placed_by"], ["account.id"], name=op.f("fk_care_order_placed_by")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_care_order_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_order")),
    )
    with op.batch_alter_table("care_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_order_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_order_elder_id"), ["elder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_order_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_care_order_service_on"), ["service_on"], unique=False)

    op.create_table(
        "claim_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_claim_code_terminal_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_claim_code")),
    )
    op.create_table(
        "duty",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_account_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_duty_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_duty_station_id_from_at_to_at", ["station_id", "from_at", "to_at"], unique=False)

    op.create_table(
        "idempotency_record",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("route", sa.String(length=160), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column(
            "answer", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_idempotency_record_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_record")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("elder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("terminal_id", sa.String(length=40), nullable=True),
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=True),
        sa.Column("playbook", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("presses", sa.Integer(), nullable=False),
        sa.Column(
            "press_times", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("datum", sa.String(length=8), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_alert_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assigned_travel_s", sa.Integer(), nullable=True),
        sa.Column("on_scene_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recovering_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["account.id"], name=op.f("fk_incident_acknowledged_by")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_incident_area_code")),
        sa.ForeignKeyConstraint(["assigned_to"], ["caregiver.id"], name=op.f("fk_incident_assigned_to")),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_incident_closed_by")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_incident_elder_id")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_incident_household_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_incident_provider_id")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_incident_station_id")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_incident_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index("ix_incident_area_code_state", ["area_code", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_assigned_to"), ["assigned_to"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_elder_id"), ["elder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_terminal_id"), ["terminal_id"], unique=False)
        batch_op.create_index(
            "uq_incident_open",
            ["household_id", "playbook", "drill"],
            unique=True,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )

    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("unique_key", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "progress", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "result", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_job_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_unique_key"), ["unique_key"], unique=False)

    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("engine", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=False),
        sa.Column(
            "parts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "stages", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_plan_area_code")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_plan_made_by")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_plan_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("area_code", "on_date", "version", name=op.f("uq_plan_area_code_on_date_version")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(
            "uq_plan_published",
            ["area_code", "on_date"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.create_table(
        "session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("refresh_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("refresh_hash", name=op.f("uq_session_refresh_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "unreadable_call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_back_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["called_back_by"], ["account.id"], name=op.f("fk_unreadable_call_called_back_by")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_unreadable_call_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unreadable_call")),
    )
    with op.batch_alter_table("unreadable_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unreadable_call_terminal_id"), ["terminal_id"], unique=False)

    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terminal_id", sa.String(length=40), nullable=False),
        sa.Column("msg_id", sa.String(length=120), nullable=False),
        sa.Column("reuse", sa.Integer(), nullable=False),
        sa.Column("boot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counter", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("datum", sa.String(length=8), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("battery", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column(
            "extra", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "warnings", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_alert_incident_id")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_alert_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("terminal_id", "msg_id", "reuse", name=op.f("uq_alert_terminal_id_msg_id_reuse")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_incident_id", ["incident_id"], unique=False)

    op.create_table(
        "route",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("caregiver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leave_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("back_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_s", sa.Integer(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["caregiver_id"], ["caregiver.id"], name=op.f("fk_route_caregiver_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_route_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("plan_id", "caregiver_id", name=op.f("uq_route_plan_id_caregiver_id")),
    )
    with op.batch_alter_table("route", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_route_caregiver_id"), ["caregiver_id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_ticket_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ticket")),
    )
    op.create_table(
        "timer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_timer_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint("incident_id", "step", "cycle", name=op.f("uq_timer_incident_id_step_cycle")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_timer_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'armed'"),
            postgresql_where=sa.text("state = 'armed'"),
        )

    op.create_table(
        "visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("elder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("family", sa.String(length=24), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("window_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("portions", sa.Integer(), nullable=False),
        sa.Column("meal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("en_route_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_min", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_visit_area_code")),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_visit_canteen_id")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("fk_visit_elder_id")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_visit_household_id")),
        sa.ForeignKeyConstraint(["item_id"], ["menu_item.id"], name=op.f("fk_visit_item_id")),
        sa.ForeignKeyConstraint(["meal_id"], ["meal.id"], name=op.f("fk_visit_meal_id")),
        sa.ForeignKeyConstraint(["order_id"], ["care_order.id"], name=op.f("fk_visit_order_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_visit_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_elder_id"), ["elder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_visit_service_on_area_code", ["service_on", "area_code"], unique=False)

    op.create_table(
        "stop",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("canteen_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("arrive_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finish_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_s", sa.Integer(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["canteen_id"], ["canteen.id"], name=op.f("fk_stop_canteen_id")),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name=op.f("fk_stop_route_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_stop_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
        sa.UniqueConstraint("route_id", "position", name=op.f("uq_stop_route_id_position")),
    )
    with op.batch_alter_table("stop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stop_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "unserved",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column(
            "counts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_unserved_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_unserved_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unserved")),
        sa.UniqueConstraint("plan_id", "visit_id", name=op.f("uq_unserved_plan_id_visit_id")),
    )
    with op.batch_alter_table("unserved", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unserved_visit_id"), ["visit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("unserved", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unserved_visit_id"))

    op.drop_table("unserved")
    with op.batch_alter_table("stop", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stop_visit_id"))

    op.drop_table("stop")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_service_on_area_code")
        batch_op.drop_index(batch_op.f("ix_visit_order_id"))
        batch_op.drop_index(batch_op.f("ix_visit_elder_id"))

    op.drop_table("visit")
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_timer_due", sqlite_where=sa.text("state = 'armed'"), postgresql_where=sa.text("state = 'armed'")
        )

    op.drop_table("timer")
    op.drop_table("ticket")
    with op.batch_alter_table("route", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_route_caregiver_id"))

    op.drop_table("route")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_incident_id")

    op.drop_table("alert")
    with op.batch_alter_table("unreadable_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unreadable_call_terminal_id"))

    op.drop_table("unreadable_call")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_account_id"))

    op.drop_table("session")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_plan_published",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.drop_table("plan")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_unique_key"))
        batch_op.drop_index(batch_op.f("ix_job_state"))

    op.drop_table("job")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_incident_open", sqlite_where=sa.text("state <> 'closed'"), postgresql_where=sa.text("state <> 'closed'")
        )
        batch_op.drop_index(batch_op.f("ix_incident_terminal_id"))
        batch_op.drop_index(batch_op.f("ix_incident_opened_at"))
        batch_op.drop_index(batch_op.f("ix_incident_elder_id"))
        batch_op.drop_index(batch_op.f("ix_incident_assigned_to"))
        batch_op.drop_index("ix_incident_area_code_state")

    op.drop_table("incident")
    op.drop_table("idempotency_record")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_station_id_from_at_to_at")
        batch_op.drop_index(batch_op.f("ix_duty_account_id"))

    op.drop_table("duty")
    op.drop_table("claim_code")
    with op.batch_alter_table("care_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_care_order_service_on"))
        batch_op.drop_index(batch_op.f("ix_care_order_provider_id"))
        batch_op.drop_index(batch_op.f("ix_care_order_elder_id"))
        batch_op.drop_index(batch_op.f("ix_care_order_area_code"))

    op.drop_table("care_order")
    op.drop_table("account_area")
    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_terminal_household_id"))
        batch_op.drop_index(batch_op.f("ix_terminal_elder_id"))
        batch_op.drop_index(batch_op.f("ix_terminal_area_code"))

    op.drop_table("terminal")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_from_at"))
        batch_op.drop_index("ix_shift_caregiver_id_from_at")

    op.drop_table("shift")
    op.drop_table("position")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_elder_id"))

    op.drop_table("contact")
    with op.batch_alter_table("caregiver_skill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_caregiver_skill_caregiver_id"))

    op.drop_table("caregiver_skill")
    with op.batch_alter_table("bed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bed_station_id"))
        batch_op.drop_index(batch_op.f("ix_bed_state"))
        batch_op.drop_index(batch_op.f("ix_bed_provider_id"))
        batch_op.drop_index(batch_op.f("ix_bed_area_code"))

    op.drop_table("bed")
    op.drop_table("account")
    with op.batch_alter_table("meal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meal_canteen_id"))

    op.drop_table("meal")
    with op.batch_alter_table("elder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_elder_provider_id"))
        batch_op.drop_index(batch_op.f("ix_elder_household_id"))
        batch_op.drop_index(batch_op.f("ix_elder_area_code"))

    op.drop_table("elder")
    with op.batch_alter_table("caregiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_caregiver_station_id"))
        batch_op.drop_index(batch_op.f("ix_caregiver_provider_id"))
        batch_op.drop_index(batch_op.f("ix_caregiver_area_code"))

    op.drop_table("caregiver")
    with op.batch_alter_table("station", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_provider_id"))
        batch_op.drop_index(batch_op.f("ix_station_area_code"))

    op.drop_table("station")
    with op.batch_alter_table("menu_price", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_menu_price_item_id"))

    op.drop_table("menu_price")
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_household_area_code"))

    op.drop_table("household")
    with op.batch_alter_table("canteen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_canteen_provider_id"))
        batch_op.drop_index(batch_op.f("ix_canteen_area_code"))

    op.drop_table("canteen")
    with op.batch_alter_table("unverified_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unverified_call_terminal_id"))
        batch_op.drop_index(batch_op.f("ix_unverified_call_received_at"))

    op.drop_table("unverified_call")
    op.drop_table("sequence")
    op.drop_table("provider")
    with op.batch_alter_table("menu_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_menu_item_family"))

    op.drop_table("menu_item")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_subject_seq")

    op.drop_table("event")
    op.drop_table("demo_clock")
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_row_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_row_account_id"))

    op.drop_table("audit_row")
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_area_parent_code"))

    op.drop_table("area")
