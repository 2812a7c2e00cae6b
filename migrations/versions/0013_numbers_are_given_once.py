"""Numbers of elders and duties are given once: SQLite gave those of removed rows to others, and the audit named them

Revision: 0013, after 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("elder", "duty")


def upgrade() -> None:
    """PostgreSQL's sequences never go back. The tables are copied: SQLite counts on only where a table says so."""
    _copy(counting_on=True)


def downgrade() -> None:
    _copy(counting_on=False)


def _copy(*, counting_on: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": counting_on}):
            pass
