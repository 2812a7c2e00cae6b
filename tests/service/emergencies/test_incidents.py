"""An incident from the call to its end, through the desk's routes: one winner, no step skipped, nothing leaks."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import func, select, update

from models import AuditRow, Event, Incident, Position, Shift, Timer
from models.types import Datum, Role, TimerState
from tests.service.accounts.desk import Desk, add_caregiver

URL = "/api/incidents"


async def raised(desk: Desk, client: httpx.AsyncClient | None = None, **body: Any) -> dict[str, Any]:
    client = client or await desk.signed_in("wu")
    answer = await client.post(URL, json={"elder_id": 1, "kind": "sos", "text": "摔倒了", **body})
    assert answer.status_code == 201, answer.text
    card: dict[str, Any] = answer.json()
    return card


async def on_shift(desk: Desk, caregiver_id: int) -> None:
    now = desk.clock.now()
    async with desk.database.writing() as session:
        session.add(Shift(caregiver_id=caregiver_id, from_at=now.replace(hour=0), to_at=now.replace(year=now.year + 1)))


async def topics(desk: Desk, incident_id: int) -> list[str]:
    query = select(Event.topic).where(Event.subject == f"incident:{incident_id}").order_by(Event.seq)
    async with desk.database.reading() as session:
        return list(await session.scalars(query))


async def test_of_fifty_who_answer_one_wins(desk: Desk) -> None:
    """Fifty dispatchers answer at once: one gets the call, the others learn who has it, and one event is told."""
    card = await raised(desk)
    clients = [await desk.signed_in(name) for name in ("wu", "sun")]
    calls = [clients[n % 2].post(f"{URL}/{card['id']}/acknowledge") for n in range(50)]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    lost = [answer.json() for answer in answers if answer.status_code == 409]
    assert {body["code"] for body in lost} == {"incident.already_acknowledged"}
    assert all(body["incident"]["acknowledged_by"] == winner["acknowledged_by"] for body in lost)
    assert await topics(desk, card["id"]) == ["incident.raised", "incident.acknowledged"]


async def test_the_whole_life_of_a_call(desk: Desk) -> None:
    """Answered, sent, on scene, recovering, closed with an outcome: each step told once, the log reads like it."""
    await add_caregiver(desk, 5, "lin", trained=True)
    await on_shift(desk, 5)
    client = await desk.signed_in("wu")
    card = await raised(desk, client)
    assert card["state"] == "open" and card["next_rung"]["name"] == "station" and card["elder"]["name"] == "陈**"
    url = f"{URL}/{card['id']}"
    assert (await client.post(f"{url}/acknowledge")).json()["state"] == "acknowledged"
    near = (await client.get(f"{url}/responders")).json()["responders"]
    assert [(one["caregiver_id"], one["fit"]) for one in near] == [(5, True)]
    sent = (await client.post(f"{url}/assign", json={"caregiver_id": 5})).json()
    assert sent["assigned_to"] == {"id": 5, "name": "l**", "travel_s": near[0]["travel_s"]}
    assert (await client.post(f"{url}/on-scene")).json()["state"] == "on_scene"
    assert (await client.post(f"{url}/recovering")).json()["state"] == "recovering"
    refused = await client.post(f"{url}/close", json={"outcome": "helped"})
    assert refused.status_code == 409 and refused.json()["lacks"] == ["note"]
    closed = (await client.post(f"{url}/close", json={"outcome": "helped", "note": "吃了药，女儿到了"})).json()
    assert closed["state"] == "closed" and closed["note"] == "吃了药，女儿到了" and closed["next_rung"] is None
    log = (await client.get(url)).json()["log"]
    assert [line["topic"].split(".")[1] for line in log] == [
        *("raised", "acknowledged", "assigned", "on_scene", "recovering", "closed")
    ]
    assert log[2]["text"] == "派 l**" and log[-1]["text"] == "结案：已处置"


async def test_sending_somebody_answers_the_call(desk: Desk) -> None:
    """One click on the nearest caregiver answers and sends; sending the same one again changes nothing."""
    await add_caregiver(desk, 5, "lin", trained=True)
    await on_shift(desk, 5)
    client = await desk.signed_in("wu")
    card = await raised(desk, client)
    for _ in range(2):
        sent = await client.post(f"{URL}/{card['id']}/assign", json={"caregiver_id": 5})
        assert sent.status_code == 200 and sent.json()["acknowledged_by"]["display"] == "W**"
    assert await topics(desk, card["id"]) == ["incident.raised", "incident.acknowledged", "incident.assigned"]


async def test_who_should_not_go_is_sent_only_on_purpose(desk: Desk) -> None:
    """Somebody off shift is refused with the reason, and sent when the dispatcher insists."""
    await add_caregiver(desk, 5, "lin", trained=True)
    client = await desk.signed_in("wu")
    card = await raised(desk, client)
    refused = await client.post(f"{URL}/{card['id']}/assign", json={"caregiver_id": 5})
    assert refused.status_code == 409 and refused.json()["why"] == "不当班"
    forced = await client.post(f"{URL}/{card['id']}/assign", json={"caregiver_id": 5, "despite": True})
    assert forced.status_code == 200
    unknown = await client.post(f"{URL}/{card['id']}/assign", json={"caregiver_id": 99})
    assert unknown.status_code == 404


async def test_a_fresh_position_beats_the_station(desk: Desk) -> None:
    """The phone's position of the last ten minutes says who is nearest; an old one does not count."""
    for number, name in ((5, "lin"), (6, "gao")):
        await add_caregiver(desk, number, name, trained=True)
        await on_shift(desk, number)
    now = desk.clock.now()
    async with desk.database.writing() as session:
        place = {"lon": 121.49, "lat": 37.52, "datum": Datum.WGS84, "at": now, "received_at": now}
        session.add(Position(caregiver_id=5, **place))
    client = await desk.signed_in("wu")
    card = await raised(desk, client)
    url = f"{URL}/{card['id']}/responders"
    assert [one["caregiver_id"] for one in (await client.get(url)).json()["responders"]] == [6, 5]
    desk.clock.shift(minutes=11)
    assert [one["travel_s"] for one in (await client.get(url)).json()["responders"]] == [0, 0]


