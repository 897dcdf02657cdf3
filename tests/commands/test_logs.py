"""Logs: JSON lines, one event a line, and no flood when the broker is away."""

import io
import logging
import sys

import orjson
import pytest
import structlog

from worker import logs


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lines(clock):
    """Configure JSON logs into a buffer and give a function that reads it; afterwards all is as it was."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, structlog.get_config())
    out = io.StringIO()
    logs.configure(stream=out, clock=clock)
    yield lambda: [orjson.loads(line) for line in out.getvalue().splitlines()]
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before[0], before[1]
    structlog.configure(**before[2])


def test_an_event_is_one_json_line_with_its_facts_as_keys(lines):
    structlog.get_logger("wiretrace.split").info("payload.handled", stories=2, outlet="Harbour Gazette")
    (line,) = lines()
    assert list(line)[:4] == ["ts", "level", "event", "logger"]
    assert line["ts"].endswith("Z")
    assert {key: line[key] for key in line if key != "ts"} == {
        "level": "info",
        "event": "payload.handled",
        "logger": "wiretrace.split",
        "stories": 2,
        "outlet": "Harbour Gazette",
    }


def test_what_json_cannot_hold_is_told_all_the_same(lines):
    structlog.get_logger("w").info("odd", raw=b"\xff", big=2**70, half="\ud800", keyed={1: {2}})
    (line,) = lines()
    assert line["event"] == "odd"
    assert line["raw"] == "b'\\xff'"


def test_an_exception_stands_on_one_line(lines):
    try:
        {}["no such slug"]
    except LookupError:
        structlog.get_logger("w").exception("payload.broke")
    (line,) = lines()
    assert line["level"] == "error"
    assert "no such slug" in line["exception"]


def test_the_level_holds_for_us_and_libraries_are_heard_from_warnings_on(lines):
    structlog.get_logger("w").debug("too.fine")
    logging.getLogger("aiokafka.conn").info("chatter")
    logging.getLogger("worker.stream.app").info("[^Worker]: Starting...")
    logging.getLogger("aiokafka.conn").warning("cannot reach %s", "broker")
    (line,) = lines()
    assert (line["event"], line["message"]) == ("library.log", "cannot reach broker")


def test_a_flood_is_cut_and_counted(lines, clock):
    library = logging.getLogger("aiokafka.conn")
    for number in range(1000):
        library.warning("cannot reach broker %s", number)
    library.warning("another matter")
    clock.now = logs.INTERVAL
    library.warning("cannot reach broker %s", 1000)
    told = lines()
    assert len(told) == logs.FLOOD + 2
    assert told[-1]["held_back"] == 1000 - logs.FLOOD
    assert "held_back" not in told[-2]


def test_a_flood_of_our_own_warnings_is_cut_too_but_not_the_line_a_message(lines):
    log = structlog.get_logger("wiretrace.place")
    for _ in range(100):
        log.warning("place.interrupted")
        log.info("story.placed")
    told = [line["event"] for line in lines()]
    assert told.count("place.interrupted") == logs.FLOOD
    assert told.count("story.placed") == 100


def test_a_terminal_gets_readable_lines(lines, capsys):
    logs.configure(style="console", stream=sys.stdout)
    structlog.get_logger("w").info("payload.handled", stories=2)
    assert "payload.handled" in capsys.readouterr().out
    assert lines() == []
