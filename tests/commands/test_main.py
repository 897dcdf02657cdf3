"""The command line as a newcomer meets it."""

import logging
import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from subprocess import PIPE

import orjson
import pytest

from worker import VERSION
from worker.__main__ import VERBS
from worker.commands import connect
from worker.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TRACE = [sys.executable, "-m", "worker", "trace"]


def test_help_names_every_verb_with_its_whole_summary(wiretrace):
    said = wiretrace("--help")
    assert said.code == 0
    assert said.err == ""
    for verb, summary in VERBS.items():
        assert f"  {verb} " in said.out
        assert summary in said.out


def test_no_verb_at_all_asks_for_help(wiretrace):
    assert wiretrace() == wiretrace("--help")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(wiretrace, verb):
    said = wiretrace(verb, "--help")
    assert said.code == 0
    assert wiretrace(verb, "-h") == said
    assert len(said.out.split()) > 20
    module = import_module(f"worker.commands.{verb}")
    assert hasattr(module, "command") != hasattr(module, "app")


def test_the_version_is_told(wiretrace):
    assert wiretrace("--version").out == f"wiretrace {VERSION}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["brokr"], "No such command 'brokr'"),
        (["broker", "--port", "many"], "'--port'"),
        (["topics"], "Missing command"),
        (["topics", "apply", "--grown"], "No such option: --grown"),
        (["replay"], "Missing argument"),
        (["follow", "--count", "0"], "'--count'"),
        (["rejects", "redrive", "--rate", "0"], "(wiretrace rejects redrive --help tells more)"),
        (["board", "--port", "x"], "wiretrace: --port: 'x' is no whole number"),
        (["trace", __file__, "--window", "7x"], "--window: '7x' is no duration"),
        (["follow", "--bootstrap", "http://here:9092"], "'http://here:9092' is no list of host:port"),
        (["topics", "apply", "--prefix", "a b"], "--prefix: 'a b'"),
        (["topics", "apply", "--bootstrap", "nowhere"], "--bootstrap: 'nowhere'"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_code_2(wiretrace, arguments, complaint):
    said = wiretrace(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert complaint in said.complaint()


@pytest.mark.parametrize(
    "arguments", [["topics", "apply"], ["topics", "list"], ["follow"], ["replay", __file__]]
)
def test_a_broker_that_does_not_answer_is_exit_code_3(wiretrace, arguments):
    said = wiretrace(*arguments, "--bootstrap", "127.0.0.1:1")
    assert said.code == 3
    assert said.complaint().startswith("wiretrace: no broker answers at 127.0.0.1:1")


def test_a_broker_that_goes_away_under_a_watch_is_told_once_not_at_each_try(capsys):
    async def work():
        for _ in range(3):
            logging.getLogger("aiokafka").error("Unable connect: %s", OSError(111, "Connection refused"))

    connect.run(work(), Settings())
    assert capsys.readouterr().err == ""
    connect.run(work(), Settings(), patient=lambda: True)
    assert capsys.readouterr().err == (
        "wiretrace: the broker at 127.0.0.1:9092 does not answer; waiting for it\n"
    )


def test_an_unknown_variable_is_named(wiretrace, monkeypatch):
    monkeypatch.setenv("WIRETRACE_BOOTSTRAPS", "here:9092")
    said = wiretrace("topics", "apply")
    assert said.code == 2
    assert "WIRETRACE_BOOTSTRAPS" in said.complaint()


@pytest.fixture
def story(tmp_path):
    path = tmp_path / "story.jsonl"
    path.write_text('{"outlet": "Harbour Gazette", "text": "The ferry — late again."}\n' * 2000, "utf-8")
    return path


def run(story, output, **environment):
    """Show a story in a process of its own."""
    lines = story.with_name("lines.jsonl")
    if not lines.exists():
        subprocess.run([*TRACE, story, "--out", lines], check=True, cwd=ROOT)
    story_id = orjson.loads(lines.read_bytes().splitlines()[0])["story_id"]
    show = [*TRACE[:-1], "show", story_id, "--from", lines]
    return subprocess.run(
        show, stdout=output, stderr=subprocess.PIPE, env=os.environ | environment, cwd=ROOT, check=False
    )


def test_a_terminal_that_lacks_a_character_gets_its_number(story):
    done = run(story, subprocess.PIPE, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"The ferry \\u2014 late again." in done.stdout


def test_a_reader_that_leaves_is_no_fault_to_speak_of(story):
    with subprocess.Popen([*TRACE, story], stdout=PIPE, stderr=PIPE, cwd=ROOT) as trace:
        assert trace.stdout is not None
        assert trace.stderr is not None
        trace.stdout.readline()
        trace.stdout.close()
        assert trace.stderr.read() == b""
        assert trace.wait(30) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_one_line(story):
    with Path("/dev/full").open("wb") as full:
        done = run(story, full)
    assert done.returncode == 1
    assert done.stderr == b"wiretrace: the output cannot be written: No space left on device\n"


def test_help_is_fast():
    """The verbs' modules, Faust and Kafka's client among what they import, are not loaded for it."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "worker", "--help"], check=True, capture_output=True, cwd=ROOT)
        times.append(time.perf_counter() - started)
    assert min(times) < 1.0  # 0.13 s on an idle machine; a busy one may not fail the test