async def test_an_incident_of_another_district_does_not_exist(desk: Desk) -> None:
    """Every route answers 404 for an incident outside the caller's areas; lists and detail leak nothing."""
    card = await raised(desk)
    far = await desk.signed_in("far")
    assert (await far.get(URL)).json() == {"items": [], "next": None}
    paths = [("GET", ""), ("GET", "/responders")]
    paths += [("POST", f"/{verb}") for verb in ("acknowledge", "on-scene", "recovering")]
    for method, path in paths:
        assert (await far.request(method, f"{URL}/{card['id']}{path}")).status_code == 404, path
    for path, body in (("/assign", {"caregiver_id": 5}), ("/close", {"outcome": "other"})):
        assert (await far.post(f"{URL}/{card['id']}{path}", json=body)).status_code == 404, path
    assert (await far.post(URL, json={"elder_id": 1})).status_code == 404


async def test_sealed_fields_open_while_the_incident_is_open_and_are_noted(desk: Desk) -> None:
    """Phones and the gate code are in full while it is open, masked half an hour after; each look leaves a line."""
    client = await desk.signed_in("wu")
    url = f"{URL}/{(await raised(desk, client))['id']}"
    await client.post(f"{url}/acknowledge")
    shown = (await client.get(url)).json()
    assert shown["contacts"][0]["phone"] == "13705353333" and shown["access"]["gate_code"] == "4711#"
    assert (await client.post(f"{url}/close", json={"outcome": "false_alarm"})).status_code == 200
    desk.clock.shift(minutes=31)
    masked = (await client.get(url)).json()
    assert masked["contacts"][0]["phone"] == "137****3333" and masked["access"]["gate_code"] is None
    assert masked["access"]["key_holder_phone"] == "138****2207" and masked["access"]["elder_phone"] == "139****1111"
    async with desk.database.reading() as session:
        query = select(func.count()).select_from(AuditRow).where(AuditRow.action == "incident.reveal")
        assert (await session.scalars(query)).one() == 1


