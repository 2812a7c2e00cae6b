"""Statements over many rows at once say the same as row by row."""

import asyncio

import pytest

from service.db import Database
from service.intake import sql
from service.intake.sets import CHOICES, LARGE, as_set, looked_at_once, said_once, written_at_once
from tests.service.intake.bedside import Bedside, bedside_on


def test_an_insert_and_an_update_take_arrays() -> None:
    """Places become columns of one unnest; the rest stays as it was written."""
    insert = as_set("INSERT INTO t (a, b) VALUES ($1, $2)", ["int8", "text"])
    assert insert == "INSERT INTO t (a, b) SELECT r.c1, r.c2 FROM unnest($1::int8[], $2::text[]) AS r(c1, c2)"
    update = as_set("UPDATE t SET a = COALESCE($2, a) WHERE id = $1", ["int8", "text"])
    assert update == (
        "UPDATE t SET a = COALESCE(r.c2, a) FROM unnest($1::int8[], $2::text[]) AS r(c1, c2) WHERE id = r.c1"
    )


def test_what_all_rows_agree_in_stays_one_value() -> None:
    """Only of large sets, never the number that counts back, never every place; and few such choices are kept."""
    insert = as_set("INSERT INTO t (a, b, c) VALUES ($1, $2, $3)", ["int8", "text", "text"], once={2})
    assert insert == (
        "INSERT INTO t (a, b, c) SELECT r.c1, $2::text, r.c3 FROM unnest($1::int8[], $3::text[]) AS r(c1, c3)"
    )
    known: list[frozenset[int]] = []
    numbers, same, nearly = list(range(LARGE)), ["x"] * LARGE, ["x"] * (LARGE - 1) + ["y"]
    assert said_once([numbers, same, nearly], known, numbered=False) == {2}
    assert said_once([same, same], known, numbered=False) == {2}
    assert said_once([same, numbers, same], known, numbered=True) == {3}
    assert said_once([numbers[:2], same[:2]], known, numbered=False) == set()
    for places in ({1}, {1, 2}, {1, 2, 3}, {4, 5}, {2, 5}):
        said_once([same if place in places else numbers for place in range(1, 7)], known, numbered=False)
    assert len(known) == CHOICES
    assert said_once([numbers, same, numbers, numbers, numbers, same], known, numbered=False) == {2}


def test_several_statements_are_one_trip() -> None:
    """Places are numbered on; the counter moves in the same statement, and a numbered row counts back from it."""
    look = looked_at_once(["SELECT a WHERE b = $1", "SELECT c WHERE d = $1 AND e = $2"], [1, 2])
    assert look == (
        "SELECT ARRAY(SELECT q FROM (SELECT a WHERE b = $1) q), "
        "ARRAY(SELECT q FROM (SELECT c WHERE d = $2 AND e = $3) q)"
    )
    inserted = as_set("INSERT INTO t (seq, a) VALUES ($1, $2)", ["int8", "text"])
    assert written_at_once([(inserted, 2, True)], count=True) == (
        "WITH counted AS (UPDATE sequence SET last = last + $1 WHERE id = 1 RETURNING last), "
        "w1 AS (INSERT INTO t (seq, a) SELECT counted.last - r.c1, r.c2 "
        "FROM counted, unnest($2::int8[], $3::text[]) AS r(c1, c2)) "
        "SELECT last, pg_notify('unwalled', last::text) FROM counted"
    )
    assert "UPDATE" not in written_at_once([(inserted, 2, True)], count=False)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_is_written_is_what_was_meant(database: Database) -> None:
    """Several terminals, cases and repeats in one batch: each row has its own values, missing ones stay missing."""
    async with bedside_on(database) as bedside:
        await press_several(bedside)
        rows = await bedside.rows("SELECT id, battery, counter FROM terminal ORDER BY id")
        assert [(row["id"], row["battery"]) for row in rows] == [("T-1", 11), ("T-2", None), ("T-3", 33), ("T-9", None)]
        kept = await bedside.rows("SELECT terminal_id, text, lon, again FROM alert ORDER BY terminal_id")
        assert [(row["terminal_id"], row["text"], row["lon"]) for row in kept] == [
            ("T-1", "一", None),
            ("T-3", None, 121.5),
            ("T-9", None, None),
        ]
        assert sum(row["again"] for row in kept) == 2


async def press_several(bedside: Bedside) -> None:
    """Three terminals at once, then one of them twice more."""
    place = {"lon": 121.5, "lat": 37.5, "datum": "gcj02"}
    await asyncio.gather(
        bedside.press("a", battery=11, text="一"),
        bedside.press("b", terminal="T-3", battery=33, location=place),
        bedside.press("c", terminal="T-9"),
    )
    await asyncio.gather(bedside.press("c", terminal="T-9"), bedside.press("c", terminal="T-9"))


def test_every_statement_that_is_told_is_plain() -> None:
    """The rewriting knows INSERT ... VALUES and UPDATE ... WHERE with places only."""
    for statement in (sql.JOIN_INCIDENT, sql.SEE_TERMINAL, sql.AGAIN):
        assert statement.strip().startswith("UPDATE")
        assert statement.count("WHERE") == 1
        assert " FROM " not in statement
