"""POST /terminals/v1/alerts: a call from a bedside; refuses to answer before it is on disk."""

import logging

from starlette.requests import Request
from starlette.responses import Response

from service.errors import BadInput, Conflict, ServiceError
from service.intake.assembly import Intake, intake_of
from service.intake.committer import RETRY_AFTER_S, IntakeFull
from service.intake.letters import AlertLetter, Letter, Taken, UnreadableLetter, UnverifiedLetter
from service.intake.message import Unreadable, read_message
from service.intake.unverified import MAX_KEPT_BYTES, looks_like_a_call
from service.terminals.envelope import BadSignature, Envelope, json_answer, open_envelope, problem_answer
from service.terminals.limits import MessageLimits, TooMany, may_be_limited

log = logging.getLogger(__name__)


class UnreadableAlert(BadInput):
    """Signed, but not readable: kept, and shown at the desk as a task to call back."""

    code, status = "alert.unreadable", 400


class MsgIdUsed(Conflict):
    """The same `msg_id` was used with another body since the terminal started."""

    code = "alert.msg_id_conflict"


async def post_alert(request: Request) -> Response:
    """Take one alert; the answers are those of docs/protocol.md."""
    intake = intake_of(request)
    try:
        envelope = await open_envelope(request, intake)
        if not envelope.verified:
            await _keep_unverified(intake, envelope)
            raise BadSignature("unknown terminal or wrong signature")
        letter = read_letter(intake, envelope)
        if isinstance(letter, AlertLetter) and may_be_limited(letter.message.kind):
            limits_of(request).check(envelope.terminal_id, intake.database.clock.now())
        return _answer(await intake.committer.put(letter))
    except IntakeFull as error:
        return problem_answer(error, **{"Retry-After": str(RETRY_AFTER_S)})
    except TooMany as error:
        return problem_answer(error, **{"Retry-After": str(error.retry_after_s)})
    except ServiceError as error:
        return problem_answer(error)


def read_letter(intake: Intake, envelope: Envelope) -> Letter:
    """A signed envelope as what the committer takes: an alert, or the raw bytes of one that cannot be read."""
    try:
        now = intake.database.clock.now()
        message = read_message(envelope.body, envelope.boot, envelope.counter, now)
    except Unreadable as error:
        return UnreadableLetter(envelope.terminal_id, str(error)[:200], envelope.body)
    message.warnings[:0] = envelope.warnings
    return AlertLetter(envelope.terminal_id, envelope.boot, envelope.counter, message, envelope.body)


def limits_of(request: Request) -> MessageLimits:
    """The limits of this process, made with the first request."""
    state = request.app.state
    if not hasattr(state, "message_limits"):
        state.message_limits = MessageLimits()
    limits: MessageLimits = state.message_limits
    return limits


async def _keep_unverified(intake: Intake, envelope: Envelope) -> None:
    now = intake.database.clock.now()
    if not looks_like_a_call(envelope.body) or not intake.unverified.admits(envelope.terminal_id, envelope.source, now):
        return
    name = envelope.terminal_id.replace("\0", "").encode("utf-8", "replace").decode()[:120]
    body, source = envelope.body[:MAX_KEPT_BYTES], envelope.source[:64]
    known = await intake.keys.find(envelope.terminal_id)
    reason = "bad_signature" if known else "unknown_terminal"
    try:
        await intake.committer.put(UnverifiedLetter(name, source, reason, body))
    except IntakeFull:
        log.warning("an unverified call was not kept", extra={"source": source})


def _answer(taken: Taken) -> Response:
    if taken.status == 200:
        return json_answer(taken.body)
    if taken.status == 400:
        return problem_answer(UnreadableAlert(taken.detail))
    if taken.status == 409:
        return problem_answer(MsgIdUsed(taken.detail))
    return problem_answer(BadSignature(taken.detail or "unknown terminal or wrong signature"))
