"""The door for call devices as plain ASGI, before any framework; refuses every path but its own, and other methods.

A framework's routing costs more than the whole of an alert's own work (docs/decisions/0002): calls do not pay it.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from service.errors import ServiceError
from service.intake.assembly import Intake
from service.intake.committer import RETRY_AFTER_S, IntakeFull
from service.intake.failpoints import failpoint
from service.intake.limits import TooMany
from service.intake.play import StoreDown
from service.listening import VISITOR
from service.terminals.alerts import take_alert
from service.terminals.envelope import Answer, Asked, Receive, problem_answer, read_request
from service.terminals.heartbeats import take_heartbeats
from service.terminals.keys import give_key, next_key
from service.terminals.scaip import take_scaip

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Taker = Callable[[Asked, Intake], Awaitable[Answer]]

TAKERS: dict[str, Taker] = {
    "/terminals/v1/alerts": take_alert,
    "/terminals/v1/heartbeats": take_heartbeats,
    "/terminals/v1/claim": give_key,
    "/terminals/v1/rotate": next_key,
    "/terminals/v1/scaip": take_scaip,
}


class NotPost(ServiceError):
    """Terminals only ever send."""

    code, status = "method.not_allowed", 405


class Door:
    """ASGI: takes what terminals send, hands everything else on to `app`.

    Inside an application the intake is `scope["app"].state.intake`; outside of one it is given.
    """

    def __init__(self, app: App, intake: Intake | None = None) -> None:
        self._app, self._intake = app, intake

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        taker = TAKERS.get(scope["path"]) if scope["type"] == "http" else None
        if taker is None:
            await self._app(scope, receive, send)
            return
        intake = self._intake or scope["app"].state.intake
        given = await answer(taker, intake, scope, receive)
        visitor = scope.get(VISITOR)
        if visitor is not None and given.status == 200:
            visitor.is_known()
        headers = (*given.headers, (b"content-type", given.media_type.encode()))
        if visitor is None or not visitor.answer(scope, given.status, headers, given.body):
            await send_answer(given, send)
        if taker is take_alert:
            failpoint.reach("after_answer")


async def answer(taker: Taker, intake: Intake, scope: MutableMapping[str, Any], receive: Receive) -> Answer:
    """What the terminal is told: every refusal has its code, and what cannot be stored now may come again."""
    try:
        if scope["method"] != "POST":
            raise NotPost("only POST is accepted here")
        asked = await read_request(scope, receive)
    except ServiceError as error:
        return problem_answer(error)
    return await told(taker, asked, intake)


async def told(taker: Taker, asked: Asked, intake: Intake) -> Answer:
    """What one message is answered, whichever way it came."""
    try:
        return await taker(asked, intake)
    except StoreDown:
        return refusal(IntakeFull("nothing can be stored: send the same message again"))
    except ServiceError as error:
        return refusal(error)


def refusal(error: ServiceError) -> Answer:
    """A refusal as the terminal is told it, with when to come again where that may help."""
    if isinstance(error, IntakeFull):
        return problem_answer(error, RETRY_AFTER_S)
    return problem_answer(error, error.retry_after_s if isinstance(error, TooMany) else None)


async def send_answer(given: Answer, send: Send) -> None:
    """Send it in two messages."""
    headers = [
        (b"content-type", given.media_type.encode()),
        (b"content-length", str(len(given.body)).encode()),
        *given.headers,
    ]
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    await send({"type": "http.response.body", "body": given.body})
