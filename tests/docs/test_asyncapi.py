"""Promise: docs/asyncapi.json is what the code says, holds together, and describes the frames that really pass.

The document was also tried with the official AsyncAPI 3.0.0 schema; that is not shipped, so this checks by itself what
tools rely on: the parts of a document, that every reference leads somewhere, and every payload as a JSON schema.
"""

import ast
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from service.db import Database
from service.realtime.asyncapi import FROM_CLIENT, FROM_SERVICE, RETRY, document
from service.realtime.topics import TOPICS
from service.realtime.wire import PRIVATE, Close, ahead_text
from tests.service.realtime.tower import Tower, tower_on

ROOT = Path(__file__).parents[2]
REFERENCE = {"type": "object", "required": ["$ref"], "properties": {"$ref": {"type": "string", "pattern": "^#/"}}}
SHAPE = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "channels": {
            "additionalProperties": {
                "required": ["address", "messages"],
                "properties": {"messages": {"additionalProperties": REFERENCE}},
            }
        },
        "operations": {
            "additionalProperties": {
                "required": ["action", "channel", "messages"],
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REFERENCE,
                    "messages": {"type": "array", "minItems": 1, "items": REFERENCE},
                },
            }
        },
        "components": {"properties": {"messages": {"additionalProperties": {"required": ["name", "payload"]}}}},
    },
}


@pytest.fixture
async def tower(database: Database, tmp_path: Path) -> AsyncIterator[Tower]:
    async with tower_on(database, tmp_path) as running:
        yield running


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_the_document_is_what_the_code_says() -> None:
    """Written anew with `python -m service.realtime.asyncapi > docs/asyncapi.json` when a frame changes."""
    assert json.loads((ROOT / "docs" / "asyncapi.json").read_text()) == document()


def test_the_document_holds_together() -> None:
    """It has the parts of an AsyncAPI 3.0 document, its references lead somewhere, its payloads are JSON schemas."""
    found = document()
    assert [error.message for error in jsonschema_rs.validator_for(SHAPE).iter_errors(found)] == []
    for reference in references(found):
        place: Any = found
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    for message in found["components"]["messages"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **message["payload"]})
    assert jsonschema_rs.validator_for(SHAPE).is_valid({**found, "operations": {"x": {"action": "shout"}}}) is False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_real_frames_are_what_the_document_says(tower: Tower) -> None:
    """Everything that a console hears in a snapshot, a call, a replay and a tick, and all that it may say."""
    desk = await tower.opens()
    await tower.bedside.press("m1")
    await desk.sees("incident.raised")
    back = await tower.opens(epoch=desk.epoch, cursor=0)
    await back.until(lambda c: any(frame["type"] == "tick" for frame in c.frames))
    frames = [*desk.frames, *back.frames]
    event = next(frame for frame in frames if frame["type"] == "event")
    frames.append(json.loads(ahead_text(json.dumps(event).encode())))
    assert {frame["type"] for frame in frames} == set(FROM_SERVICE)
    for frame in frames:
        jsonschema_rs.validate(FROM_SERVICE[frame["type"]]["payload"], frame)
    for said in ({"type": "hello", "ticket": "t", "epoch": None, "cursor": 3}, {"type": "seen", "seq": 1}):
        jsonschema_rs.validate(FROM_CLIENT[said["type"]]["payload"], said)
    assert not jsonschema_rs.is_valid(FROM_CLIENT["here"]["payload"], {"type": "here", "seq": -1})


def test_every_close_code_and_topic_is_written_down() -> None:
    """Codes in the document and in docs/protocol.md; every topic that the code appends in the list of topics."""
    assert set(RETRY) == set(Close) - {Close.GONE}
    page = (ROOT / "docs" / "protocol.md").read_text()
    assert [code for code in RETRY if f"| {int(code)} |" not in page] == []
    appended = set()
    for path in (ROOT / "service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "append":
                topic = node.args[1] if len(node.args) > 2 else None
                if isinstance(topic, ast.Constant) and isinstance(topic.value, str) and "." in topic.value:
                    appended.add(topic.value)
    assert {topic for topic in appended if not topic.startswith(PRIVATE)} - set(TOPICS) == set()
    assert len(appended) > 5
