"""A small fleet in two districts."""

from collections.abc import AsyncIterator

import pytest

from service.db import Database
from service.vault import Vault
from tests.service.intake.bedside import Bedside, bedside_on, build_town


@pytest.fixture
def vault() -> Vault:
    return Vault("a secret of at least thirty-two characters")


@pytest.fixture
async def fleet(database: Database, vault: Vault) -> Database:
    await build_town(database, vault)
    return database


@pytest.fixture
async def bedside(database: Database) -> AsyncIterator[Bedside]:
    async with bedside_on(database) as running:
        yield running
