"""Social-alarm units that speak SCAIP's XML come in by the same door, onto the same path."""

import pytest

from service.intake.message import Unreadable
from service.terminals.scaip import KIND_OF, as_alert, read_mrq
from tests.service.intake.bedside import Bedside

SCAIP = "/terminals/v1/scaip"
MRQ = (
    '<?xml version="1.0"?><mrq xmlns="urn:x"><ref>{ref}</ref><cid>C-7</cid>'
    "<dty>{dty}</dty><did>D-1</did><dco>01</dco><stc>{stc}</stc><pri>1</pri><lco>kitchen</lco><hbo>60</hbo></mrq>"
)


def mrq(ref: str = "r1", dty: str = "0001", stc: str = "0010") -> bytes:
    return MRQ.format(ref=ref, dty=dty, stc=stc).encode()


async def test_an_alarm_in_xml_is_a_call_like_any_other(bedside: Bedside) -> None:
    """Signed XML opens an incident, its repeat is a duplicate, a JSON call of the same home joins it."""
    first = await bedside.send(mrq(), path=SCAIP)
    assert (first.status_code, first.headers["content-type"]) == (200, "application/scaip+xml")
    assert "<ref>r1</ref><snu>0</snu>" in first.text
    assert (await bedside.send(mrq(), path=SCAIP)).status_code == 200
    joined = await bedside.press("m1", "fall")
    [incident] = await bedside.rows("SELECT id, presses FROM incident")
    assert (joined["incident"], incident["presses"]) == (incident["id"], 2)
    [alert, _] = await bedside.rows("SELECT kind, extra FROM alert ORDER BY id")
    assert alert["kind"] == "sos"
    assert "kitchen" in str(alert["extra"])
    assert "unverified" in str(alert["extra"])


@pytest.mark.parametrize(
    ("dty", "stc", "kind"),
    [*[(c, "0010", k) for c, k in KIND_OF.items()], ("0001", "0011", "battery"), ("9", "0010", "unknown")],
)
def test_codes_are_read_by_the_tables(dty: str, stc: str, kind: str) -> None:
    """Device and status decide the kind; what nobody knows goes on as unknown, which is handled as an SOS."""
    assert as_alert(read_mrq(mrq(dty=dty, stc=stc)))["kind"] == kind


BOMB = b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><mrq><ref>&b;</ref></mrq>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<mrq>",
        b"<mrs><ref>1</ref></mrs>",
        b"{}",
        BOMB,
        b"<mrq>" * 40 + b"</mrq>" * 40,
        b"<mrq><a>1</a><a>2</a></mrq>",
        b"<mrq>" + b"".join(b"<f%d>x</f%d>" % (n, n) for n in range(80)) + b"</mrq>",
        b"\xff\xfe<",
    ],
    ids=["empty", "cut", "other", "JSON", "entities", "deep", "twice", "wide", "bytes"],
)
async def test_what_is_no_mrq_is_kept_and_called_back(bedside: Bedside, body: bytes) -> None:
    """Signed and unreadable: 400, the bytes kept, a task at the desk."""
    with pytest.raises(Unreadable):
        read_mrq(body)
    assert (await bedside.send(body, path=SCAIP)).status_code == 400
    assert len(await bedside.rows("SELECT id FROM unreadable_call")) == 1


async def test_unsigned_xml_calls_nobody(bedside: Bedside) -> None:
    """SCAIP has no security of its own: without our signature it is nothing."""
    assert (await bedside.send(mrq(), path=SCAIP, key=b"x" * 32)).status_code == 401
    assert await bedside.rows("SELECT id FROM alert") == []
