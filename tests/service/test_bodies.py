"""Promise: a body that is wrong in one place is still read everywhere else, and no fault is told twice."""

from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from service.bodies import Told, all_faults
from service.errors import BadInput, FieldProblem
from service.inputs import Input


class Window(Input):
    """A part of a form."""

    pane: Annotated[str, Field(max_length=3)]
    width: int | None = None


class House(Input):
    """A form with all that forms have."""

    built_on: date
    name: Annotated[str, Field(min_length=1)] | None = None
    door: Window | None = None
    windows: Annotated[list[Window], Field(max_length=3, default_factory=list)]
    counts: Annotated[dict[Annotated[str, Field(pattern="^[a-z]+$")], int], Field(default_factory=dict)]
    years: Annotated[list[int], Field(default_factory=list)]


FORM: TypeAdapter[Told[House]] = TypeAdapter(Told[House])


def places(told: Told[House]) -> set[str]:
    return {fault.field for fault in told.faults}


def test_a_body_without_faults_is_the_form() -> None:
    """Values with their defaults, what was given without them, and the form itself."""
    told = FORM.validate_python({"built_on": "1940-05-06", "door": {"pane": "a"}})
    assert told.given == {"built_on": date(1940, 5, 6), "door": {"pane": "a"}}
    assert told.values["door"] == {"pane": "a", "width": None} and told.values["windows"] == []
    assert told.whole.built_on == date(1940, 5, 6) and not told.faults


def test_the_rest_is_read() -> None:
    """One bad entry of a list, a mapping or a part leaves the others; items of a list of parts keep their places."""
    raw: dict[str, Any] = {"name": "", "door": {"pane": "long", "width": "7"}, "windows": ["x", {"pane": "b"}]}
    raw |= {"counts": {"a": 1, "B": 2, "c": "x"}, "years": [1, "x", 3], "colour": "red"}
    told = FORM.validate_python(raw)
    assert places(told) == {
        *("built_on", "name", "door.pane", "windows.0", "counts.B.[key]", "counts.c", "years.1", "colour")
    }
    assert told.given == {
        **{"door": {"width": 7}, "windows": [{}, {"pane": "b"}], "counts": {"a": 1}, "years": [1, 3]},
    }
    assert told.values["name"] is None and "built_on" not in told.values
    with pytest.raises(BadInput) as refused:
        _ = told.whole
    assert list(refused.value.fields) == list(told.faults)


@pytest.mark.parametrize("odd", [{}, [], {"x": []}, [[]], [{}]])
def test_a_list_or_a_form_is_no_day(odd: Any) -> None:
    """What a field cannot hold is not read as an empty one: neither for a day nor a number, nor a form for a list."""
    told = FORM.validate_python({"built_on": odd, "name": odd, "door": {"pane": odd, "width": odd}})
    assert places(told) == {"built_on", "name", "door.pane", "door.width"} and told.given == {"door": {}}
    other = [name for name in ("windows", "years") if isinstance(odd, dict)] or ["door", "counts"]
    told = FORM.validate_python({"built_on": "1940-05-06", **dict.fromkeys(other, odd)})
    assert {place.split(".")[0] for place in places(told)} == set(other)
    assert told.given == {"built_on": date(1940, 5, 6)} and told.values["years"] == []


def test_what_is_no_form_at_all_is_refused_at_once() -> None:
    """There is nothing to read on in a list or a word."""
    for raw in ([], "house", None):
        with pytest.raises(ValidationError):
            FORM.validate_python(raw)


def test_of_a_field_that_could_not_be_read_no_more_is_said() -> None:
    """Neither that it is missing, nor anything inside it; of what stands around it, yes."""
    unread = [FieldProblem("home", "is no form", ""), FieldProblem("contacts.1.phone", "is too long", "")]
    found = [
        FieldProblem(field, "", "") for field in ("home.lon", "contacts.1.phone", "contacts.1", "contacts", "homes")
    ]
    assert [one.field for one in all_faults(unread, found)] == [
        *("home", "contacts.1.phone", "contacts.1", "contacts", "homes")
    ]


def test_the_form_is_documented_as_itself() -> None:
    """Whoever reads the interface finds the fields."""
    assert FORM.json_schema()["properties"].keys() == House.model_fields.keys()
