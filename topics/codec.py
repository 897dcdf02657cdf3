"""Bytes to messages and back.

A reader is written as Python source once for each message class, as ``dataclasses`` writes ``__init__``,
so that no record pays for reflection. It checks shape: fields that must be there, types, closed sets.
Ranges and patterns are left to the schema, which producers test against. Fields that it does not know are
skipped: a writer of a later ``v1`` may add some.
"""

from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar, cast

import orjson

from topics.messages import MESSAGES, Message
from topics.shapes import Field, Shape, fields_of

M = TypeVar("M", bound=Message)
Reader = Callable[[object], Any]

BARE: Final = {"str": "str", "int": "int", "bool": "bool", "mapping": "dict"}
NOUN: Final = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "a boolean",
    "literal": "a string",
    "message": "an object",
    "mapping": "an object",
    "array": "an array",
    "pair": "an array of two",
}


class Fault(StrEnum):
    """Why bytes are no message."""

    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    NO_SCHEMA = "no_schema"  # the field "schema" is absent
    UNKNOWN_SCHEMA = "unknown_schema"  # a message or a version that this code does not know
    UNEXPECTED_SCHEMA = "unexpected_schema"  # a message that the caller did not ask for
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_VALUE = "unknown_value"  # outside a closed set
    BAD_HEADER = "bad_header"  # a header that is no UTF-8 or contradicts its rule


