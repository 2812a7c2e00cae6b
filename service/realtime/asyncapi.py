"""Writes the live sockets down for machines: an AsyncAPI 3.0 document from the code's own constants; it serves nothing.

`python -m service.realtime.asyncapi` prints it; docs/asyncapi.json is that output, and a test holds the two together.
"""

import json
import sys
from typing import Any

from service.realtime.topics import TOPICS
from service.realtime.wire import GONE_S, HELLO_S, MAX_FRAME, REASONS, TICK_S, Close

RETRY = {
    Close.RESTART: "after the seconds of `retry_after` in the reason, with epoch and cursor",
    Close.BUSY: "after the seconds of `retry_after` in the reason, with epoch and cursor",
    Close.BAD_FRAME: "no: mend the client; the reason names the field",
    Close.SESSION_OVER: "only with a new ticket; when that is refused, sign in",
    Close.NO_HELLO: "after a pause",
    Close.SLOW: "at once, with epoch and cursor",
    Close.SCOPE: "at once: a snapshot follows",
}
SEQ = {"type": "integer", "minimum": 0, "description": "The event's number: grows for everybody, with gaps."}
OBJECT = {"type": "object"}
TEXT = {"type": "string"}


def frame(kind: str, required: tuple[str, ...], description: str, **properties: Any) -> dict[str, Any]:
    """One message with the JSON schema of its payload; unknown fields may be added at any time."""
    payload = {
        "type": "object",
        "required": ["type", *required],
        "properties": {"type": {"const": kind}, **properties},
    }
    return {"name": kind, "contentType": "application/json", "summary": description, "payload": payload}


def event_payload() -> dict[str, Any]:
    """The properties of an event, shared by `event` and `ahead`."""
    topic = {"type": "string", "description": "Ignore those you do not know.", "examples": list(TOPICS)}
    return {"seq": SEQ, "topic": topic, "at": {"type": "string", "format": "date-time"}, "data": OBJECT}


FROM_SERVICE = {
    "welcome": frame(
        "welcome",
        ("epoch", "mode"),
        "The hello was good. With `snapshot` forget your cursor at once.",
        epoch=TEXT,
        mode={"enum": ["replay", "snapshot"]},
    ),
    "snapshot": frame("snapshot", ("seq", "state"), "The whole state as of `seq`.", seq=SEQ, state=OBJECT),
    "event": frame("event", ("seq", "topic", "at", "data"), "Something happened.", **event_payload()),
    "ahead": frame(
        "ahead",
        ("event",),
        "On a slow line, a copy of a call that overtakes others: show it, move no cursor; the event still follows.",
        event={"type": "object", "required": ["type", "seq", "topic", "at", "data"], "properties": event_payload()},
    ),
    "tick": frame("tick", ("seq",), f"Every {TICK_S:.0f} s: everything up to `seq` was sent.", seq=SEQ),
}
FROM_CLIENT = {
    "hello": frame(
        "hello",
        ("ticket",),
        f"The first frame, within {HELLO_S:.0f} s.",
        ticket=TEXT,
        epoch={"type": ["string", "null"]},
        cursor={"type": ["integer", "null"], "minimum": 0},
    ),
    "here": frame(
        "here",
        ("seq",),
        f"The page's answer to a tick; without one for {GONE_S:.0f} s it counts as gone.",
        seq=SEQ,
        visible={"type": "boolean"},
        sound={"type": "boolean"},
    ),
    "seen": frame("seen", ("seq",), "An incident event is on the screen.", seq=SEQ),
}
SOCKETS = {
    "board": ("/board/v1/socket", "What lies in the areas of the signed-in dispatcher."),
    "phone": ("/phone/v1/socket", "What names the signed-in caregiver."),
}


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Unwalled live sockets",
            "version": "1",
            "description": f"A client's frame is text of at most {MAX_FRAME} characters. See docs/protocol.md.",
            "x-close-codes": {str(int(code)): {"meaning": REASONS[code], "retry": RETRY[code]} for code in RETRY},
            "x-topics": TOPICS,
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(*socket) for name, socket in SOCKETS.items()},
        "operations": {
            **{f"{name}Sends": _operation("send", name, FROM_SERVICE) for name in SOCKETS},
            **{f"{name}Hears": _operation("receive", name, FROM_CLIENT) for name in SOCKETS},
        },
        "components": {"messages": {**FROM_SERVICE, **FROM_CLIENT}},
    }


def _channel(address: str, description: str) -> dict[str, Any]:
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in (*FROM_SERVICE, *FROM_CLIENT)}
    return {"address": address, "description": description, "messages": messages}


def _operation(action: str, channel: str, messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), ensure_ascii=False, indent=2) + "\n")
