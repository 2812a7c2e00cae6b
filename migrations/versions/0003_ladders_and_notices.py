"""Ladders as data, the outbox of notices and its gateways, lost people, and duty at posts with a number

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
    op.create_table(
        "answer_goal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("answer_s", sa.Integer(), nullable=False),
        sa.Column("answer_share", sa.Double(), nullable=False),
        sa.Column("answer_late_s", sa.Integer(), nullable=False),
        sa.Column("answer_late_share", sa.Double(), nullable=False),
        sa.Column("on_site_min", sa.Integer(), nullable=False),
        sa.Column("on_site_late_min", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_answer_goal_area_code")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_answer_goal_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_goal")),
        sa.UniqueConstraint("area_code", name=op.f("uq_answer_goal_area_code")),
    )
    op.create_table(
        "gateway",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("keeps_keys", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "settings", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_gateway_made_by")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_gateway_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway")),
        sa.UniqueConstraint("provider_id", "channel", name=op.f("uq_gateway_provider_id_channel")),
    )
    op.create_table(
        "ladder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=True),
        sa.Column("from_min", sa.Integer(), nullable=True),
        sa.Column("to_min", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "rungs", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_ladder_area_code")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_ladder_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder")),
    )
    with op.batch_alter_table("ladder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ladder_area_code"), ["area_code"], unique=False)

    op.create_table(
        "lost_case",
        sa.Column(
            "incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("last_lon", sa.Double(), nullable=False),
        sa.Column("last_lat", sa.Double(), nullable=False),
        sa.Column("last_datum", sa.String(length=24), nullable=False),
        sa.Column("last_place", sa.String(length=120), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wears", sa.String(length=200), nullable=True),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("found_lon", sa.Double(), nullable=True),
        sa.Column("found_lat", sa.Double(), nullable=True),
        sa.Column("found_datum", sa.String(length=8), nullable=True),
        sa.Column("found_place", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["found_by"], ["account.id"], name=op.f("fk_lost_case_found_by")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_lost_case_incident_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_lost_case_opened_by")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_lost_case")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(length=24), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("caregiver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column(
            "then", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("area_code", sa.String(length=12), nullable=True),
        sa.Column("must", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_notice_area_code")),
        sa.ForeignKeyConstraint(["caregiver_id"], ["caregiver.id"], name=op.f("fk_notice_caregiver_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_notice_incident_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_notice_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "incident_id",
            "step",
            "cycle",
            "target",
            "channel",
            name=op.f("uq_notice_incident_id_step_cycle_target_channel"),
        ),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_caregiver_id"), ["caregiver_id"], unique=False)
        batch_op.create_index(
            "ix_notice_channel_due_at",
            ["channel", "due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('pending', 'leased')"),
            postgresql_where=sa.text("state IN ('pending', 'leased')"),
        )

    with op.batch_alter_table("caregiver", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_sealed", sa.LargeBinary(), nullable=True))

    _posts_for_roles()

    with op.batch_alter_table("elder", schema=None) as batch_op:
        batch_op.add_column(sa.Column("medicines_sealed", sa.LargeBinary(), nullable=True))

    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ladder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_incident_ladder_id"), "ladder", ["ladder_id"], ["id"])

    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("armed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("problem", sa.String(length=200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_column("problem")
        batch_op.drop_column("armed_at")

    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_incident_ladder_id"), type_="foreignkey")
        batch_op.drop_column("ladder_id")

    with op.batch_alter_table("elder", schema=None) as batch_op:
        batch_op.drop_column("medicines_sealed")

    _roles_for_posts()

    with op.batch_alter_table("caregiver", schema=None) as batch_op:
        batch_op.drop_column("phone_sealed")

    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notice_channel_due_at",
            sqlite_where=sa.text("state IN ('pending', 'leased')"),
            postgresql_where=sa.text("state IN ('pending', 'leased')"),
        )
        batch_op.drop_index(batch_op.f("ix_notice_caregiver_id"))

    op.drop_table("notice")
    op.drop_table("lost_case")
    with op.batch_alter_table("ladder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ladder_area_code"))

    op.drop_table("ladder")
    op.drop_table("gateway")
    op.drop_table("answer_goal")


POST_OF_ROLE = "CASE role WHEN 'dispatcher' THEN 'desk' WHEN 'admin' THEN 'desk' WHEN 'supervisor' THEN 'supervisor'"
ROLE_OF_POST = "CASE post WHEN 'desk' THEN 'dispatcher' WHEN 'supervisor' THEN 'supervisor'"


def _posts_for_roles() -> None:
    """Desks and supervisors answer for a district, stations for themselves."""
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.add_column(sa.Column("post", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("area_code", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("name", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("phone_sealed", sa.LargeBinary(), nullable=True))
        batch_op.alter_column("station_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column("account_id", existing_type=sa.INTEGER(), nullable=True)
    op.execute(f"UPDATE duty SET post = {POST_OF_ROLE} ELSE 'station' END")  # noqa: S608  our own words
    op.execute("UPDATE duty SET area_code = (SELECT area_code FROM station WHERE station.id = duty.station_id)")
    district = "UPDATE duty SET area_code = substr(area_code, 1, 6) || '000000', station_id = NULL"
    op.execute(f"{district} WHERE post IN ('desk', 'supervisor')")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.alter_column("post", existing_type=sa.String(length=24), nullable=False)
        batch_op.alter_column("area_code", existing_type=sa.String(length=12), nullable=False)
        batch_op.create_index("ix_duty_area_code_to_at", ["area_code", "to_at"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_duty_area_code"), "area", ["area_code"], ["code"])
        batch_op.drop_column("role")


def _roles_for_posts() -> None:
    """Who has no account or no station is not on the old roster."""
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=24), nullable=True))
    op.execute(f"UPDATE duty SET role = {ROLE_OF_POST} ELSE 'caregiver' END")  # noqa: S608  our own words
    station = "SELECT min(id) FROM station WHERE substr(station.area_code, 1, 6) = substr(duty.area_code, 1, 6)"
    op.execute(f"UPDATE duty SET station_id = ({station}) WHERE station_id IS NULL")  # noqa: S608  our own words
    op.execute("DELETE FROM duty WHERE account_id IS NULL OR station_id IS NULL")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_duty_area_code"), type_="foreignkey")
        batch_op.drop_index("ix_duty_area_code_to_at")
        batch_op.alter_column("role", existing_type=sa.String(length=24), nullable=False)
        batch_op.alter_column("account_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.alter_column("station_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("phone_sealed")
        batch_op.drop_column("name")
        batch_op.drop_column("area_code")
        batch_op.drop_column("post")
