"""Fixtures for every test: a real PostgreSQL, fresh databases of both kinds, and the service composed on them."""

from tests.fixtures.house import clock, database, database_url, house, migrated_file
from tests.fixtures.postgres import postgres
from tests.fixtures.town import town

__all__ = ["clock", "database", "database_url", "house", "migrated_file", "postgres", "town"]
