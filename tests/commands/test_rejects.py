"""What was refused can be listed, shown without harm, and put back once."""

import asyncio
import re
from pathlib import Path

import orjson
import pytest

from tests.faults.audit import read
from tests.faults.feed import Numbered
from tests.faults.workers import WorkerProcess, publish
from topics.catalog import topic_name
from topics.headers import RejectHeaders, write_headers
from worker.__main__ import main
from worker.commands import rejects
from worker.commands.letters import Letter, plan
from worker.commands.rejects import _facts, printable, safe
from worker.errors import Reason
from worker.stream.rejects import Origin, reject

TOPIC = "wire-payloads"


def a_letter(**facts):
    """A dead letter with defaults that are legal."""
    value = facts.pop("value", b"<html>")
    why = {
        "reject_id": "ab" * 16,
        "error_class": "no_copy",
        "error_message": "no text",
        "error_stage": "split",
        "topic": TOPIC,
        "partition": 1,
        "offset": 7,
        "timestamp": 5,
        "dlt_topic": TOPIC,
        "worker_version": "1",
        **facts,
    }
    return Letter(why=RejectHeaders(**why), headers=(), key=b"desk", value=value, written=9)


class Record:
    key, value, timestamp = b"desk", b"bytes", 9

    def __init__(self, headers):
        self.headers = headers


def test_a_letter_tells_its_own_headers_from_those_of_the_payload():
    original = [("ce_id", b"1"), ("x-of-the-feed", b"\xff")]
    letter = Letter.of(Record([*original, *write_headers(a_letter().why)]))
    assert letter.headers == tuple(original)
    assert letter.why.offset == 7


def test_each_payload_goes_once_however_many_of_its_parts_were_refused():
    letters = [a_letter(part=part, reject_id=f"{part:032x}") for part in range(3)]
    redrive = plan(letters, topic=TOPIC, attempts=3)
    assert redrive.going == (letters[0],)
    assert redrive.staying == {"another part of a payload that goes": 2}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"attempt": 3}, "refused 3 times or more"),
        ({"size": 10_000_000, "digest": "00"}, "only an excerpt was kept"),
        ({"topic": "wire-stories"}, "not from wire-payloads: redrive the payload that it came from"),
    ],
)
def test_what_cannot_go_says_why(facts, why):
    redrive = plan([a_letter(**facts)], topic=TOPIC, attempts=3)
    assert redrive.going == ()
    assert redrive.staying == {why: 1}


def test_bytes_that_would_take_over_a_terminal_are_made_visible():
    assert printable(b"Storm\x1b[2J\x07\nnext") == "Storm\\x1b[2J\\x07\nnext"
    assert safe("left\u202eright\n") == "left\\u202eright\\n"
    assert printable(b"\xff\xd8 JFIF") == f"00000000  {'ff d8 20 4a 46 49 46':47}  .. JFIF"
    assert printable("caf\u00e9".encode()[:-1]) == "caf"


def test_the_operators_page_tells_every_field_of_a_letter():
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"^`list --json` (.*?)not changed\.$", page, re.MULTILINE | re.DOTALL)
    assert set(_facts(a_letter())) == set(re.findall(r"`(\w+)`", told)) - {"split", "place"}


def test_an_unknown_reason_or_time_is_a_usage_error(capsys):
    for flag, value in (("--reason", "ugly"), ("--since", "yesterday")):
        with pytest.raises(SystemExit) as ended:
            main(["rejects", "list", "--bootstrap", "127.0.0.1:1", flag, value])
        assert ended.value.code == 2
        assert value in capsys.readouterr().err


def test_a_letter_that_nobody_wrote_is_not_redriven_in_silence(wiretrace, kafka, prefix):
    where = ("--bootstrap", kafka.bootstrap, "--prefix", prefix)
    assert wiretrace("topics", "apply", *where).code == 0
    for arguments, complaint in (
        (["redrive", "zz"], "'zz' is no id of a letter"),
        (["redrive", "0000"], "no letter 0000 in wire-rejects"),
        (["show", "0000"], "no letter 0000 in wire-rejects"),
    ):
        said = wiretrace("rejects", *arguments, *where)
        assert said.code == 2
        assert complaint in said.complaint()


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(["rejects", *arguments])
    return ended.value.code


