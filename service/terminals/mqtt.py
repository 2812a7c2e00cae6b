"""The terminals' door over a broker: the same signed messages, the same answers; refuses to trust the broker with any.

A broker's acknowledgement means nothing. The terminal repeats a message with the same `msg_id` until the answer comes
on its own topic, and that is sent only after the commit: a broker or service that is killed in between loses nothing.
"""

import asyncio
import importlib
import logging
import random
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from service.errors import ServiceError
from service.intake.assembly import Intake
from service.intake.message import MAX_BYTES
from service.settings import BadSetting, Settings
from service.terminals.alerts import take_alert
from service.terminals.door import Taker, told
from service.terminals.envelope import Answer, Asked, TooLarge, problem_answer
from service.terminals.heartbeats import take_heartbeats

log = logging.getLogger(__name__)

KINDS: dict[str, Taker] = {"alerts": take_alert, "heartbeats": take_heartbeats}
SHARED = "$share/unwalled/terminals/v1/+/{kind}"
"""Several intakes share what comes: the broker gives each message to one of them."""
AT_ONCE = 1024
HEAD_LINES = 3


@dataclass(frozen=True)
class Broker:
    """Where the broker is, from mqtt://USER:PASSWORD@HOST:PORT or mqtts://..."""

    host: str
    port: int
    user: str | None
    password: str | None
    secure: bool

    @classmethod
    def from_url(cls, url: str) -> "Broker":
        """Raises BadSetting for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise BadSetting("UNWALLED_MQTT_URL is no broker; accepted: mqtt://USER:PASSWORD@HOST:PORT or mqtts://...")
        secure = parts.scheme == "mqtts"
        user, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
        return cls(parts.hostname, parts.port or (8883 if secure else 1883), user, password, secure)


class Bridge:
    """Reads what terminals publish and answers them; `run` until cancelled, through every loss of the broker."""

    def __init__(self, broker: Broker, intake: Intake) -> None:
        self._broker, self._intake = broker, intake
        self._library = _library()
        self._places = asyncio.Semaphore(AT_ONCE)
        self.connected = asyncio.Event()
        self.taken = 0

    async def run(self) -> None:
        """Connect, and again after a random pause whenever that ends."""
        attempt = 0
        while True:
            try:
                async with self._client() as client:
                    for kind in KINDS:
                        await client.subscribe(SHARED.format(kind=kind), qos=1)
                    attempt = 0
                    self.connected.set()
                    await self._serve(client)
            except self._library.MqttError as error:
                log.warning("the broker is away: %s", error)
            finally:
                self.connected.clear()
            attempt = min(attempt + 1, 4)
            await asyncio.sleep(random.uniform(0.1, 2.0**attempt / 2))

    def _client(self) -> Any:
        broker = self._broker
        tls = self._library.TLSParameters() if broker.secure else None
        who = {"username": broker.user, "password": broker.password, "tls_params": tls}
        return self._library.Client(broker.host, broker.port, **who, timeout=10, keepalive=30)

    async def _serve(self, client: Any) -> None:
        """Each message in a task of its own, so that those that come together are committed together."""
        async with asyncio.TaskGroup() as under_way:
            async for message in client.messages:
                await self._places.acquire()
                under_way.create_task(self._take(client, str(message.topic), bytes(message.payload or b"")))

    async def _take(self, client: Any, topic: str, payload: bytes) -> None:
        try:
            _, _, terminal, kind = topic.split("/")
            answer, asked = await self._answer(terminal, kind, payload)
            self.taken += 1
            words = {"status": answer.status, **_counted(asked), **orjson.loads(answer.body)}
            await client.publish(f"terminals/v1/{terminal}/answer", orjson.dumps(words), qos=1)
        except self._library.MqttError:
            log.warning("an answer could not be published; the terminal will ask again")
        except Exception:
            log.exception("a message from the broker could not be taken")
        finally:
            self._places.release()

    async def _answer(self, terminal: str, kind: str, payload: bytes) -> tuple[Answer, Asked]:
        asked = read_payload(terminal, kind, payload)
        if len(asked.body) > MAX_BYTES:
            return problem_answer(TooLarge(f"accepted: at most {MAX_BYTES} bytes")), asked
        return await told(KINDS[kind], asked, self._intake), asked


def read_payload(terminal: str, kind: str, payload: bytes) -> Asked:
    """Boot, counter and signature on a line each, then the raw body: signed as if it had come over HTTP.

    A payload without these lines is read as unsigned.
    """
    lines = payload.split(b"\n", HEAD_LINES)
    boot, counter, signature, body = lines if len(lines) == HEAD_LINES + 1 else (b"", b"", b"", payload)
    path = f"/terminals/v1/{kind}".encode()
    return Asked(b"POST", path, terminal.encode(), boot.strip(), counter.strip(), signature.strip(), body, "mqtt")


def bridge_for(settings: Settings, intake: Intake) -> Bridge | None:
    """The bridge to the broker of these settings, or None without one. Raises BadSetting."""
    return None if settings.mqtt_url is None else Bridge(Broker.from_url(settings.mqtt_url), intake)


def _counted(asked: Asked) -> dict[str, int]:
    """Which message is answered: the terminal's own numbers, where they were numbers."""
    numbers = {"boot": asked.boot, "counter": asked.counter}
    return {name: int(text) for name, text in numbers.items() if text.isdigit() and len(text) <= 19}


def _library() -> Any:
    """aiomqtt, which only services with a broker need. Raises ServiceError saying what to install."""
    try:
        return importlib.import_module("aiomqtt")
    except ModuleNotFoundError as error:
        raise ServiceError("UNWALLED_MQTT_URL needs aiomqtt: install the service with the extra mqtt") from error
