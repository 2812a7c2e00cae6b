"""Makes the very first account from the command line; refuses where an admin signs in already by that name."""

import re

from models.types import Role
from service.accounts.actions import create_account, one_time_link
from service.accounts.queries import find_by_name
from service.clock import Clock
from service.db import Database
from service.errors import BadInput, Conflict, FieldProblem
from service.inputs import PLAIN
from service.schema import migrate
from service.settings import Settings


async def create_first_admin(settings: Settings, name: str, base_url: str = "http://127.0.0.1:8000") -> str:
    """Bring the database to head, make admin `name` who sees everywhere, answer a one-time link good for 24 h.

    Asked again before the link was used, it gives a new link. Raises Conflict when `name` is somebody else's
    and BadInput, with nothing touched, when it is no name.
    """
    name = name.strip()
    if not re.fullmatch(PLAIN, name) or not 1 <= len(name) <= 60:
        fault = FieldProblem("NAME", f"is {name!r}", "1 to 60 printable characters")
        raise BadInput(f"NAME is {name!r}; accepted: {fault.accepted}", fields=[fault])
    settings.home.mkdir(parents=True, exist_ok=True)
    await migrate(settings.database_url)
    clock = Clock()
    database = Database(settings.database_url, clock)
    try:
        async with database.writing() as session:
            account = await find_by_name(session, name)
            if account is None:
                account = await create_account(session, clock.now(), name, name, Role.ADMIN, [])
            elif account.role is not Role.ADMIN or account.password_hash is not None or account.disabled_at is not None:
                raise Conflict(f"{name!r} is an account already; an admin can give it a new link at the desk")
            return f"{base_url}/#/link/{await one_time_link(session, account, clock.now())}"
    finally:
        await database.close()
