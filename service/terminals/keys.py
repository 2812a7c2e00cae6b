"""POST claim and rotate: how a terminal comes by its key; refuses a code twice and a rotation nobody signed."""

from starlette.requests import Request
from starlette.responses import Response

from service.devices.actions import claim_terminal, rotate_key
from service.errors import BadInput, FieldProblem, ServiceError
from service.intake.assembly import intake_of
from service.intake.message import Unreadable, read_object
from service.terminals.envelope import BadSignature, json_answer, open_envelope, problem_answer, read_body

OLD_KEY_DAYS = 7


class BadClaimBody(BadInput):
    """No object with a code."""

    code, status = "claim.invalid", 422


async def post_claim(request: Request) -> Response:
    """A single-use code gives the terminal's name and key."""
    intake = intake_of(request)
    try:
        code = _code(await read_body(request))
        async with intake.database.writing() as session:
            now = intake.database.clock.now()
            terminal_id, key = await claim_terminal(session, intake.vault, code, now)
    except ServiceError as error:
        return problem_answer(error)
    intake.keys.forget(terminal_id)
    return json_answer({"terminal": terminal_id, "key": key.hex()})


async def post_rotate(request: Request) -> Response:
    """A message signed with the present key gives the next one; the present one stays good for 7 days."""
    intake = intake_of(request)
    try:
        envelope = await open_envelope(request, intake)
        if envelope.key is None:
            raise BadSignature("unknown terminal or wrong signature")
        async with intake.database.writing() as session:
            now = intake.database.clock.now()
            count = (envelope.boot, envelope.counter)
            key = await rotate_key(session, intake.vault, envelope.terminal_id, envelope.key, count, now)
    except ServiceError as error:
        return problem_answer(error)
    intake.keys.forget(envelope.terminal_id)
    return json_answer({"terminal": envelope.terminal_id, "key": key.hex(), "old_key_days": OLD_KEY_DAYS})


def _code(body: bytes) -> str:
    try:
        code = read_object(body).get("code")
    except Unreadable as error:
        raise BadClaimBody(str(error)) from error
    if not isinstance(code, str) or not 0 < len(code) <= 64:
        fault = FieldProblem("code", "missing or no text", "the 32 characters that were shown")
        raise BadClaimBody("a code is expected", fields=[fault])
    return code
