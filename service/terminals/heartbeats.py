"""POST /terminals/v1/heartbeats: a sign of life, one or several; refuses to let an old one change anything."""

from datetime import datetime
from typing import Any

from service.clock import rfc3339
from service.errors import BadInput, FieldProblem
from service.intake.assembly import Intake
from service.intake.committer import IntakeFull
from service.intake.letters import NEXT_HEARTBEAT_S
from service.intake.message import Unreadable, read_json
from service.terminals.envelope import Answer, Asked, BadSignature, Envelope, json_answer, verify


class BadHeartbeat(BadInput):
    """Neither an object nor an array of objects."""

    code, status = "heartbeat.unreadable", 400


async def take_heartbeats(asked: Asked, intake: Intake) -> Answer:
    """Take heartbeats of a terminal that may have to be looked up first."""
    refuse_in_a_crowd(intake)
    envelope = await verify(asked, intake)
    if not envelope.verified:
        raise BadSignature("unknown terminal or wrong signature")
    return hear(envelope, intake, intake.clock.now())


def refuse_in_a_crowd(intake: Intake) -> None:
    """Raises IntakeFull while so many calls wait that signs of life had better come later."""
    if intake.committer.crowded:
        raise IntakeFull("calls for help go first: send this again later")


def hear(envelope: Envelope, intake: Intake, now: datetime) -> Answer:
    """Take signed heartbeats; they are written within a second, the newest of each terminal only."""
    health = read_health(envelope.body)
    intake.limits.beats.take(envelope.terminal_id, now)
    intake.heartbeats.put(envelope.terminal_id, envelope.boot, envelope.counter, health)
    return json_answer({"server_time": rfc3339(now), "next_heartbeat_s": NEXT_HEARTBEAT_S})


def read_health(body: bytes) -> dict[str, Any]:
    """What the newest of the heartbeats says, fields that are wrong left out. Raises BadHeartbeat."""
    try:
        given = read_json(body)
    except Unreadable as error:
        raise BadHeartbeat(str(error)) from error
    beats = given if isinstance(given, list) else [given]
    health: dict[str, Any] = {}
    for place, beat in enumerate(beats):
        if not isinstance(beat, dict):
            fault = FieldProblem(f"[{place}]", f"is {type(beat).__name__}", "an object")
            raise BadHeartbeat("a heartbeat is an object, or an array of them", fields=[fault])
        for name, right in _FIELDS.items():
            value = beat.get(name)
            if value is not None and right(value):
                health[name] = value
    return health


def _whole(least: int, most: int) -> Any:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


_FIELDS = {
    "battery": _whole(0, 100),
    "signal": _whole(-200, 200),
    "worn": lambda value: isinstance(value, bool),
    "firmware": lambda value: isinstance(value, str) and len(value) <= 40 and value.isprintable(),
}
