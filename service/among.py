"""Rows whose key is among many: one statement and one value however many keys there are; refuses anything but ids.

A list of values is written out, sent and planned anew for every length of it. An array is not.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class Ids(TypeDecorator[list[int]]):
    """Ids as one value: an array on PostgreSQL, a JSON text on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type for it."""
        return dialect.type_descriptor(ARRAY(BigInteger()) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: list[int] | None, dialect: Dialect) -> Any:
        """The value as the database takes it."""
        return value if dialect.name == "postgresql" else orjson.dumps(value).decode()


class Among(FunctionElement[bool]):
    """A key and the ids that it has to be one of."""

    type = Boolean()
    inherit_cache = True


@compiles(Among, "postgresql")
def _array(element: Among, compiler: Any, **more: Any) -> str:
    key, ids = list(element.clauses)
    return f"{compiler.process(key, **more)} = ANY ({compiler.process(ids, **more)})"


@compiles(Among, "sqlite")
def _json(element: Among, compiler: Any, **more: Any) -> str:
    key, ids = list(element.clauses)
    return f"{compiler.process(key, **more)} IN (SELECT value FROM json_each({compiler.process(ids, **more)}))"  # noqa: S608  compiled parts, no values


def among(key: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """The condition that a key is one of these ids, in whatever number and order; none of them is false."""
    return Among(key, bindparam("ids", sorted(set(ids)), type_=Ids(), unique=True))
