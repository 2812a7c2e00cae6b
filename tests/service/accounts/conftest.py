"""The desk for the tests of accounts."""

from collections.abc import AsyncIterator

import pytest

from service.clock import Clock
from service.db import Database
from tests.service.accounts.desk import Desk, open_desk


@pytest.fixture
async def desk(database: Database, clock: Clock) -> AsyncIterator[Desk]:
    """A fresh town with people who may sign in."""
    yield await open_desk(database, clock)