async def test_a_payload_is_refused_listed_shown_and_redriven_until_the_loop_guard_holds_it(
    kafka, prefix, apply_topics, tmp_path, capfdbinary
):
    await apply_topics(prefix)
    body = b'{"outlet": "Pier Post", "text": "The harb\x1b[2J'
    headers = [("content-type", b"application/json"), ("x-of-the-feed", b"7")]
    bad = Numbered(number=0, story=0, key=b"desk", body=body, headers=headers)
    where = ("--bootstrap", kafka.bootstrap, "--prefix", prefix)
    worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=tmp_path / "worker.log")
    rejects, payloads = topic_name("wire-rejects", prefix), topic_name("wire-payloads", prefix)
    worker.start()
    try:
        await publish(kafka.bootstrap, payloads, [bad], rate=None)
        await arrive(kafka.bootstrap, rejects, 1)

        assert await asyncio.to_thread(run, "list", *where, "--since", "1h", "--reason", "malformed") == 0
        assert b"1  malformed" in capfdbinary.readouterr().out
        assert await asyncio.to_thread(run, "list", *where, "--json") == 0
        letter = orjson.loads(capfdbinary.readouterr().out)
        assert letter["reason"] == "malformed"
        assert letter["headers"] == {"content-type": "application/json", "x-of-the-feed": "7"}
        assert await asyncio.to_thread(run, "show", letter["id"][:8], *where) == 0
        shown = capfdbinary.readouterr().out
        assert b"The harb\\x1b[2J" in shown
        assert b"\x1b" not in shown

        assert await asyncio.to_thread(run, "redrive", *where) == 0
        assert b"nothing was sent" in capfdbinary.readouterr().out
        assert await asyncio.to_thread(run, "redrive", *where, "--yes") == 0
        assert b"redrove 1 payload" in capfdbinary.readouterr().out
        await arrive(kafka.bootstrap, rejects, 2)
        sent = await read(kafka.bootstrap, payloads)
        again = [record for record in sent if ("x-attempt", b"1") in record.headers]
        assert [(record.key, record.value, list(record.headers[:2])) for record in again] == [
            (b"desk", body, headers)
        ]
        second = {dict(record.headers)["x-attempt"] for record in await read(kafka.bootstrap, rejects)}
        assert second == {b"1", b"2"}
        assert await asyncio.to_thread(run, "redrive", *where, "--attempts", "1") == 1
        assert b"refused once or more" in capfdbinary.readouterr().out
    finally:
        assert worker.stop() == 0


async def arrive(bootstrap, topic, count, within=120.0):
    """Wait until a topic holds ``count`` records."""
    deadline = asyncio.get_running_loop().time() + within
    while len(await read(bootstrap, topic)) < count:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.3)


def test_a_header_without_a_value_is_shown_as_one():
    letter = Letter.of(Record([("ce_id", None), *write_headers(a_letter().why)]))
    assert letter.headers == (("ce_id", None),)
    assert rejects._facts(letter)["headers"] == {"ce_id": None}


def test_headers_of_a_payload_cannot_speak_for_its_dead_letter():
    spoof = (("x-original-size", b"5"), ("x-error-part", b"the second"), ("x-of-the-feed", b"1"))
    origin = Origin(
        topic=TOPIC, topic_id="t", partition=0, offset=1, timestamp=1, key=None, value=b"", headers=spoof
    )
    told = reject(origin, prefix="", stage="split", reason=Reason.EMPTY_PAYLOAD, message="none", limit=9)
    letter = Letter.of(Record(told.headers))
    assert (letter.why.size, letter.why.part) == (None, None)
    assert letter.headers == (("x-of-the-feed", b"1"),)
