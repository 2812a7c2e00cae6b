"""The intake's own SQL against the models, without the intake importing them."""

import ast
from pathlib import Path

import pytest

import service.intake
from models import Base
from service.db import Database
from service.intake import sql
from service.intake.card import incident_card

WRITES = {
    "incident": sql.INCIDENT_COLUMNS,
    "alert": sql.ALERT_COLUMNS,
    "timer": sql.TIMER_COLUMNS,
    "event": sql.EVENT_COLUMNS,
    "unverified_call": sql.UNVERIFIED_COLUMNS,
    "unreadable_call": sql.UNREADABLE_COLUMNS,
    "audit_row": sql.AUDIT_COLUMNS,
}


@pytest.mark.parametrize("table", WRITES)
def test_every_column_written_exists_and_none_that_must_be_is_left_out(table: str) -> None:
    """A column that is renamed or added in the models fails here, not at night."""
    columns = Base.metadata.tables[table].columns
    assert set(WRITES[table]) <= set(columns.keys())
    given = {c.name for c in columns if c.autoincrement is True or c.primary_key or c.server_default is not None}
    demanded = {c.name for c in columns if not c.nullable} - given
    assert demanded <= set(WRITES[table])


async def test_every_read_is_understood_by_both_databases(database: Database) -> None:
    """Each SELECT parses against the real schema and names only columns that exist."""
    from service.intake.script import Ask
    from service.intake.store import store_for

    asked = [
        (sql.TERMINALS, [["T"]]),
        (sql.BEATING, [["T"]]),
        (sql.KEYS, [["T"]]),
        (sql.EARLIER, [["T"], ["m"]]),
        (sql.OPEN_INCIDENTS, [["T"]]),
        (sql.NEW_CARDS, [["T"]]),
        (sql.CARDS, [[1]]),
        (sql.LAST_SEQ, []),
    ]

    def script():  # type: ignore[no-untyped-def]
        for statement, values in asked:
            yield Ask(statement, values)

    store = store_for(database)
    await store.play(script())
    await store.close()


def test_the_intake_imports_no_models() -> None:
    """The role that takes calls starts light."""
    for file in Path(service.intake.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.split(".")[0] == "models" for name in names), file.name


def test_the_card_asks_for_no_column_that_the_select_does_not_give() -> None:
    """The SELECT and the card name the same columns."""

    class Asked(dict):  # type: ignore[type-arg]
        def __missing__(self, name: str) -> None:
            self[name] = None

    asked = Asked(elder_id=1, elder_name="于", opened_at="2026-01-01 00:00:00", last_alert_at="2026-01-01 00:00:00")
    asked |= {"acknowledged_by": 1, "assigned_to": 1, "next_rung": "family", "state": "open"}
    incident_card(asked)
    listed = sql.CARD.split("FROM incident i")[0].replace("SELECT", "").replace("\n", " ").split(",")
    given = {column.split(" AS ")[-1].split(".")[-1].strip() for column in listed}
    assert set(asked) <= given
