"""Reads a request's body as far as it can be read, so that one answer names every fault; judges nothing it says.

A room's own checks (an ID number, a date against another) run over what could be read, and `all_faults` joins both.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from fastapi import Body
from pydantic import BaseModel, GetCoreSchemaHandler, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

from service.errors import BadInput, FieldProblem
from service.inputs import WRITTEN

WORDS = {
    "ge": "at least",
    "gt": "more than",
    "le": "at most",
    "lt": "less than",
    "max_length": "at most this long:",
    "min_length": "at least this long:",
}
ACCEPTED = {
    "missing": "a value: it is required",
    "extra_forbidden": "only the fields listed in /docs",
    "timezone_aware": "a moment with offset, such as 2026-03-05T09:00:00+08:00",
    "int_parsing": "a whole number",
}
SEE_DOCS = "see /docs"
UNLIKE = "string_pattern_mismatch"
NOTHING = object()
M = TypeVar("M", bound=BaseModel)


class Told(Generic[M]):
    """What a body says: `values` with what is left out filled in, `given` only what was sent, `faults` of the rest.

    With faults both hold no more than what could be read; a field that must be there may then be missing.
    """

    def __init__(
        self,
        values: dict[str, Any],
        given: dict[str, Any],
        *,
        faults: Sequence[FieldProblem] = (),
        body: M | None = None,
    ) -> None:
        self.values, self.given, self.faults, self._body = values, given, faults, body

    @property
    def whole(self) -> M:
        """The body. Raises BadInput when part of it could not be read."""
        if self._body is None:
            raise BadInput("the request is not as it should be", fields=list(self.faults))
        return self._body

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        model: type[M] = get_args(source)[0]

        def read(raw: Any, strictly: ValidatorFunctionWrapHandler) -> "Told[M]":
            try:
                body: M = strictly(raw)
            except ValidationError as error:
                if not isinstance(raw, dict):
                    raise
                filled, given = (_fields(model, raw, filled=filled) for filled in (True, False))
                return Told(filled, given, faults=field_problems(error.errors()))
            return Told(body.model_dump(), body.model_dump(exclude_unset=True), body=body)

        return core_schema.no_info_wrap_validator_function(read, handler(model))


Heard = Annotated[Told[M], Body()]
"""A body of a route that answers for every fault at once: `wanted: Heard[NewElder]`."""


def all_faults(unread: Sequence[FieldProblem], found: Iterable[FieldProblem]) -> list[FieldProblem]:
    """What could not be read, then what was found in the rest; of a field that could not be read no more is said."""
    known = {fault.field for fault in unread}
    return [*unread, *(fault for fault in found if not known & set(_around(fault.field)))]


def field_problems(errors: Sequence[Mapping[str, Any]]) -> list[FieldProblem]:
    """Every fault that a validation found, named by its place: window_to, home.floor."""
    found = []
    for fault in errors:
        if fault["type"] == "json_invalid":
            found.append(FieldProblem("body", f"is not JSON: {fault['ctx']['error']}", "a JSON object"))
            continue
        where = ".".join(str(step) for step in fault["loc"] if step != "body") or "body"
        found.append(FieldProblem(where, in_words(fault), _accepted(fault)))
    return found


def in_words(fault: Mapping[str, Any]) -> str:
    """What is wrong, as somebody at a form reads it: never a pattern."""
    if fault["type"] == UNLIKE:
        return "is not written like this" if fault["input"] else "is missing"
    return str(fault["msg"])


def _accepted(fault: Mapping[str, Any]) -> str:
    bounds = fault.get("ctx", {})
    if fault["type"] == UNLIKE:
        return WRITTEN.get(bounds["pattern"], SEE_DOCS)
    told = [f"{WORDS.get(key, key)} {_plain(value)}" for key, value in bounds.items() if key != "error"]
    return str(bounds.get("expected") or ", ".join(told) or ACCEPTED.get(fault["type"], SEE_DOCS))


def _plain(value: Any) -> Any:
    """A bound as people write it: 180, not 180.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _around(field: str) -> Iterable[str]:
    """A field and everything that it stands in: home.floor, home."""
    steps = field.split(".")
    return (".".join(steps[:end]) for end in range(len(steps), 0, -1))


def _fields(model: type[BaseModel], raw: Mapping[str, Any], *, filled: bool) -> dict[str, Any]:
    """Those fields of a body that can be read by themselves; `filled`, what can be left out has its default."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        read = _field(model, name, raw[name], filled=filled) if name in raw else NOTHING
        if read is NOTHING and filled and not info.is_required():
            read = info.get_default(call_default_factory=True)
        if read is not NOTHING:
            found[name] = read
    return found


def _field(model: type[BaseModel], name: str, raw: Any, *, filled: bool) -> Any:
    """One field, or NOTHING; inside it whatever can be read, if it is what the field holds: no list for a date."""
    kinds = list(_kinds(model.model_fields[name].annotation))
    if isinstance(raw, dict) and (form := _form_among(kinds)) is not None:
        return _fields(form, raw, filled=filled)
    items = [one for kind in kinds if _is(list, kind) for part in get_args(kind) for one in _kinds(part)]
    if isinstance(raw, list) and (form := _form_among(items)) is not None:
        return [_fields(form, one if isinstance(one, dict) else {}, filled=filled) for one in raw]
    reader = _reader(model, name)
    try:
        return reader.validate_python(raw)
    except ValidationError:
        if isinstance(raw, dict) and any(_is(dict, kind) for kind in kinds):
            return {key: value for one in raw.items() for key, value in (_some(reader, dict([one])) or {}).items()}
        if isinstance(raw, list) and any(_is(list, kind) for kind in kinds):
            return [value for one in raw for value in _some(reader, [one]) or []]
        return NOTHING


def _some(reader: TypeAdapter[Any], part: Any) -> Any:
    try:
        return reader.validate_python(part)
    except ValidationError:
        return None


@cache
def _reader(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    info = model.model_fields[name]
    kind: Any = info.annotation
    return TypeAdapter(Annotated[kind, *info.metadata] if info.metadata else kind)


def _kinds(kind: Any) -> Iterator[Any]:
    """What a field may hold, one alternative after the other, without what is said of them."""
    if get_origin(kind) is Annotated:
        yield from _kinds(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from _kinds(one)
    else:
        yield kind


def _is(shape: type, kind: Any) -> bool:
    return (get_origin(kind) or kind) is shape


def _form_among(kinds: Iterable[Any]) -> type[BaseModel] | None:
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
