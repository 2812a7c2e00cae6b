"""Lists page by cursor: the id of the last row seen; refuses offsets, which skip rows when others are added."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Query
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page:
    """Which stretch of a list is wanted: rows after `cursor` (an id), at most `limit`."""

    cursor: Annotated[int, Query(ge=0, le=2**63 - 1, description="`next` of the page before")] = 0
    limit: Annotated[int, Query(ge=1, le=200)] = 50


async def page_of(
    session: AsyncSession, query: Select[Row], key: InstrumentedAttribute[int], page: Page
) -> tuple[Sequence[Row], str | None]:
    """The rows of this page by ascending `key`, and the cursor of the next page (None at the end)."""
    found = (await session.scalars(query.where(key > page.cursor).order_by(key).limit(page.limit + 1))).all()
    rows = found[: page.limit]
    more = len(found) > page.limit
    return rows, str(getattr(rows[-1], key.key)) if more else None


def as_list(items: list[dict[str, Any]], following: str | None) -> dict[str, Any]:
    """The wire shape of every list."""
    return {"items": items, "next": following}
