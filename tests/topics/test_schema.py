import re
from pathlib import Path

import jsonschema_rs
import orjson
import pytest

from topics import schema
from topics.codec import DecodeError, decode_as, encode, schema_of
from topics.headers import read_headers, write_headers
from topics.messages import MESSAGES

EXAMPLES = Path(schema.__file__).parent / "examples"
SCHEMAS = dict(schema.render_all())
KINDS = {schema_of(kind): kind for kind in MESSAGES}


def examples(outcome):
    return [
        pytest.param(path, id=f"{path.parent.parent.name}/{path.stem}")
        for path in sorted(EXAMPLES.glob(f"*/{outcome}/*.json"))
    ]


def validator(path):
    name = path.parent.parent.name
    return jsonschema_rs.validator_for(SCHEMAS[name], validate_formats=True)


def header_pairs(raw):
    return [(name, text.encode()) for name, text in orjson.loads(raw).items()]


def read(path):
    name, raw = path.parent.parent.name, path.read_bytes()
    if name in KINDS:
        return decode_as(KINDS[name], raw)
    return read_headers(schema.HEADERS[name], header_pairs(raw))


def test_the_committed_schemas_are_what_the_messages_say():
    assert schema.stale(schema.files()) == []


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_is_a_schema(name):
    jsonschema_rs.meta.validate(SCHEMAS[name])


@pytest.mark.parametrize("path", examples("pass"))
def test_a_legal_example_is_valid_and_can_be_read(path):
    validator(path).validate(orjson.loads(path.read_bytes()))
    message = read(path)
    if path.parent.parent.name in KINDS:
        written = encode(message)
        validator(path).validate(orjson.loads(written))
        assert decode_as(type(message), written) == message
    else:
        assert read_headers(type(message), write_headers(message)) == message


@pytest.mark.parametrize("path", examples("fail"))
def test_an_illegal_example_is_refused_for_the_reason_that_its_name_tells(path):
    errors = list(validator(path).iter_errors(orjson.loads(path.read_bytes())))
    told = " ".join(str(step) for error in errors for step in [*error.instance_path, error.message])
    assert words(told) & words(path.stem)


def words(text):
    return set(re.findall(r"[a-z]{2,}", text.lower())) - {"is", "not", "of", "the", "no", "has", "and"}


SHAPELESS = {
    "received-has-no-milliseconds",
    "furniture-stands-before-the-copy-began",
    "fingerprint-is-no-base64",
    "urgency-is-nine",
    "at-is-local-time",
    "source-offset-is-negative",
    "coverage-is-above-one",
    "sequence-is-zero",
    "into-is-empty",
    "outlets-is-negative",
    "carrying-is-negative",
    "founded-is-a-date",
    "expires-is-a-day",
    "article-has-neither-text-nor-html",
    "text-and-html-are-null",
    "ce-source-is-empty",
    "ce-time-is-a-date",
    "ce-type-is-empty",
    "attempt-is-zero",
}
"""Faults of range or pattern, which the schema alone sees: see ``topics.codec``."""


@pytest.mark.parametrize("path", examples("fail"))
def test_an_illegal_example_of_wrong_shape_cannot_be_read(path):
    if path.stem in SHAPELESS:
        read(path)
    else:
        with pytest.raises(DecodeError):
            read(path)


def test_no_schema_and_no_example_is_an_orphan():
    folders = {path.name for path in EXAMPLES.iterdir()}
    assert folders == set(SCHEMAS)
    for folder in EXAMPLES.iterdir():
        assert {path.name for path in folder.iterdir()} == {"pass", "fail"}
        assert len(list(folder.glob("pass/*.json"))) >= 2
        assert len(list(folder.glob("fail/*.json"))) >= 3
    assert not [path for path in EXAMPLES.rglob("*") if path.is_file() and path.suffix != ".json"]


def test_a_stale_schema_fails_the_check(tmp_path, capsys):
    wanted = {tmp_path / "story.v1.json": b"{}"}
    assert schema.run(wanted, ["--check"]) == 1
    assert "story.v1.json" in capsys.readouterr().err
    assert schema.run(wanted, []) == 0
    assert schema.run(wanted, ["--check"]) == 0
    (tmp_path / "gone.v1.json").write_bytes(b"{}")
    assert schema.stale(wanted) == ["gone.v1.json"]
