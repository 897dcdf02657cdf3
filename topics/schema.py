"""Render the JSON Schemas of the contract; ``python -m topics.schema`` writes them, ``--check`` compares."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

import orjson

from topics.headers import PREFIX, EventHeaders, PayloadHeaders, RejectHeaders
from topics.messages import MESSAGES, ArticleV1
from topics.rules import Rule
from topics.shapes import Field, Shape, fields_of

Schema = dict[str, object]

HERE: Final = Path(__file__).resolve().parent
FOLDER: Final = HERE / "schemas"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
HEADERS: Final = {
    "payload-headers.v1": PayloadHeaders,
    "event-headers.v1": EventHeaders,
    "reject-headers.v1": RejectHeaders,
}
TYPES: Final = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "mapping": "object",
    "array": "array",
    "pair": "array",
}
ONE_BODY: Final[Schema] = {
    "anyOf": [{"required": [name], "properties": {name: {"type": "string"}}} for name in ("text", "html")],
}
"""An article needs its copy, as text or as HTML, which no type of a field can say."""


def render(kind: type) -> Schema:
    """Render the JSON Schema (2020-12) of a message class; nested classes stand under ``$defs``."""
    definitions: dict[str, Schema] = {}
    name = str(fields_of(kind)[0].default)
    body = _object(kind, definitions)
    schema: Schema = {"$schema": DIALECT, "$id": PREFIX + name, "title": name, **body}
    if kind is ArticleV1:
        schema |= ONE_BODY
    if definitions:
        schema["$defs"] = {each: definitions[each] for each in sorted(definitions)}
    return schema


def render_headers(name: str, kind: type) -> Schema:
    """Render the JSON Schema of a class of headers: an object of header names, all values text."""
    fields = fields_of(kind)
    return {
        "$schema": DIALECT,
        "$id": PREFIX + name,
        "title": name,
        "description": _first_line(kind),
        "type": "object",
        "properties": {str(each.header): _header(each) for each in fields},
        "required": [each.header for each in fields if each.required],
    }


def render_all() -> Iterator[tuple[str, Schema]]:
    """Render every schema of the contract with its name."""
    for kind in MESSAGES:
        yield str(fields_of(kind)[0].default), render(kind)
    for name, headers in HEADERS.items():
        yield name, render_headers(name, headers)


def files() -> dict[Path, bytes]:
    """Give the content that each schema file must have."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {FOLDER / f"{name}.json": orjson.dumps(schema, option=options) for name, schema in render_all()}


def stale(wanted: dict[Path, bytes]) -> list[str]:
    """Name the files that differ from what they must hold, and those in their folders that nobody renders."""
    differ = [path for path, content in wanted.items() if not path.is_file() or path.read_bytes() != content]
    suffixes = {(path.parent, path.suffix) for path in wanted}
    orphans = [
        path for folder, suffix in suffixes for path in folder.glob(f"*{suffix}") if path not in wanted
    ]
    return sorted(path.name for path in {*differ, *orphans})


def run(wanted: dict[Path, bytes], arguments: list[str]) -> int:
    """Write the files, or with ``--check`` only compare; the exit code is 1 when they are stale."""
    if "--check" in arguments:
        differ = stale(wanted)
        for name in differ:
            sys.stderr.write(f"{name} is stale: run the module without --check\n")
        return 1 if differ else 0
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return 0


def _object(kind: type, definitions: dict[str, Schema]) -> Schema:
    """Render a class; required is what a reader cannot do without."""
    fields = fields_of(kind)
    return {
        "description": _first_line(kind),
        "type": "object",
        "properties": {each.name: _property(each, definitions) for each in fields},
        "required": [each.name for each in fields if each.required],
    }


def _property(field: Field, definitions: dict[str, Schema]) -> Schema:
    """Render a field with its description."""
    return {"description": field.doc, **_value(field.shape, definitions)}


def _header(field: Field) -> Schema:
    """Render a header, whose value is text whatever the field's type."""
    if field.shape.kind == "int":
        least = field.shape.rule is not None and field.shape.rule.minimum
        pattern = "^[1-9][0-9]*$" if least else "^[0-9]+$"
        return {"description": field.doc, "type": "string", "pattern": pattern}
    if field.shape.kind == "literal":
        return {"description": field.doc, "enum": [*field.shape.values]}
    return {"description": field.doc, **_limits(field.shape.rule), "type": "string"}


def _value(shape: Shape, definitions: dict[str, Schema]) -> Schema:
    """Render the type of a value with its limits."""
    if shape.kind == "message":
        inner = cast("type", shape.inner)
        if inner.__name__ not in definitions:
            definitions[inner.__name__] = {}  # keeps a class that holds itself from rendering for ever
            definitions[inner.__name__] = _object(inner, definitions)
        reference: Schema = {"$ref": f"#/$defs/{inner.__name__}"}
        return {"anyOf": [reference, {"type": "null"}]} if shape.nullable else reference
    if shape.kind == "literal":
        if len(shape.values) == 1:
            return {"const": shape.values[0]}
        return {"enum": [*shape.values, *([None] if shape.nullable else [])]}
    name = TYPES[shape.kind]
    schema: Schema = {"type": [name, "null"] if shape.nullable else name, **_limits(shape.rule)}
    if shape.kind in {"array", "pair"}:
        item = _value(cast("Shape", shape.item), definitions)
        if shape.kind == "pair":
            schema |= {"prefixItems": [item, item], "minItems": 2, "maxItems": 2}
        else:
            schema["items"] = item
    return schema


def _limits(rule: Rule | None) -> Schema:
    """Render the limits of a value by their JSON Schema names."""
    if rule is None:
        return {}
    pairs = {
        "minimum": rule.minimum,
        "maximum": rule.maximum,
        "minLength": rule.min_length,
        "pattern": rule.pattern,
        "format": rule.format,
        "contentEncoding": rule.encoding,
    }
    return {name: value for name, value in pairs.items() if value is not None}


def _first_line(kind: type) -> str:
    """Take the sentence that describes a class."""
    return (kind.__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    sys.exit(run(files(), sys.argv[1:]))
