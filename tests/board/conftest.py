"""A board with the sample stream in it, and one on a real broker that a real browser looks at."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import orjson
import pytest

from topics import messages
from topics.codec import reader_of
from topics.items import Event
from worker import sample
from worker.board.app import Board, build
from worker.board.hub import Hub, State, Status
from worker.board.store import Store
from worker.board.writer import write
from worker.commands.payloads import read_payloads
from worker.commands.services import Service, environment, free_port
from worker.commands.trace import trace_lines

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = [
    *["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    *["--disable-background-networking", "--disable-component-update", "--disable-sync"],
]


def event(message, offset, partition=0):
    """A record as the topics would tell it."""
    where = {"topic": "canonical-variants", "partition": partition, "offset": offset, "timestamp": 0}
    return Event(message=message, schema=message.schema, **where)


def placements(lines):
    """What ``wiretrace trace`` placed or kept, as messages."""
    for line in lines:
        if line["status"] == "merged":
            yield reader_of(messages.MergeV1)(line)
        elif line["status"] != "rejected":
            yield reader_of(messages.VariantV1)({"schema": "variant.v1", **line})


@pytest.fixture(scope="session")
def sample_messages():
    return list(placements(trace_lines(read_payloads(list(sample.files()), sample.manifest()))))


@pytest.fixture
def store(tmp_path):
    opened = Store.open(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture
def filled(store, sample_messages):
    """A store that holds the sample stream."""
    write(
        store, [event(each, at) for at, each in enumerate(sample_messages)], {("canonical-variants", 0): 99}
    )
    return store


@pytest.fixture
def hub():
    return Hub(Status(State.LIVE, 0))


@pytest.fixture
async def pages(store, hub):
    """Ask for pages without a server."""
    app = build(Board(store=store, hub=hub))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://board") as client:
        yield client


def original(**changes):
    """A legal placement; changes go to the story, or to the message where that has the field."""
    example = ROOT / "topics/examples/variant.v1/pass/an-original-with-defaults.json"
    value = orjson.loads(example.read_bytes())
    for name, change in changes.items():
        if name in value:
            value[name] = change
        if name in value["story"] or name not in value:
            value["story"][name] = change
    return reader_of(messages.VariantV1)(orjson.loads(orjson.dumps(value)))


@pytest.fixture(scope="module")
def chromium():
    """A real headless Chromium; WIRETRACE_REQUIRE_CHROMIUM makes its absence an error.

    Playwright keeps an event loop running until it is stopped: no test that uses it may be asynchronous.
    """
    sync_api = pytest.importorskip("playwright.sync_api")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("WIRETRACE_REQUIRE_CHROMIUM"):
            pytest.fail("Chromium is required here and is absent (apt-get install chromium)")
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        yield browser
        browser.close()


class Stage:
    """A worker and a board on a broker, under a prefix of their own."""

    def __init__(self, bootstrap, prefix, folder, *, worker=True):
        self.bootstrap, self.prefix, self.folder = bootstrap, prefix, folder
        self.port, self._probes = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        ours = environment(
            keep=False,
            WIRETRACE_BOOTSTRAP=bootstrap,
            WIRETRACE_PREFIX=prefix,
            WIRETRACE_HTTP_PORT=str(self._probes),
            WIRETRACE_BOARD_PORT=str(self.port),
            WIRETRACE_BOARD_DATA=str(folder / "store"),
            WIRETRACE_LOG_LEVEL="warning",
            WIRETRACE_WINDOW="1000d",  # the sample is of March, the seeds come now
            WIRETRACE_BOARD_KEEP="forever",  # as above
        )
        self._wiretrace("topics", "apply")
        self._services = [
            Service([verb], ours, folder / f"{verb}.log") for verb in ("worker", "board")[not worker :]
        ]
        if worker:
            self._services[0].wait_until_ready("127.0.0.1", self._probes, "/readyz", within=120)
        self._services[-1].wait_until_ready("127.0.0.1", self.port, "/healthz", within=120)

    def replay(self, *what):
        """Publish payload files."""
        self._wiretrace("replay", *what)

    def _wiretrace(self, *arguments):
        where = ["--bootstrap", self.bootstrap, "--prefix", self.prefix]
        done = subprocess.run(
            [sys.executable, "-m", "worker", *map(str, arguments), *where],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def stop(self):
        """Stop both; give the exit codes."""
        return [service.stop() for service in reversed(self._services)]
