"""Turns every refusal and every bug into problem+json; refuses to tell strangers about the inside."""

import logging
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.bodies import field_problems
from service.errors import PROBLEM_JSON, BadInput, ServiceError, Unavailable

log = logging.getLogger(__name__)

CODES = {404: "route.unknown", 405: "route.method", 400: "input.invalid", 413: "input.too_large"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "problem", "accepted"],
                "properties": {name: {"type": "string"} for name in ("field", "problem", "accepted")},
            },
        },
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {PROBLEM_JSON: {"schema": SCHEMA}}}
    for status, text in {
        400: "The request cannot be read",
        401: "Not signed in",
        403: "This role may not",
        404: "Nothing there within your scope",
        409: "The state does not allow it any more",
        413: "The body is too long",
        422: "Bad input, each field named",
        503: "Cannot be done now",
    }.items()
}
"""Declared for every route, so that the OpenAPI document tells the whole truth."""


def answer(refusal: ServiceError) -> Response:
    """A refusal as its response."""
    headers = {"retry-after": "1"} if refusal.status == 503 else None
    return Response(orjson.dumps(refusal.problem()), refusal.status, headers, PROBLEM_JSON)


async def _refused(_request: Request, error: Any) -> Response:
    return answer(error)


async def _invalid(_request: Request, error: Any) -> Response:
    return answer(BadInput("the request is not as it should be", fields=field_problems(error.errors())))


async def _plain(_request: Request, error: Any) -> Response:
    refusal = ServiceError(str(error.detail))
    refusal.status, refusal.code = error.status_code, CODES.get(error.status_code, "service.refused")
    response = answer(refusal)
    response.headers.update(error.headers or {})
    return response


async def _database_away(_request: Request, error: Any) -> Response:
    log.error("the database refused", exc_info=error)
    if isinstance(error, DBAPIError) and not error.connection_invalidated:
        return _broken()
    return answer(Unavailable("the database does not answer: try again in a moment"))


async def _bug(_request: Request, error: Any) -> Response:
    log.error("a bug", exc_info=error)
    return _broken()


def _broken() -> Response:
    bug = ServiceError("this is our fault; it has been written down")
    bug.status, bug.code = 500, "service.bug"
    return answer(bug)


def install(app: FastAPI) -> None:
    """Let the application answer every error as problem+json."""
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(DBAPIError, _database_away)
    app.add_exception_handler(OSError, _database_away)
    app.add_exception_handler(Exception, _bug)
