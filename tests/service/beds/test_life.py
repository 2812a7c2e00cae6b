"""Promise: a bed goes from application to active only by its steps, and its gate names exactly what is missing."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import AuditRow, Elder
from service.beds.jobs import follow_tests
from tests.fixtures.keeping import Keeping

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def missing(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [lack["code"] for lack in answer["missing"]]


async def test_from_application_to_active(keeping: Keeping) -> None:
    """Every step in order; the history says who, when and where from; each step is in the audit trail."""
    bed_id = await keeping.lives("chen")
    page = await keeping.bed(bed_id)
    assert page["state"] == "active" and page["gate"]["open"] and page["blocks"] == []
    steps = [(step["from"], step["to"]) for step in page["history"]]
    states = ["applied", "assessed", "surveyed", "adapting", "devices_installed", "tested", "contracted", "active"]
    assert steps == list(zip([None, *states], states, strict=False))
    assert {step["by"] for step in page["history"] if step["to"] != "tested"} == {"孙立"}
    async with keeping.town.database.reading() as session:
        deeds = list(await session.scalars(select(AuditRow.action).where(AuditRow.subject == f"bed:{bed_id}")))
    assert [deed for deed in deeds if deed.removeprefix("bed.") in states] == [f"bed.{state}" for state in states]


@SQLITE
async def test_an_illegal_jump_names_what_may_follow(keeping: Keeping) -> None:
    """409 with the allowed next states; the bed stays where it was; what the caller saw counts too."""
    bed_id = await keeping.opens("chen")
    jump = await keeping.moves(bed_id, "active")
    assert jump.status_code == 409 and jump.json()["code"] == "bed.illegal_move"
    assert jump.json()["allowed"] == ["assessed", "closed"] and jump.json()["state"] == "applied"
    await keeping.assesses("chen")
    late = await keeping.moves(bed_id, "assessed", expected="surveyed")
    assert late.status_code == 409 and (await keeping.bed(bed_id))["state"] == "applied"
    assert (await keeping.moves(bed_id, "suspended")).json()["allowed"] == ["assessed", "closed"]


@SQLITE
async def test_a_move_does_not_offer_what_it_refuses(keeping: Keeping) -> None:
    """Resting and coming back say from when: the answer to a move names only moves, and the verb for the others."""
    bed_id = await keeping.lives("chen")
    refused = (await keeping.moves(bed_id, "suspended")).json()
    verb = f"/api/beds/{bed_id}/suspend"
    assert (refused["code"], refused["allowed"]) == ("bed.illegal_move", ["closed"])
    assert refused["verbs"] == {"suspended": verb}
    assert (await keeping.moves(bed_id, "applied")).json()["verbs"] == {"suspended": verb}
    rest = {"kind": "away", "from_on": str(keeping.town.today)}
    assert (await keeping.root.post(refused["verbs"]["suspended"], json=rest)).is_success
    refused = (await keeping.moves(bed_id, "active")).json()
    assert (refused["allowed"], refused["verbs"]) == (["closed"], {"active": f"/api/beds/{bed_id}/resume"})
    assert (await keeping.root.post(refused["verbs"]["active"], json={})).json()["state"] == "active"


@SQLITE
async def test_the_gate_lists_everything_at_once(keeping: Keeping) -> None:
    """A new bed lacks all four conditions; each that is met leaves the list, and nothing else does."""
    bed_id = await keeping.opens("chen")
    gate = (await keeping.sun.get(f"/api/beds/{bed_id}/gate")).json()
    assert missing(gate) == ["assessment.none", "works.none", "device.not_fitted", "contract.none"]
    refused = await keeping.moves(bed_id, "assessed")
    assert refused.status_code == 409 and refused.json()["code"] == "bed.gate_shut"
    assert missing(refused.json()) == ["assessment.none"]
    await keeping.assesses("chen")
    await keeping.fits(bed_id, "chen")
    gate = (await keeping.sun.get(f"/api/beds/{bed_id}/gate")).json()
    assert missing(gate) == ["works.none", "device.not_tested", "contract.none"]


@SQLITE
async def test_only_a_live_test_after_fitting_counts(keeping: Keeping) -> None:
    """A test in the workshop before it was fitted opens nothing; nor does a failed one; the real one does."""
    bed_id = await keeping.opens("chen")
    await keeping.tests("chen")
    keeping.town.clock.shift(minutes=1)
    await keeping.fits(bed_id, "chen")
    device = (await keeping.bed(bed_id))["devices"][0]
    assert device["tested_at"] is not None and device["passed"] is False
    await keeping.town.terminal("chen").post({"msg_id": "failed", "kind": "test", "extra": {"passed": False}})
    assert (await keeping.bed(bed_id))["devices"][0]["passed"] is False
    terminal = keeping.town.terminal("chen")
    terminal.boot = 2
    await terminal.presses_call("test")
    assert (await keeping.bed(bed_id))["devices"][0]["passed"] is True


@SQLITE
async def test_a_newer_template_shuts_the_gate(keeping: Keeping) -> None:
    """A contract of the template before the current one does not open the gate; one of the current does."""
    await keeping.publishes_template()
    bed_id = await keeping.opens("chen")
    await keeping.signs(bed_id)
    assert await keeping.publishes_template() == 2
    gate = (await keeping.sun.get(f"/api/beds/{bed_id}/gate")).json()
    assert "contract.old_template" in missing(gate)
    await keeping.signs(bed_id)
    assert not [code for code in missing((await keeping.bed(bed_id))["gate"]) if code.startswith("contract.")]


@SQLITE
async def test_an_ineligible_provider_gets_no_bed(keeping: Keeping) -> None:
    """Black-listed or with a licence that has ended: no new bed, no hand-over, no activation."""
    bed_id = await keeping.opens("chen")
    standing = f"/api/providers/{keeping.operator_id}/standing"
    struck = await keeping.sun.post(standing, json={"blacklisted": True, "why": "虚假工单"})
    assert struck.status_code == 200 and struck.json()["eligible"] is False
    wish = {"elder_id": keeping.town.elders["yu"], "station_id": keeping.town.station_id}
    refused = await keeping.sun.post("/api/beds", json=wish)
    assert refused.status_code == 409 and refused.json()["code"] == "provider.not_eligible"
    over = await keeping.sun.post(f"/api/beds/{bed_id}/hand-over", json={"station_id": keeping.town.station_id})
    assert over.json()["code"] == "provider.not_eligible"
    assert "provider.blacklisted" in missing((await keeping.bed(bed_id))["gate"])
    ended = {"blacklisted": False, "licence_until_on": str(keeping.town.today - timedelta(days=1)), "why": "到期"}
    assert (await keeping.sun.post(standing, json=ended)).json()["eligible"] is False
    assert "provider.licence_expired" in missing((await keeping.bed(bed_id))["gate"])


@SQLITE
async def test_one_bed_an_elder_until_it_is_closed(keeping: Keeping) -> None:
    """A second application is refused and names the first; after the close there can be another."""
    bed_id = await keeping.opens("chen")
    wish = {"elder_id": keeping.town.elders["chen"], "station_id": keeping.town.station_id}
    again = await keeping.sun.post("/api/beds", json=wish)
    assert again.status_code == 409 and again.json()["bed_id"] == bed_id
    await keeping.steps(bed_id, "closed")
    assert (await keeping.moves(bed_id, "applied")).json()["allowed"] == []
    assert (await keeping.sun.post("/api/beds", json=wish)).status_code == 201


@SQLITE
async def test_many_at_once_with_a_result_each(keeping: Keeping) -> None:
    """Bulk: what can move does, what cannot says why, in the order asked."""
    chen, yu = await keeping.opens("chen"), await keeping.opens("yu")
    await keeping.assesses("yu")
    answer = await keeping.sun.post("/api/beds/moves", json={"bed_ids": [chen, yu, 999], "to": "assessed"})
    rows = answer.json()["items"]
    assert [(row["bed_id"], row["ok"]) for row in rows] == [(chen, False), (yu, True), (999, False)]
    assert rows[0]["problem"]["code"] == "bed.gate_shut" and rows[2]["problem"]["code"] == "not_found"


@SQLITE
async def test_board_and_sheet_say_what_blocks(keeping: Keeping) -> None:
    """Cards by stage with their blocks; the CSV has the same beds; another district sees none of them."""
    bed_id = await keeping.opens("chen")
    board = (await keeping.sun.get("/api/beds/board")).json()
    assert board["counts"]["applied"] == 1
    (card,) = board["stages"]["applied"]
    assert card["id"] == bed_id and card["next"] == "assessed"
    assert [lack["code"] for lack in card["blocks"]] == ["assessment.none"]
    sheet = await keeping.sun.get("/api/beds/export.csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert len(sheet.text.strip().splitlines()) == 2 and "陈**" in sheet.text and "陈桂兰" not in sheet.text
    far = await keeping.town.desk("far")
    assert (await far.get(f"/api/beds/{bed_id}")).status_code == 404
    assert (await far.get("/api/beds/board")).json()["counts"]["applied"] == 0


async def test_ten_thumbs_take_one_step(keeping: Keeping) -> None:
    """Ten presses at once: one step, nine refusals that name the state, one line of history."""
    bed_id = await keeping.opens("chen")
    await keeping.assesses("chen")
    answers = await asyncio.gather(*(keeping.moves(bed_id, "assessed") for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert [step["to"] for step in (await keeping.bed(bed_id))["history"]] == ["applied", "assessed"]


@SQLITE
async def test_the_last_test_call_moves_the_bed_on(keeping: Keeping) -> None:
    """Two minutes after the last mandatory device passed the service takes the step, once, and says why."""
    bed_id = await keeping.opens("chen")
    await keeping.assesses("chen")
    await keeping.steps(bed_id, "assessed", "surveyed", "adapting")
    await keeping.accepts_works("chen")
    await keeping.fits(bed_id, "chen")
    await keeping.steps(bed_id, "devices_installed")
    await follow_tests(keeping.town.database, keeping.town.clock)
    assert (await keeping.bed(bed_id))["state"] == "devices_installed"
    await keeping.tests("chen")
    await follow_tests(keeping.town.database, keeping.town.clock)
    assert (await keeping.bed(bed_id))["state"] == "devices_installed"
    keeping.town.clock.shift(minutes=3)
    for _ in range(2):
        await follow_tests(keeping.town.database, keeping.town.clock)
    last = (await keeping.bed(bed_id))["history"][-1]
    assert (last["to"], last["by"]) == ("tested", None) and "live test call" in last["why"]


@SQLITE
async def test_who_has_left_the_register_blocks_their_bed(keeping: Keeping) -> None:
    """The board says so, and the bed is to be closed."""
    bed_id = await keeping.opens("chen")
    async with keeping.town.database.writing() as session:
        (await session.get_one(Elder, keeping.town.elders["chen"])).left_on = keeping.town.today
    assert "elder.left" in [lack["code"] for lack in (await keeping.bed(bed_id))["blocks"]]