class DecodeError(ValueError):
    """The bytes are no message of the contract; ``reason`` says why, ``schema`` what they claim to be."""

    def __init__(self, reason: Fault, message: str, *, schema: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.schema = schema


class EncodeError(ValueError):
    """The message holds what JSON cannot, such as half of a surrogate pair."""


def encode(message: Message) -> bytes:
    """Write a message as JSON, every field in the order of its class, or raise EncodeError."""
    try:
        return orjson.dumps(message)
    except orjson.JSONEncodeError as error:
        raise EncodeError(f"{message.schema}: {error}") from error


def decode(raw: bytes | bytearray | memoryview | str) -> Message:
    """Read any message by its ``schema``; DecodeError when the bytes are none that this code knows."""
    value = _object(raw)
    schema = value.get("schema")
    reader = _readers().get(schema) if isinstance(schema, str) else None
    if reader is None:
        raise _no_reader(schema, tuple(_readers()))
    return cast("Message", _run(reader, value, cast("str", schema)))


def decode_as(kind: type[M], raw: bytes | bytearray | memoryview | str) -> M:
    """Read one kind of message, ``schema`` included; DecodeError when the bytes are another or none."""
    value = _object(raw)
    expected = schema_of(kind)
    schema = value.get("schema", None if fields_of(kind)[0].required else expected)
    if schema != expected:
        raise _no_reader(schema, (expected,))
    return cast("M", _run(reader_of(kind), value, expected))


def schema_of(kind: type) -> str:
    """Name the message and version of a class, such as ``story.v1``."""
    return str(fields_of(kind)[0].default)


def reader_of(kind: type) -> Reader:
    """Make the reader of a class: a JSON object in, an instance out, DecodeError for a wrong shape."""
    return _reader_of(kind)


@cache
def _reader_of(kind: type) -> Reader:
    """Make it once."""
    names: dict[str, object] = {"kind": kind, "ABSENT": object(), "fault": _fault, "missing": _missing}
    lines = [
        "def read(value):",
        f"    if type(value) is not dict: fault({kind.__name__!r}, 'message', value)",
    ]
    lines.append("    get = value.get")
    for field in fields_of(kind):
        lines += [f"    {line}" for line in _field_source(kind.__name__, field, names)]
    arguments = ", ".join(f"{each.name}=v_{each.name}" for each in fields(kind))
    lines.append(f"    return kind({arguments})")
    exec(compile("\n".join(lines), f"<reader of {kind.__name__}>", "exec"), names)  # noqa: S102 - source is ours
    return cast("Reader", names["read"])


def _field_source(owner: str, field: Field, names: dict[str, object]) -> list[str]:
    """Write the lines that read one field into ``v_<name>``."""
    value, where = f"v_{field.name}", f"{owner}.{field.name}"
    names[f"default_{field.name}"] = field.default
    absent = f"missing({where!r})" if field.required else f"{value} = default_{field.name}"
    test, convert = _value_source(field.shape, value, field.name, names)
    present = f"if {test}: fault({where!r}, {field.shape.kind!r}, {value})"
    if field.shape.nullable:
        present = f"if {value} is not None and ({test}): fault({where!r}, {field.shape.kind!r}, {value})"
    lines = [f"{value} = get({field.name!r}, ABSENT)", f"if {value} is ABSENT: {absent}", "else:"]
    lines.append(f"    {present}")
    if convert:
        guard = f"if {value} is not None: " if field.shape.nullable else ""
        lines.append(f"    {guard}{value} = {convert}")
    return lines


def _value_source(shape: Shape, value: str, name: str, names: dict[str, object]) -> tuple[str, str]:
    """Write the expression that is true of a wrong value, and the one that makes the field of a right one."""
    match shape.kind:
        case "literal":
            names[f"set_{name}"] = frozenset(shape.values)
            return f"type({value}) is not str or {value} not in set_{name}", ""
        case "float":
            return f"type({value}) is not float and type({value}) is not int", f"float({value})"
        case "message":
            names[f"read_{name}"] = reader_of(cast("type", shape.inner))
            return "False", f"read_{name}({value})"
        case "array" | "pair":
            test, convert = _value_source(cast("Shape", shape.item), "x", name, names)
            wrong = f"type({value}) is not list"
            if shape.kind == "pair":
                wrong += f" or len({value}) != 2"
            if test != "False":
                wrong += f" or any([{test} for x in {value}])"
            return wrong, f"tuple([{convert} for x in {value}])" if convert else f"tuple({value})"
        case kind:
            return f"type({value}) is not {BARE[kind]}", ""


def _fault(where: str, kind: str, value: object) -> None:
    """Raise what is wrong with a value that is there."""
    if kind == "literal" and isinstance(value, str):
        raise DecodeError(Fault.UNKNOWN_VALUE, f"{where} does not know {value!r}")
    if kind == "array" and isinstance(value, list):
        raise DecodeError(Fault.WRONG_TYPE, f"{where} holds a value that does not belong there")
    raise DecodeError(Fault.WRONG_TYPE, f"{where} must be {NOUN[kind]}, not {type(value).__name__}")


def _missing(where: str) -> None:
    """Raise that a field is absent."""
    raise DecodeError(Fault.MISSING_FIELD, f"{where} is missing")


def _object(raw: bytes | bytearray | memoryview | str) -> dict[str, object]:
    """Read JSON that must be an object."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise DecodeError(Fault.NOT_JSON, f"no JSON: {error}") from error
    if type(value) is not dict:
        raise DecodeError(Fault.NOT_OBJECT, f"a message is an object, not {type(value).__name__}")
    return value


def _no_reader(schema: object, known: tuple[str, ...]) -> DecodeError:
    """Say that nobody reads this schema, and which are read."""
    if schema is None:
        return DecodeError(Fault.NO_SCHEMA, f"no schema is named; known here: {', '.join(known)}")
    if isinstance(schema, str) and schema in _readers():
        reason, verb = Fault.UNEXPECTED_SCHEMA, "not expected here"
    else:
        reason, verb = Fault.UNKNOWN_SCHEMA, "unknown"
    return DecodeError(
        reason, f"schema {schema!r} is {verb}; known here: {', '.join(known)}", schema=str(schema)
    )


def _run(reader: Reader, value: dict[str, object], schema: str) -> object:
    """Run a reader; its DecodeError learns the schema."""
    try:
        return reader(value)
    except DecodeError as error:
        raise DecodeError(error.reason, f"{schema}: {error}", schema=schema) from None


@cache
def _readers() -> dict[str, Reader]:
    """Map each schema to its reader."""
    return {schema_of(kind): reader_of(kind) for kind in MESSAGES}
