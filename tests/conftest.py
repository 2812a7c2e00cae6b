"""Fixtures for every test: a real PostgreSQL, fresh databases of both kinds, and the service composed on them."""

from tests.fixtures.browser import chromium, page
from tests.fixtures.disk import disk, disk_library
from tests.fixtures.gateway import gateway
from tests.fixtures.house import clock, database, database_url, house, migrated_file
from tests.fixtures.keeping import keeping
from tests.fixtures.postgres import postgres
from tests.fixtures.rescue import rescue
from tests.fixtures.served import served
from tests.fixtures.town import served_town, town

__all__ = [
    "chromium",
    "clock",
    "database",
    "database_url",
    "disk",
    "disk_library",
    "gateway",
    "house",
    "keeping",
    "migrated_file",
    "page",
    "postgres",
    "rescue",
    "served",
    "served_town",
    "town",
]
