"""Expected refusals, each with a stable code and a status, as problem+json; refuses to hide bugs (those stay bare)."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True)
class FieldProblem:
    """One field that could not be accepted: where, why, and what would be."""

    field: str
    problem: str
    accepted: str

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "problem": self.problem, "accepted": self.accepted}


class ServiceError(Exception):
    """A refusal that the caller can do something about. Subclasses live beside the action that raises them."""

    code = "service.refused"
    status = 400

    def __init__(self, detail: str, *, fields: list[FieldProblem] | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields or []
        self.extra = extra

    def problem(self) -> dict[str, Any]:
        """The problem+json body (RFC 9457) with our `code` and, for bad input, `fields`."""
        body: dict[str, Any] = {
            "type": f"urn:unwalled:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.extra,
        }
        if self.fields:
            body["fields"] = [field.as_json() for field in self.fields]
        return body


class BadInput(ServiceError):
    """Input that cannot be read as what it should be; `fields` names each fault."""

    code, status = "input.invalid", 422


class NotFound(ServiceError):
    """Nothing of that id, or not within the caller's scope: outsiders cannot tell which."""

    code, status = "not_found", 404


class NotSignedIn(ServiceError):
    """No session, or one that ended."""

    code, status = "session.missing", 401


class Forbidden(ServiceError):
    """Signed in, but this role may not do this."""

    code, status = "role.forbidden", 403


class Conflict(ServiceError):
    """The world has moved on: the state does not allow it any more."""

    code, status = "state.conflict", 409


class Unavailable(ServiceError):
    """Cannot be done now; trying again later may work."""

    code, status = "service.unavailable", 503
