"""POST /terminals/v1/alerts: a call from a bedside; refuses to answer before it is on disk."""

import logging
from datetime import datetime

from service.errors import BadInput, Conflict
from service.intake.assembly import Intake
from service.intake.committer import IntakeFull
from service.intake.letters import AlertLetter, Letter, Taken, UnreadableLetter, UnverifiedLetter
from service.intake.limits import may_be_limited
from service.intake.message import Unreadable, read_message
from service.intake.unverified import MAX_KEPT_BYTES, looks_like_a_call
from service.terminals.envelope import Answer, Asked, BadSignature, Envelope, json_answer, problem_answer, verify

log = logging.getLogger(__name__)


class UnreadableAlert(BadInput):
    """Signed, but not readable: kept, and shown at the desk as a task to call back."""

    code, status = "alert.unreadable", 400


class MsgIdUsed(Conflict):
    """The same `msg_id` was used with another body since the terminal started."""

    code = "alert.msg_id_conflict"


async def take_alert(asked: Asked, intake: Intake) -> Answer:
    """Take one alert; the answers are those of docs/protocol.md."""
    envelope = await verify(asked, intake)
    if not envelope.verified:
        await _keep_unverified(intake, envelope)
        raise BadSignature("unknown terminal or wrong signature")
    now = intake.clock.now()
    letter = read_letter(envelope, now)
    return answer_of(await intake.committer.put(letter, can_wait=can_wait(letter, intake, now)))


def can_wait(letter: Letter, intake: Intake, now: datetime) -> bool:
    """Whether it may be sent away while there is a crowd: nobody lies on the floor for it. Raises TooMany."""
    waits = isinstance(letter, AlertLetter) and may_be_limited(letter.message.kind)
    if waits:
        intake.limits.notes.take(letter.terminal_id, now)
    return waits


def read_letter(envelope: Envelope, now: datetime) -> Letter:
    """A signed envelope as what the committer takes: an alert, or the raw bytes of one that cannot be read."""
    try:
        message = read_message(envelope.body, envelope.boot, envelope.counter, now)
    except Unreadable as error:
        return UnreadableLetter(envelope.terminal_id, str(error)[:200], envelope.body)
    message.warnings[:0] = envelope.warnings
    return AlertLetter(envelope.terminal_id, envelope.boot, envelope.counter, message, envelope.body)


async def _keep_unverified(intake: Intake, envelope: Envelope) -> None:
    now = intake.clock.now()
    if not looks_like_a_call(envelope.body) or not intake.unverified.admits(envelope.terminal_id, envelope.source, now):
        return
    name = envelope.terminal_id.replace("\0", "").encode("utf-8", "replace").decode()[:120]
    body, source = envelope.body[:MAX_KEPT_BYTES], envelope.source[:64]
    known = await intake.keys.find(envelope.terminal_id)
    reason = "bad_signature" if known else "unknown_terminal"
    try:
        await intake.committer.put(UnverifiedLetter(name, source, reason, body), can_wait=True)
    except IntakeFull:
        log.warning("an unverified call was not kept", extra={"source": source})


def answer_of(taken: Taken) -> Answer:
    """What the terminal is told of what became of its letter."""
    if taken.status == 200:
        return json_answer(taken.body)
    if taken.status == 400:
        return problem_answer(UnreadableAlert(taken.detail))
    if taken.status == 409:
        return problem_answer(MsgIdUsed(taken.detail))
    return problem_answer(BadSignature(taken.detail or "unknown terminal or wrong signature"))
