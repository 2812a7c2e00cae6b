"""Promise: no request, however odd, makes the API fall over or answer something that its document does not say."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fixtures.town import TownBuilder

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SIGNING = ("/api/session", "/phone/v1/session", "/phone/v1/session/refresh", "/api/session/link")
"""Signing out, or being slowed down for guessing, would end the sweep; these doors have tests of their own."""
EXAMPLES = 10


@pytest.mark.slow
async def test_odd_requests(town: TownBuilder) -> None:
    """Every operation with odd bodies, ids and queries: never a 5xx, only declared statuses, types and shapes."""
    desk, phone = await town.desk("root"), await town.phone("lin")
    cookie = {"cookie": f"unwalled_session={desk.cookies['unwalled_session']}"}
    async with town.house.listening() as url:
        faults = await asyncio.to_thread(sweep, url, cookie, {"authorization": phone.headers["authorization"]})
    assert faults == []


def sweep(url: str, desk: dict[str, str], phone: dict[str, str]) -> list[str]:
    """Call every operation over a real socket; gives what went wrong, a line each."""
    faults: list[str] = []
    for found in schemathesis.openapi.from_url(f"{url}/openapi.json").get_all_operations():
        operation: Any = found.ok()
        if operation.path in SIGNING:
            continue
        headers = phone if operation.path.startswith("/phone/") else desk
        faults += odd_cases(operation, url, headers)
    return faults


def odd_cases(operation: Any, url: str, headers: dict[str, str]) -> list[str]:
    faults: list[str] = []

    @seed(1)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        response = case.call(base_url=url, headers={**headers, "origin": url})
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            body = response.content[:200]
            faults.append(f"{operation.method.upper()} {operation.path}: {failures.exceptions[0]} {body!r}"[:600])

    one()
    return faults[:1]
