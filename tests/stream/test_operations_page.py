"""The operator's page knows every log event, metric and reason."""

import re
from pathlib import Path

import prometheus_client
import pytest

from worker.errors import Reason
from worker.stream import metrics

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
EVENT = re.compile(r"""(?:log\.(?:info|warning|error|critical|exception)|halt)\(\s*"([a-z_]+\.[a-z_]+)\"""")


def events():
    for path in sorted((ROOT / "worker" / "stream").glob("*.py")):
        yield from EVENT.findall(path.read_text(encoding="utf-8"))


def names():
    for value in vars(metrics).values():
        if isinstance(value, prometheus_client.metrics.MetricWrapperBase):
            yield value.describe()[0].name


def test_there_are_events_and_metrics_to_tell_of():
    assert len(set(events())) > 15
    assert len(set(names())) > 5


@pytest.mark.parametrize("event", sorted(set(events())))
def test_every_log_event_is_told(event):
    assert f"`{event}`" in PAGE


@pytest.mark.parametrize("name", sorted(set(names())))
def test_every_metric_is_told(name):
    assert re.search(rf"`{name}(_total)?(\{{[a-z,]+\}})?`", PAGE)


@pytest.mark.parametrize("reason", sorted(Reason))
def test_every_reason_is_told(reason):
    assert f"| `{reason.value}` |" in PAGE
