"""POST /terminals/v1/scaip: alarms of social-alarm units in SCAIP's XML, by the same way as any call; no SIP here.

SCAIP (SS 91100, CLC/TS 50134-9) sends an `mrq` in a SIP MESSAGE and gets an `mrs` back; a gateway that speaks SIP
posts the body here, signed with the unit's key like every message. The media type is registered; the names and codes of
fields were written from memory and are UNVERIFIED against the standard, which is not public: `KIND_OF` is data, to be
corrected by whoever has it.
"""

from dataclasses import replace
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

import orjson

from service.errors import BadInput
from service.intake.assembly import Intake
from service.intake.letters import AlertLetter, UnreadableLetter
from service.intake.message import MAX_DEPTH, Unreadable, read_message
from service.terminals.envelope import Answer, Asked, BadSignature, verify

MEDIA_TYPE = "application/scaip+xml"
MAX_FIELDS = 64

KIND_OF: dict[str, str] = {
    "0001": "sos",
    "0004": "smoke",
    "0005": "gas",
    "0010": "inactivity",
    "0018": "fall",
    "0020": "door",
    "0021": "bed_exit",
    "0022": "wander",
}
"""Kind by `dty`, the type of the device that alarmed. Unverified; what is not here is handled as an SOS."""
STATUS_OF: dict[str, str] = {"0011": "battery", "0013": "test"}
"""Kind by `stc`, the status, where that says more than the device. Unverified."""
ACCEPTED, REFUSED = "0", "5"
"""`snu` of the answer: taken, and not taken. Unverified."""


class UnreadableScaip(BadInput):
    """Signed, but no `mrq`."""

    code, status = "alert.unreadable", 400


async def take_scaip(asked: Asked, intake: Intake) -> Answer:
    """Take one `mrq`; `mrs` with `snu` 0 goes back only when the alert is on disk."""
    envelope = await verify(asked, intake)
    if not envelope.verified:
        raise BadSignature("unknown terminal or wrong signature")
    try:
        fields = read_mrq(envelope.body)
        body = orjson.dumps(as_alert(fields))
        message = read_message(body, envelope.boot, envelope.counter, intake.clock.now())
    except Unreadable as error:
        await intake.committer.put(UnreadableLetter(envelope.terminal_id, str(error)[:200], envelope.body))
        raise UnreadableScaip(str(error)[:200]) from error
    message = replace(message, warnings=[*envelope.warnings, *message.warnings])
    letter = AlertLetter(envelope.terminal_id, envelope.boot, envelope.counter, message, envelope.body)
    taken = await intake.committer.put(letter)
    number = ACCEPTED if taken.status == 200 else REFUSED
    return Answer(taken.status, mrs(fields.get("ref", ""), number), MEDIA_TYPE)


def as_alert(fields: dict[str, str]) -> dict[str, Any]:
    """An `mrq` as the alert that a terminal of ours would send; everything it says is kept in `extra`."""
    status = STATUS_OF.get(fields.get("stc", ""))
    kind = status or KIND_OF.get(fields.get("dty", ""), "unknown")
    alert: dict[str, Any] = {"kind": kind, "extra": {"scaip": fields, "codes": "unverified"}}
    if fields.get("ref"):
        alert["msg_id"] = fields["ref"]
    return alert


def read_mrq(body: bytes) -> dict[str, str]:
    """The fields of an `mrq` by name. Raises Unreadable: no XML, another element, entities, a field twice, too many."""
    reader, reading = expat.ParserCreate(), _Reading()
    reader.StartDoctypeDeclHandler = reading.refuse_doctype
    reader.StartElementHandler = reading.start
    reader.EndElementHandler = reading.end
    reader.CharacterDataHandler = reading.text
    try:
        reader.Parse(body, True)
    except expat.ExpatError as error:
        raise Unreadable(f"not XML: {error}") from error
    if reading.root != "mrq":
        raise Unreadable(f"an mrq is expected, not {reading.root[:20]!r}")
    return reading.fields


class _Reading:
    """What has been read of a document so far."""

    def __init__(self) -> None:
        self.root = ""
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._said = ""

    def refuse_doctype(self, *_: Any) -> None:
        raise Unreadable("a DOCTYPE is not accepted")

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.rsplit(":", 1)[-1]
        self.root = self.root or name
        self._path.append(name)
        self._said = ""
        if len(self._path) > MAX_DEPTH or len(self.fields) >= MAX_FIELDS:
            raise Unreadable("more than an mrq holds")

    def text(self, said: str) -> None:
        self._said += said

    def end(self, _name: str) -> None:
        name, said = ".".join(self._path[1:]), self._said.strip()
        self._path.pop()
        self._said = ""
        if not name or not said:
            return
        if name in self.fields:
            raise Unreadable(f"{name[:20]} stands twice")
        self.fields[name] = said


def mrs(ref: str, number: str) -> bytes:
    """The answer: the message's own reference, and whether it was taken."""
    return f'<?xml version="1.0" encoding="UTF-8"?><mrs><ref>{escape(ref)}</ref><snu>{number}</snu></mrs>'.encode()
