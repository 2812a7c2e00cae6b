"""A small fleet in two districts."""

import pytest

from service.db import Database
from service.vault import Vault
from tests.service.intake.bedside import build_town


@pytest.fixture
def vault() -> Vault:
    return Vault("a secret of at least thirty-two characters")


@pytest.fixture
async def fleet(database: Database, vault: Vault) -> Database:
    await build_town(database, vault)
    return database
