"""The desk and the phones for the tests of the caregivers' door."""

from collections.abc import AsyncIterator

import pytest

from service.clock import Clock
from service.db import Database
from service.emergencies.api import router as incidents
from service.phone.api import router as phone
from tests.service.accounts.desk import PASSWORD, Desk, add_caregiver, open_desk


@pytest.fixture
async def desk(database: Database, clock: Clock) -> AsyncIterator[Desk]:
    """A fresh town with caregivers Lin (5) and Gao (6) who may sign in on a phone."""
    desk = await open_desk(database, clock, incidents, phone)
    await add_caregiver(desk, 5, "lin", password=PASSWORD)
    await add_caregiver(desk, 6, "gao", password=PASSWORD)
    yield desk
