"""The database's own clock for timers, and the counter that gives events their order

Revision: 0002, after 0001
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NOW_ON_POSTGRESQL = """
CREATE FUNCTION unwalled_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT clock_timestamp() + coalesce(nullif(current_setting('unwalled.shift_s', true), ''), '0')::float8
           * interval '1 second'
$$
"""


def upgrade() -> None:
    """On SQLite unwalled_now() is registered by each connection instead (service.db)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(NOW_ON_POSTGRESQL)
    row = sa.text("INSERT INTO sequence (id, last, epoch) VALUES (1, 0, :epoch)").bindparams(epoch=str(uuid.uuid4()))
    op.execute(row)


def downgrade() -> None:
    op.execute("DELETE FROM sequence WHERE id = 1")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION unwalled_now()")
