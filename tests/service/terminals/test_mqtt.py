"""Calls over a real broker: the same envelope, the same answer after the commit, whoever is killed in between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.errors import ServiceError
from service.settings import BadSetting, Settings
from service.terminals import mqtt
from service.terminals.mqtt import Bridge, bridge_for, read_payload
from tests.fixtures.broker import MOSQUITTO, Broker, MqttTerminal
from tests.fixtures.served import Served, free_port
from tests.fixtures.town import TownBuilder
from tests.service.intake.bedside import KEY, Bedside

needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    running = Broker(tmp_path, free_port())
    await running.start()
    yield running
    await running.kill()


@pytest.fixture
async def bridge(bedside: Bedside, broker: Broker) -> AsyncIterator[Bridge]:
    settings = Settings(Path("/nowhere"), bedside.database.url, "a" * 40, mqtt_url=f"mqtt://127.0.0.1:{broker.port}")
    made = bridge_for(settings, bedside.intake)
    assert made is not None
    running = asyncio.create_task(made.run())
    async with asyncio.timeout(10):
        await made.connected.wait()
    yield made
    running.cancel()
    await asyncio.wait({running})


@needs_mosquitto
async def test_a_call_over_the_broker_is_answered_after_the_commit(
    bedside: Bedside, broker: Broker, bridge: Bridge
) -> None:
    """The same body and answer as over HTTP, its counter in it; the repeat over HTTP is a duplicate of it."""
    answer = await MqttTerminal(broker, "T-1", KEY).asks({"msg_id": "m1", "kind": "sos"})
    assert (answer["status"], answer["state"], answer["duplicate"], answer["counter"]) == (200, "open", False, 1)
    assert [row["msg_id"] for row in await bedside.rows("SELECT msg_id FROM alert")] == ["m1"]
    again = await bedside.press("m1", boot=1, counter=2)
    assert (again["duplicate"], again["alert"]) == (True, answer["alert"])


@needs_mosquitto
async def test_what_the_door_refuses_the_broker_refuses_too(bedside: Bedside, broker: Broker, bridge: Bridge) -> None:
    """A wrong key, no envelope, no JSON, too long: each with its status and code; a heartbeat is answered."""
    terminal = MqttTerminal(broker, "T-1", KEY)
    assert (await terminal.asks({"msg_id": "m1", "kind": "sos"}, key=b"x" * 32))["code"] == "terminal.bad_signature"
    assert (await terminal.asks(b"no json"))["code"] == "alert.unreadable"
    assert (await terminal.asks(b'{"text":"' + b"x" * 17_000 + b'"}'))["status"] == 413
    assert (await terminal.asks({"battery": 50}, kind="heartbeats"))["next_heartbeat_s"] == 60
    async with terminal.connected() as client:
        await client.publish("terminals/v1/T-1/alerts", b'{"msg_id":"m2","kind":"sos"}', qos=1)
        assert (await terminal._answer(client, 5))["status"] == 401
    assert len(await bedside.rows("SELECT id FROM unverified_call")) == 2
    assert await bedside.rows("SELECT id FROM alert") == []


@needs_mosquitto
async def test_fifty_terminals_at_once_are_all_answered(bedside: Bedside, broker: Broker, bridge: Bridge) -> None:
    """Messages that come together are committed together; each gets its own answer."""
    terminals = [MqttTerminal(broker, "T-1", KEY) for _ in range(50)]
    for number, terminal in enumerate(terminals):
        terminal._counter = number * 10
    answers = await asyncio.gather(*[t.asks({"msg_id": f"m{n}", "kind": "sos"}) for n, t in enumerate(terminals)])
    assert {answer["status"] for answer in answers} == {200}
    assert len({answer["alert"] for answer in answers}) == 50
    assert [row["presses"] for row in await bedside.rows("SELECT presses FROM incident")] == [50]


@pytest.mark.slow
@needs_mosquitto
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_broker_and_service_killed_under_calls_lose_and_double_nothing(
    served: Served, served_town: TownBuilder, tmp_path: Path
) -> None:
    """Thirty calls while first the broker dies, then the service: each is answered, each is one alert."""
    broker = Broker(tmp_path, free_port())
    await broker.start()
    url = f"mqtt://127.0.0.1:{broker.port}"
    await served.start(UNWALLED_MQTT_URL=url)
    terminals = [MqttTerminal(broker, f"T-{who}", served_town.keys[who]) for who in ("chen", "yu")]
    answered: list[tuple[str, int]] = []

    async def press(terminal: MqttTerminal) -> None:
        for number in range(15):
            answer = await terminal.calls(f"m{number}")
            answered.append((terminal.id, answer["alert"]))

    pressing = asyncio.gather(*[press(terminal) for terminal in terminals])
    try:
        await asyncio.sleep(1)
        await broker.kill()
        await asyncio.sleep(0.5)
        await broker.start()
        await asyncio.sleep(2)
        await served.kill()
        await served.start(UNWALLED_MQTT_URL=url)
        async with asyncio.timeout(60):
            await pressing
    finally:
        pressing.cancel()
        await broker.kill()
    assert len(answered) == len(set(answered)) == 30
    async with served.client() as line:
        last = served_town.terminal("chen", line)
        last._counter = iter(range(5000, 6000))  # type: ignore[assignment]
        repeat = (await last.post({"msg_id": "m14", "kind": "sos"})).json()
        assert repeat["duplicate"]


def test_the_envelope_is_three_lines_and_the_body_as_it_is() -> None:
    """Line feeds in the body stay in it; fewer than three lines are an unsigned body."""
    asked = read_payload("T-1", "alerts", b"7\r\n42\nabc\n{\n}")
    assert (asked.boot, asked.counter, asked.signature, asked.body) == (b"7", b"42", b"abc", b"{\n}")
    assert (asked.path, asked.terminal) == (b"/terminals/v1/alerts", b"T-1")
    assert (read_payload("T-1", "alerts", b"{}").signature, read_payload("T-1", "alerts", b"{}").body) == (b"", b"{}")


@pytest.mark.parametrize("url", ["http://broker", "mqtt://", "broker:1883"])
def test_a_broker_that_is_none_is_refused_by_name(url: str) -> None:
    """The setting says what it takes."""
    with pytest.raises(BadSetting, match="UNWALLED_MQTT_URL"):
        mqtt.Broker.from_url(url)


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sets a broker without the extra is told so in one sentence."""
    monkeypatch.setitem(__import__("sys").modules, "aiomqtt", None)
    with pytest.raises(ServiceError, match="extra mqtt"):
        mqtt._library()
