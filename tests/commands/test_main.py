"""The command line as a newcomer meets it."""

import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

from worker import VERSION
from worker.__main__ import VERBS

ROOT = Path(__file__).resolve().parents[2]


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


def test_an_unknown_variable_is_named(wiretrace, monkeypatch):
    monkeypatch.setenv("WIRETRACE_BOOTSTRAPS", "here:9092")
    said = wiretrace("topics", "apply")
    assert said.code == 2
    assert "WIRETRACE_BOOTSTRAPS" in said.complaint()


def test_help_is_fast():
    """The verbs' modules, Faust and Kafka's client among what they import, are not loaded for it."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "worker", "--help"], check=True, capture_output=True, cwd=ROOT)
        times.append(time.perf_counter() - started)
    assert min(times) < 1.0  # 0.13 s on an idle machine; a busy one may not fail the test
