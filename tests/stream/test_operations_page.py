"""The operator's page and the code name the same metrics, labels, log events, fields and reasons."""

import ast
import re
from pathlib import Path

import prometheus_client
import pytest

from worker.errors import Reason
from worker.stream import metrics

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
OTHERWISE = {"exception", "trace_id"}  # written by the formatter, and where traces are on


def table(heading):
    """Return the cells of the first table under a row that begins with ``heading``."""
    _, _, after = PAGE.partition(f"| {heading} |")
    rows = after.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def log_calls():
    """Find every call that writes a log line: its event and the names of its facts."""
    for path in sorted((ROOT / "worker").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            function, event = node.func, node.args[0]
            logs = (
                isinstance(function, ast.Attribute)
                and function.attr in LEVELS
                and isinstance(function.value, ast.Name)
                and function.value.id == "log"
            )
            halts = isinstance(function, ast.Name) and function.id == "halt"
            if (logs or halts) and isinstance(event, ast.Constant) and isinstance(event.value, str):
                yield event.value, {word.arg for word in node.keywords if word.arg}


def registered():
    """Tell each metric of the worker as the exposition writes it, with its labels."""
    for value in vars(metrics).values():
        if isinstance(value, prometheus_client.metrics.MetricWrapperBase):
            total = "_total" if isinstance(value, prometheus_client.Counter) else ""
            labels = f"{{{','.join(value._labelnames)}}}" if value._labelnames else ""
            yield f"{value._name}{total}{labels}"


def test_the_page_and_the_registry_have_the_same_metrics_with_the_same_labels():
    told = [name.strip("`") for name, *_ in table("metric")]
    assert sorted(told) == sorted(registered())
    assert len(told) > 10


def test_every_metric_of_the_page_says_what_it_means():
    assert all(meaning for _, meaning, *_ in table("metric"))


def test_metrics_are_named_by_convention():
    for value in vars(metrics).values():
        if not isinstance(value, prometheus_client.metrics.MetricWrapperBase):
            continue
        assert re.fullmatch(r"wiretrace_[a-z_]+", value._name)
        if isinstance(value, prometheus_client.Histogram):
            assert value._name.endswith(("_seconds", "_bytes"))
        assert not {"outlet", "story", "story_id", "canonical_id"} & set(value._labelnames)


def test_the_page_and_the_code_have_the_same_log_events():
    told = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", "".join(row[0] for row in table("event"))))
    told |= set(re.findall(r"`([a-z_]+\.[a-z_]+)`", PAGE.partition("One line a message")[2].split("\n")[0]))
    assert told == {event for event, _ in log_calls()}
    assert len(told) > 15


def test_the_page_and_the_code_have_the_same_log_fields():
    told = set(re.findall(r"`([a-z_]+)`", " ".join(row[0] for row in table("field"))))
    assert told - OTHERWISE == {fact for _, facts in log_calls() for fact in facts} - OTHERWISE


@pytest.mark.parametrize("reason", sorted(Reason))
def test_every_reason_is_told(reason):
    assert f"| `{reason.value}` |" in PAGE
