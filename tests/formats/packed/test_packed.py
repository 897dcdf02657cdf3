"""Packed payloads: what they hold is read, and a bomb costs no more than the limit."""

import gzip
import io
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import Reason
from worker.pipeline import Limits, Rejected, split
from worker.story import Payload, Story

PAGE = b"The last ferry left Harrow on Monday with nine people and a dog on board, the port said.\n"
JSON = b'{"title": "Ferry stops", "text": "The ferry stopped on Monday."}'


def archive(files, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as packed:
        for name, body in files.items():
            packed.writestr(name, body)
    return out.getvalue()


def parts(body, **limits):
    return split(Payload(body=body), Limits(**limits) if limits else Limits())


def test_a_gzip_file_is_what_it_holds_even_in_several_members():
    (story,) = parts(gzip.compress(JSON, mtime=0))
    assert (story.headline, story.source_format) == ("Ferry stops", "json-article")
    (joined,) = parts(gzip.compress(JSON[:20]) + gzip.compress(JSON[20:]))
    assert joined.headline == "Ferry stops"


def test_each_file_of_an_archive_is_a_payload_and_a_bad_one_is_refused_alone():
    told = parts(
        archive({"a.json": JSON, "__MACOSX/._a": b"x", "b.png": b"\x89PNG\r\n\x1a\n", "d/c.txt": PAGE})
    )
    assert [type(part) for part in told] == [Story, Rejected, Story]
    assert told[1].reason is Reason.UNKNOWN_FORMAT


def test_a_bomb_is_refused_at_the_limit():
    started = time.perf_counter()
    (flat,) = parts(gzip.compress(b"\x20" * 200_000_000, 9))
    assert flat.reason is Reason.TOO_LARGE
    (deep,) = parts(archive({"a": b" " * 50_000_000}))
    assert deep.reason is Reason.TOO_LARGE
    assert time.perf_counter() - started < 20


def test_archives_inside_archives_come_to_an_end():
    body = JSON
    for _ in range(6):
        body = gzip.compress(body, mtime=0)
    (rejected,) = parts(body)
    assert rejected.reason is Reason.UNKNOWN_FORMAT


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(PAGE, mtime=0)[:-9],
        b"\x1f\x8b" + b"\x00" * 40,
        archive({"a.txt": PAGE})[:-20],
        b"PK\x03\x04" + b"\xff" * 60,
        zlib.compress(PAGE),
    ],
)
def test_what_is_broken_has_its_reason(body):
    (rejected,) = parts(body)
    assert rejected.reason in {Reason.MALFORMED, Reason.UNKNOWN_FORMAT, Reason.UNDECODABLE}


@given(st.binary(max_size=200), st.integers(0, 200))
def test_damaged_archives_never_raise(noise, at):
    for whole in (archive({"a.json": JSON, "b.txt": PAGE}), gzip.compress(JSON, mtime=0)):
        split(Payload(body=whole[:at] + noise + whole[at:]))
