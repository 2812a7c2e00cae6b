"""POST claim and rotate: how a terminal comes by its key; refuses a code twice and a rotation nobody signed."""

from service.errors import BadInput, FieldProblem
from service.intake.assembly import Intake
from service.intake.handover import claim, rotate
from service.intake.keys import OLD_KEY_FOR
from service.intake.message import Unreadable, read_object
from service.terminals.envelope import Answer, Asked, BadSignature, json_answer, verify


class BadClaimBody(BadInput):
    """No object with a code."""

    code, status = "claim.invalid", 422


async def give_key(asked: Asked, intake: Intake) -> Answer:
    """A single-use code gives the terminal's name and key."""
    script = claim(_code(asked.body), intake.vault, intake.clock.now(), intake.ground.embedded)
    terminal_id, key = await intake.committer.play(script)
    intake.keys.forget(terminal_id)
    return json_answer({"terminal": terminal_id, "key": key.hex()})


async def next_key(asked: Asked, intake: Intake) -> Answer:
    """A message signed with the present key gives the next one; the present one stays good for 7 days."""
    envelope = await verify(asked, intake)
    if envelope.key is None:
        raise BadSignature("unknown terminal or wrong signature")
    terminal_id, count = envelope.terminal_id, (envelope.boot, envelope.counter)
    script = rotate(terminal_id, envelope.key, count, intake.vault, intake.clock.now(), intake.ground.embedded)
    key = await intake.committer.play(script)
    intake.keys.forget(terminal_id)
    return json_answer({"terminal": terminal_id, "key": key.hex(), "old_key_days": OLD_KEY_FOR.days})


def _code(body: bytes) -> str:
    try:
        code = read_object(body).get("code")
    except Unreadable as error:
        raise BadClaimBody(str(error)) from error
    if not isinstance(code, str) or not 0 < len(code) <= 64:
        fault = FieldProblem("code", "missing or no text", "the 32 characters that were shown")
        raise BadClaimBody("a code is expected", fields=[fault])
    return code
