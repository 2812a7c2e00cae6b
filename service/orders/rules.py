"""Pure decisions about orders: what is wrong with one, and what it costs; refuses to look anything up."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from models import MenuItem, MenuPrice
from service.clock import LOCAL
from service.errors import FieldProblem

LONGEST_AHEAD = timedelta(days=92)
MOST_PORTIONS = 20


def problems(
    item: MenuItem, service_on: date, start: datetime, end: datetime, portions: int, now: datetime
) -> list[FieldProblem]:
    """Everything wrong with what was asked; empty when it can be ordered."""
    found = []
    today = now.astimezone(LOCAL).date()
    if not item.on_sale:
        found.append(FieldProblem("item_code", f"{item.code} is not on sale", "an item of GET /api/menu"))
    if not today <= service_on <= today + LONGEST_AHEAD:
        found.append(FieldProblem("service_on", f"is {service_on}", f"{today} to {today + LONGEST_AHEAD}"))
    if end <= start:
        found.append(FieldProblem("window_to", f"ends {end.isoformat()}, not after it begins", "a later moment"))
    if start.astimezone(LOCAL).date() != service_on:
        found.append(
            FieldProblem("window_from", f"is on {start.astimezone(LOCAL).date()}", f"a moment on {service_on}")
        )
    if end > start and end - start > timedelta(hours=24):
        found.append(FieldProblem("window_to", "is more than 24 hours after window_from", "at most 24 hours"))
    if end < now:
        found.append(
            FieldProblem("window_to", "has passed", f"after {now.astimezone(LOCAL).isoformat('T', 'minutes')}")
        )
    if not 1 <= portions <= MOST_PORTIONS:
        found.append(FieldProblem("portions", f"is {portions}", f"1 to {MOST_PORTIONS}"))
    return found


def price_on(prices: Sequence[MenuPrice], day: date) -> MenuPrice | None:
    """The price valid on `day` (the date of service, not of order); None when there is none."""
    valid = [price for price in prices if price.from_on <= day and (price.until_on is None or day < price.until_on)]
    return max(valid, key=lambda price: price.from_on, default=None)