async def test_a_second_call_of_the_same_home_joins(desk: Desk) -> None:
    """Two callers at once make one incident with two presses, raised to the graver kind; then it repeats."""
    client = await desk.signed_in("wu")
    first, second = await asyncio.gather(raised(desk, client, kind="door"), raised(desk, client, kind="fall"))
    assert first["id"] == second["id"]
    shown = (await client.get(f"{URL}/{first['id']}")).json()
    assert shown["presses"] == 2 and shown["kind"] == "fall" and shown["severity"] == 3
    assert await topics(desk, first["id"]) == ["incident.raised", "incident.repeated"]


async def test_the_same_key_gives_the_same_answer(desk: Desk) -> None:
    """A double click with one key opens one incident and counts one press; the key does not fit another body."""
    client = await desk.signed_in("wu")
    headers = {"Idempotency-Key": "k1"}
    body = {"elder_id": 1, "kind": "sos"}
    answers = await asyncio.gather(*[client.post(URL, json=body, headers=headers) for _ in range(5)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1 and answers[0].json()["presses"] == 1
    other = await client.post(URL, json={"elder_id": 1, "kind": "fall"}, headers=headers)
    assert other.status_code == 409 and other.json()["code"] == "idempotency.key_reused"
    other_route = await client.post(f"{URL}/{answers[0].json()['id']}/acknowledge", headers=headers)
    assert other_route.json()["code"] == "idempotency.key_reused"


async def test_only_the_desk_handles_incidents(desk: Desk) -> None:
    """A caregiver's console session, should there be one, opens none of these routes."""
    await desk.add("lin", Role.CAREGIVER)
    assert (await (await desk.signed_in("lin")).get(URL)).status_code == 403
    assert (await desk.client().get(URL)).status_code == 401


async def test_the_list_pages_and_filters(desk: Desk) -> None:
    """States filter, the cursor goes on where the page ended."""
    client = await desk.signed_in("wu")
    ids = []
    for _ in range(3):
        ids.append((await raised(desk, client))["id"])
        await client.post(f"{URL}/{ids[-1]}/acknowledge")
        await client.post(f"{URL}/{ids[-1]}/close", json={"outcome": "false_alarm"})
    first = (await client.get(URL, params={"state": "closed", "limit": 2})).json()
    rest = (await client.get(URL, params={"state": "closed", "cursor": first["next"]})).json()
    assert [card["id"] for card in first["items"] + rest["items"]] == ids and rest["next"] is None
    assert (await client.get(URL, params={"state": "open"})).json()["items"] == []
    assert (await client.get(URL, params={"state": "odd"})).status_code == 422


async def test_an_incident_without_home_or_elder_can_be_handled(desk: Desk) -> None:
    """A call from a terminal that nobody has placed has a card, a detail and an end; nobody is near it."""
    card = await raised(desk)
    async with desk.database.writing() as session:
        nowhere = {"household_id": None, "elder_id": None, "area_code": None, "provider_id": None}
        await session.execute(update(Incident).where(Incident.id == card["id"]).values(**nowhere))
    client = await desk.signed_in("far")
    url = f"{URL}/{card['id']}"
    assert (await client.get(url)).json()["contacts"] == []
    assert (await client.get(f"{url}/responders")).json()["code"] == "incident.no_place"
    assert (await client.post(f"{url}/acknowledge")).status_code == 200
    assert (await client.post(f"{url}/close", json={"outcome": "device_fault"})).status_code == 200


async def test_answering_stops_the_ladder(desk: Desk) -> None:
    """No rung stays armed once somebody has answered, only the one that rings again."""
    card = await raised(desk)
    await (await desk.signed_in("wu")).post(f"{URL}/{card['id']}/acknowledge")
    async with desk.database.reading() as session:
        armed = select(Timer.rung).where(Timer.incident_id == card["id"], Timer.state == TimerState.ARMED)
        assert list(await session.scalars(armed)) == ["again"]
