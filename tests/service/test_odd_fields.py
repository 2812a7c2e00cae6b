"""Promise: a list or a form where a day, a word or a number is wanted is refused by its name, at every body we hear."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, get_args, get_origin

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter

from service.app import WEB
from service.bodies import Told
from tests.fixtures.town import DISTRICT, TownBuilder
from tests.service.elders.people import person

ODD: tuple[Any, ...] = ({}, [], [{}])
CALLER = {"name": "贺敏", "relation": "女儿", "consent": "本人同意"}
CATEGORY = {"category": "living_alone", "source": "村居走访", "from_on": "2024-01-01", "until_on": None}
CONTACT = {"id": None, "name": "贺敏", "relation": "女儿", "phone": "13900009999", "guardian": True, "note": None}
CONSENT = {"purpose": "location", "given": True, "said_by": "本人", "said_how": "签字"}
SIGHTS = {"coma": False, "diagnoses": [{"code": "F01"}], "events": {}, "refused": []}
CELL = {"daily": 0, "other": 0, "level": 0}
RULE = {"kind": "bed.respite", "area_code": DISTRICT, "value": {}, "from_on": "2030-01-01", "source": "试验"}
RESULT = {"scale": "gbt42195", "level": 2, "assessed_on": "2024-05-06", "source": "试验"}
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/elders": person(categories=[CATEGORY], contacts=[CONTACT], consents=[CONSENT]),
    "PATCH /api/elders/{elder_id}": {"version": 1, "home": {"floor": 2}, "on_behalf": CALLER},
    "PUT /api/elders/{elder_id}/contacts": {"version": 1, "contacts": [CONTACT], "on_behalf": CALLER},
    "POST /api/elders/{elder_id}/categories": CATEGORY,
    "POST /api/elders/{elder_id}/assessments/imported": RESULT,
    "PUT /api/assessments/{assessment_id}/answers": {"version": 1, "answers": {"items": {"A1.1": 1}, **SIGHTS}},
    "POST /api/assessments/{assessment_id}/review": {"version": 1, "approve": False, "note": "再看一遍"},
    "PUT /api/assessments/policy/{area_code}": {"cells": [CELL]},
    "POST /api/policies": RULE,
}
"""A body for every route that answers for all its faults at once."""


def heard() -> dict[str, type[BaseModel]]:
    """Those routes, each with its form."""
    found = {}
    for route in (route for router in WEB for route in router.routes):
        for told in route.dependant.body_params if isinstance(route, APIRoute) else []:
            if get_origin(told.field_info.annotation) is Told:
                found[f"{min(route.methods)} {route.path}"] = get_args(told.field_info.annotation)[0]
    return found


def odd_bodies(form: type[BaseModel], body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body with something odd in one field, for every field of its form and of the forms in it."""
    for name, info in form.model_fields.items():
        yield from ({**body, name: deepcopy(odd)} for odd in ODD)
        inner, within = form_in(info.annotation), body.get(name)
        if inner is not None and isinstance(within, list):
            yield from ({**body, name: [one]} for one in odd_bodies(inner, within[0]))
        elif inner is not None and isinstance(within, dict):
            yield from ({**body, name: one} for one in odd_bodies(inner, within))
        assert inner is None or within, f"nothing for {name} of {form.__name__} to be odd in"


def form_in(kind: Any) -> type[BaseModel] | None:
    """The form that a field holds, alone or in a list."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for part in get_args(kind) if (found := form_in(part)) is not None), None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_read_is_refused(town: TownBuilder) -> None:
    """No route falls over it, each names what could not be read; what the field does hold is not refused for it."""
    wu, sun, root = [await town.desk(name) for name in ("wu", "sun", "root")]
    elder = f"/api/elders/{town.elders['chen']}"
    begun = await wu.post(f"{elder}/assessments", json={"reason": "first"})
    waiting = await sun.post(f"{elder}/assessments/imported", json={**RESULT, "scale": "ltci2021"})
    assert (begun.status_code, waiting.status_code) == (201, 201), begun.text + waiting.text
    numbers = {"elder_id": town.elders["chen"], "area_code": DISTRICT}
    forms = heard()
    assert forms.keys() == BODIES.keys()
    wrong = []
    for route, form in forms.items():
        method, path = route.split()
        of = waiting if path.endswith("/review") else begun
        where = path.format(**numbers, assessment_id=of.json()["id"])
        desk = root if "polic" in path else wu
        reader: TypeAdapter[Told[Any]] = TypeAdapter(Told[form])  # type: ignore[valid-type]
        for body in odd_bodies(form, BODIES[route]):
            unread = {fault.field for fault in reader.validate_python(body).faults}
            answer = await desk.request(method, where, json=body)
            if answer.status_code >= 500 or (unread and answer.status_code != 422):
                wrong.append(f"{route} {body}: {answer.status_code}")
            elif unread:
                assert unread <= {fault["field"] for fault in answer.json()["fields"]}
    assert wrong == []
