"""Statements of one row rewritten to take all rows at once, and several joined into one; refuses any but plain ones.

PostgreSQL runs one statement over arrays several times as fast as the same statement row by row, and a batch in two
statements in a quarter of the time of fifteen: each is a trip there and back.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

PLACE = re.compile(r"\$(\d+)")
LARGE, CHOICES = 16, 4


def as_set(statement: str, types: Sequence[str], once: Collection[int] = ()) -> str:
    """The statement over arrays of `types`, one for each of its places $1, $2, ...; places in `once` stay one value.

    An INSERT of one row of VALUES becomes a SELECT (what it does ON CONFLICT stays), an UPDATE with one WHERE takes its
    values FROM the arrays. No two rows may be meant for the same target.
    """
    many = {number: name for number, name in enumerate(types, 1) if number not in once}
    arrays = ", ".join(f"${number}::{name}[]" for number, name in many.items())
    columns = ", ".join(f"c{number}" for number in many)
    rows = f"unnest({arrays}) AS r({columns})"

    def named(found: re.Match[str]) -> str:
        number = int(found[1])
        return f"r.c{number}" if number in many else f"${number}::{types[number - 1]}"

    told = PLACE.sub(named, statement.strip())
    if told.startswith("INSERT"):
        into, _, values = told.partition(" VALUES ")
        values, conflict, otherwise = values.partition(" ON CONFLICT")
        return f"{into} SELECT {values.strip()[1:-1]} FROM {rows}{conflict}{otherwise}"
    update, _, where = told.rpartition("WHERE")
    return f"{update.rstrip()} FROM {rows} WHERE{where}"


def said_once(columns: Sequence[Sequence[Any]], known: list[frozenset[int]], numbered: bool) -> frozenset[int]:
    """The places of columns that hold one value only, of large sets; at most four such choices a statement are `known`.

    Every value of an array costs its own packing, which was a third of what a batch of rungs cost this process.
    """
    if len(columns[0]) < LARGE:
        return frozenset()
    alike = {place for place, column in enumerate(columns, 1) if column.count(column[0]) == len(column)}
    found = frozenset(alike - {1} if numbered or len(alike) == len(columns) else alike)
    if found not in known and len(known) < CHOICES:
        known.append(found)
    return max((one for one in known if one <= found), key=len, default=frozenset())


def looked_at_once(statements: Sequence[str], widths: Sequence[int]) -> str:
    """One SELECT of one row: a column of anonymous rows for each of the statements, run in this order.

    `widths` says how many places each has; they are numbered on.
    """
    columns, before = [], 0
    for statement, width in zip(statements, widths, strict=True):
        columns.append(f"ARRAY(SELECT q FROM ({_moved(statement, before)}) q)")
        before += width
    return "SELECT " + ", ".join(columns)


def written_at_once(sets: Sequence[tuple[str, int, bool]], count: bool) -> str:
    """One statement that writes all sets; when it does `count`, it moves the counter on by $1 and rings.

    Each set is the text of `as_set`, how many places it has, and whether its first column counts back from the last.
    """
    parts, before = ["UPDATE sequence SET last = last + $1 WHERE id = 1 RETURNING last"], 1
    if not count:
        parts, before = ["SELECT last FROM sequence WHERE id = 1"], 0
    for text, width, numbered in sets:
        if numbered:
            text = text.replace("SELECT r.c1", "SELECT counted.last - r.c1", 1).replace(
                " FROM unnest", " FROM counted, unnest"
            )
        parts.append(_moved(text, before))
        before += width
    named = ", ".join(f"{'counted' if number == 0 else f'w{number}'} AS ({part})" for number, part in enumerate(parts))
    ring = ", pg_notify('unwalled', last::text)" if count else ""
    return f"WITH {named} SELECT last{ring} FROM counted"


def _moved(statement: str, by: int) -> str:
    return PLACE.sub(lambda found: f"${int(found[1]) + by}", statement)
