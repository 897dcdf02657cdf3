import subprocess
import sys
from contextlib import suppress
from dataclasses import MISSING, fields, replace

import jsonschema_rs
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics import schema
from topics.codec import DecodeError, EncodeError, Fault, decode, decode_as, encode, schema_of
from topics.messages import MESSAGES, ArticleV1, Coordinates, MergeV1, Paragraph, StoryV1, TickV1
from topics.shapes import fields_of
from topics.times import time_ms, time_text

times = st.integers(min_value=-62135596800000, max_value=253402300799999).map(time_text)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def strings(rule):
    if rule and rule.format == "date-time":
        return times
    if rule and rule.encoding == "base64":
        return st.sampled_from(["", "AAAA", "/+8=", "Zg=="])
    return texts.filter(bool) if rule and rule.min_length else texts


def numbers(rule):
    low, high = (rule.minimum, rule.maximum) if rule else (-1e9, 1e9)
    return st.floats(low, high).map(lambda x: round(x, 4))


DRAW = {
    "str": lambda shape: strings(shape.rule),
    "int": lambda shape: st.integers(int(shape.rule.minimum), int(shape.rule.maximum or 2**53)),
    "float": lambda shape: numbers(shape.rule),
    "bool": lambda _: st.booleans(),
    "literal": lambda shape: st.sampled_from(shape.values),
    "message": lambda shape: messages(shape.inner),
    "array": lambda shape: st.lists(values(shape.item), max_size=2).map(tuple),
    "pair": lambda shape: st.tuples(values(shape.item), values(shape.item)),
    "mapping": lambda _: st.dictionaries(texts, json_values, max_size=3),
}


def values(shape):
    """Draw legal values of a field from what its annotation says."""
    drawn = DRAW[shape.kind](shape)
    return st.none() | drawn if shape.nullable else drawn


def messages(kind):
    return st.builds(kind, **{each.name: values(each.shape) for each in fields_of(kind)})


@pytest.mark.parametrize("kind", MESSAGES)
def test_what_was_written_reads_back_the_same_and_is_valid(kind):
    valid = jsonschema_rs.validator_for(schema.render(kind), validate_formats=True)

    @settings(max_examples=30, deadline=None)
    @given(messages(kind))
    def law(message):
        if kind is ArticleV1:
            message = replace(message, text=message.text or "")
        raw = encode(message)
        assert decode(raw) == message
        assert decode_as(kind, raw) == message
        assert encode(decode(raw)) == raw
        valid.validate(orjson.loads(raw))

    law()


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_schema_tells_the_same_fields_as_the_class(kind):
    rendered = schema.render(kind)
    assert list(rendered["properties"]) == [each.name for each in fields(kind)]
    assert next(iter(rendered["properties"])) == "schema"
    needed = {each.name for each in fields(kind) if each.default is each.default_factory is MISSING}
    assert set(rendered["required"]) - {"schema"} == needed
    assert all(each.doc for each in fields_of(kind))


@given(st.binary() | json_values.map(orjson.dumps))
def test_arbitrary_bytes_are_a_message_or_a_decode_error(raw):
    with suppress(DecodeError):
        assert isinstance(decode(raw), MESSAGES)


MERGE = {"schema": "merge.v1", "status": "merged", "canonical_id": "b", "into": "a", "story_id": "s"}


@pytest.mark.parametrize(
    ("raw", "reason", "said"),
    [
        (b"", Fault.NOT_JSON, "no JSON"),
        (b"\xff", Fault.NOT_JSON, "no JSON"),
        (b"[]", Fault.NOT_OBJECT, "list"),
        (b"{}", Fault.NO_SCHEMA, "story.v1"),
        (b'{"schema":["story.v1"]}', Fault.UNKNOWN_SCHEMA, "known here"),
        (b'{"schema":"merge.v2"}', Fault.UNKNOWN_SCHEMA, "merge.v1"),
        (b'{"schema":"tick.v1"}', Fault.MISSING_FIELD, "tick.v1: TickV1.at is missing"),
        (b'{"schema":"tick.v1","at":5}', Fault.WRONG_TYPE, "TickV1.at must be a string, not int"),
        (orjson.dumps({**MERGE, "status": "split"}), Fault.UNKNOWN_VALUE, "MergeV1.status"),
    ],
)
def test_a_record_that_cannot_be_read_says_why(raw, reason, said):
    with pytest.raises(DecodeError, match=said.replace(".", r"\.")) as caught:
        decode(raw)
    assert caught.value.reason is reason


def test_a_message_that_was_not_asked_for_is_told_from_one_that_nobody_knows():
    with pytest.raises(DecodeError) as caught:
        decode_as(TickV1, orjson.dumps(MERGE))
    assert caught.value.reason is Fault.UNEXPECTED_SCHEMA
    assert caught.value.schema == "merge.v1"


def test_a_field_of_a_later_writer_is_skipped():
    assert decode(orjson.dumps({**MERGE, "evidence": [1, 2]})) == MergeV1(
        canonical_id="b", into="a", story_id="s"
    )


def test_a_whole_number_may_stand_for_a_share():
    raw = encode(
        StoryV1(
            id="a",
            coordinates=Coordinates(topic="t", partition=0, offset=0),
            source_format="text",
        )
    )
    link = {"type": "same_event", "canonical_id": "c", "story_id": "s", "share": 1}
    message = {
        "schema": "variant.v1",
        "status": "kept",
        "story_id": "a",
        "links": [link],
        "story": orjson.loads(raw),
        "coordinates": {"topic": "t", "partition": 0, "offset": 0},
    }
    share = decode(orjson.dumps(message)).links[0].share
    assert (share, type(share)) == (1.0, float)


def test_half_a_surrogate_pair_is_no_json():
    story = StoryV1(
        id="a",
        coordinates=Coordinates(topic="t", partition=0, offset=0),
        source_format="text",
        paragraphs=(Paragraph(text="\ud800"),),
    )
    with pytest.raises(EncodeError, match=r"story\.v1"):
        encode(story)


@pytest.mark.parametrize("kind", MESSAGES)
def test_messages_are_frozen_and_slotted(kind):
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
    assert schema_of(kind).endswith(".v1")


@given(st.integers(min_value=-62135596800000, max_value=253402300799999))
def test_a_time_keeps_its_milliseconds(moment):
    assert time_ms(time_text(moment)) == moment


def test_a_time_without_its_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        time_ms("2026-11-22T21:05:00.000")


def test_the_contract_needs_the_standard_library_and_orjson_alone():
    code = (
        "import sys, topics.messages, topics.codec, topics.catalog, topics.headers, topics.schema\n"
        "print(*sorted({m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=schema.HERE.parent
    )
    extra = {name for name in ran.stdout.split() if not name.startswith("_")}
    assert extra <= {"topics", "orjson"}
