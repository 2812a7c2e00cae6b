"""Promise: what is wrong with text is told in words, wherever text is taken in."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from service.app import WEB
from service.bodies import Told
from service.inputs import WRITTEN, AreaCode, Input, Line
from service.policies.actions import read
from service.policies.kinds import KINDS


class Place(Input):
    """A form with two patterns in it."""

    area_code: AreaCode
    name: Line


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern that text is held against, anywhere in a JSON schema."""
    inside = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and isinstance(schema.get("pattern"), str):
        yield schema["pattern"]
    for one in inside:
        yield from patterns(one)


def test_every_pattern_has_its_words() -> None:
    """Those of all routes and of all kinds of rules; words for a pattern that is gone go with it."""
    app = FastAPI()
    for router in WEB:
        app.include_router(router)
    shapes = [kind.shape.model_json_schema() for kind in KINDS.values()]
    assert set(patterns([app.openapi(), *shapes])) == WRITTEN.keys()


def test_nobody_reads_a_pattern() -> None:
    """Neither as what is wrong nor as what would be right; what was left empty is missing."""
    form: TypeAdapter[Told[Place]] = TypeAdapter(Told[Place])
    faults = [
        (fault.problem, fault.accepted)
        for area_code, name in (("3706", "a\nb"), ("", "a"))
        for fault in form.validate_python({"area_code": area_code, "name": name}).faults
    ]
    assert faults == [
        ("is not written like this", "a 12-digit area code"),
        ("is not written like this", "one line without special characters"),
        ("is missing", "a 12-digit area code"),
    ]


def test_nor_in_a_rule() -> None:
    """A rule's value is read by the same words."""
    entitled = {"name": "x", "when": {"is": "assessed"}, "code": "A B", "gives": "meal"}
    _, faults = read({"kind": "entitlements", "value": {"rules": [entitled]}})
    assert [fault.problem for fault in faults if fault.field.endswith("code")] == ["is not written like this"]
