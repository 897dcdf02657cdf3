"""The pages for people: every command of the tour, every script and every query runs, on a real broker."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb
import orjson
import pytest

from tests.faults.audit import read
from tests.faults.workers import WorkerProcess
from topics.catalog import topic_name
from worker import sample
from worker.settings import Settings
from worker.stream import catalogue

pytestmark = [pytest.mark.broker, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SERVICES = {"make demo", "wiretrace broker", "wiretrace worker"}  # what the fixture, and other tests, start


def blocks(page, language):
    text = (DOCS / page).read_text(encoding="utf-8")
    return [body for found, body in BLOCK.findall(text) if found == language]


def commands():
    """Give the commands of the tour in order, those left out that serve until they are stopped."""
    lines = [line for block in blocks("tour.md", "sh") for line in block.splitlines()]
    assert set(lines) >= SERVICES
    return [line for line in lines if line not in SERVICES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Toured:
    """A worker that followed the sample by the commands of the tour, and what these said."""

    said: dict[str, str]
    folder: Path
    placed: list[dict]
    environment: dict[str, str]

    def rehomed(self, script):
        """Let a script of the pages find the broker and the topics of the test."""
        prefix = self.environment["WIRETRACE_PREFIX"]
        script = script.replace('"127.0.0.1:9092"', repr(self.environment["WIRETRACE_BOOTSTRAP"]))
        script = script.replace("CanonicalConsumer(", f"CanonicalConsumer(prefix={prefix!r}, ")
        return script.replace('"canonical-variants"', repr(topic_name("canonical-variants", prefix)))


def one_free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(worker, port):
    deadline = time.monotonic() + 60
    while worker.alive() and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the worker did not become ready")


def run(command, environment, folder):
    """Run a line of the page as bash would in a checkout whose environment is active."""
    command = command.replace("127.0.0.1:6066", f"127.0.0.1:{environment['WIRETRACE_HTTP_PORT']}")
    command = command.replace("worker/sample/", f"{sample.folder()}/")
    done = subprocess.run(
        ["bash", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def toured(kafka, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tour")
    prefix, free_port = "tour", one_free_port()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("WIRETRACE_")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "WIRETRACE_BOOTSTRAP": kafka.bootstrap,
        "WIRETRACE_PREFIX": prefix,
        "WIRETRACE_HTTP_PORT": str(free_port),
    }
    asyncio.run(catalogue.apply(Settings(bootstrap=kafka.bootstrap, prefix=prefix)))
    worker = WorkerProcess(
        bootstrap=kafka.bootstrap,
        prefix=prefix,
        log=folder / "worker.log",
        WIRETRACE_HTTP_PORT=str(free_port),
    )
    worker.start()
    try:
        wait_until_ready(worker, free_port)
        said = {}
        for command in commands():
            said[command] = run(command, environment, folder)
            if command.startswith("wiretrace replay"):
                asyncio.run(settled(kafka.bootstrap, prefix))
        variants = asyncio.run(read(kafka.bootstrap, topic_name("canonical-variants", prefix)))
    finally:
        assert worker.stop() == 0
    messages = [orjson.loads(record.value) for record in variants]
    return Toured(
        said=said,
        folder=folder,
        placed=[each for each in messages if each["schema"] == "variant.v1"],
        environment=environment,
    )


async def settled(bootstrap, prefix):
    """Wait until every payload of the sample is accounted for."""
    deadline = asyncio.get_running_loop().time() + 60
    while True:
        variants = await read(bootstrap, topic_name("canonical-variants", prefix))
        rejects = await read(bootstrap, topic_name("wire-rejects", prefix))
        where = [orjson.loads(record.value).get("coordinates") for record in variants]
        payloads = {(each["partition"], each["offset"]) for each in where if each}
        if len(payloads) + len(rejects) >= len(sample.files()):
            return
        if asyncio.get_running_loop().time() > deadline:
            pytest.fail(f"{len(payloads)} payloads placed, {len(rejects)} rejected")
        await asyncio.sleep(0.5)


def stable(line):
    """Keep what each run says again: partitions may swap neighbours, and with them who was how late."""
    line = " ".join(line.split()).rstrip("…").strip()
    if line.startswith("│"):
        return line.split("│")[1].strip()  # the outlet
    if re.match(r"20\d\d-", line):
        return line.split(",")[0].split(": ")[0]  # time, headline, outlet
    return line


def test_the_tour_says_what_its_commands_say(toured):
    said = " ".join("\n".join(toured.said.values()).split())
    for line in (line for block in blocks("tour.md", "text") for line in block.splitlines()):
        if not line.startswith(("created", "published")):  # the first is done, the second has a time
            assert stable(line) in said, line
    assert "published 43 payloads (115.4 kB)" in said


def test_what_the_tour_lists_as_made_is_the_catalogue(toured):
    made = [
        line
        for block in blocks("tour.md", "text")
        for line in block.splitlines()
        if line.startswith("created")
    ]
    listed = [f"created {topic.name} ({topic.partitions} partition" for topic in catalogue.CATALOG]
    assert made
    assert all(any(line.startswith(start) for start in listed) for line in made)
    assert toured.said["wiretrace topics apply"]


def variants(toured):
    return [each for each in toured.placed if each["variant"]]


def test_an_export_of_the_demo_tells_median_lag_and_ap_copy_without_credit_by_outlet(toured):
    lags, stripped = {}, {}
    for each in variants(toured):
        variant = each["variant"]
        if variant["relation"] in {"original", "repeat"}:
            continue
        if variant["lag"] is not None:
            lags.setdefault(each["outlet"], []).append(variant["lag"] / 60)
        if variant["agency"] == "AP":
            stripped.setdefault(each["outlet"], []).append(variant["credit"] == "stripped")
    assert len(lags) > 5
    assert any(map(any, stripped.values()))
    by_lag, by_credit, *others = blocks("research.md", "sql")
    with duckdb.connect() as database:
        database.execute("SET file_search_path = $1", [str(toured.folder)])
        assert len(database.execute("FROM 'stories.parquet'").fetchall()) == len(toured.placed)
        found = {outlet: (lag, count) for outlet, lag, count in database.execute(by_lag).fetchall()}
        assert found == {
            outlet: (pytest.approx(median(each), abs=0.1), len(each)) for outlet, each in lags.items()
        }
        found = {outlet: (share, count) for outlet, share, count in database.execute(by_credit).fetchall()}
        assert found == {
            outlet: (pytest.approx(sum(each) / len(each), abs=0.01), len(each))
            for outlet, each in stripped.items()
        }
        assert others
        for query in others:
            assert database.execute(query).fetchall(), query


def test_an_export_of_a_day_without_news_is_empty(toured):
    flags = "--since 2020-01-01 --until 2020-01-02 --to nothing.parquet"
    assert "nothing.parquet: 0 stories" in run(f"wiretrace export {flags}", toured.environment, toured.folder)


def script(toured, number):
    source = toured.rehomed(blocks("consumers.md", "python")[number])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        cwd=toured.folder,
        env=toured.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_script_tells_the_stories_as_they_stand(toured):
    *stories, last = script(toured, 0).splitlines()
    live = {each["canonical_id"] for each in variants(toured)}
    assert last.endswith("stories; from here on it is live")
    assert 5 < len(stories) <= len(live)


def test_the_alert_tells_each_ap_story_without_its_credit_once_and_goes_on_where_it_stopped(toured):
    expected = Counter(
        f"{each['outlet']} runs AP copy without credit: {each['headline']}"
        for each in variants(toured)
        if each["variant"]["agency"] == "AP" and each["variant"]["credit"] == "stripped"
    )
    assert Counter(script(toured, 1).splitlines()) == expected
    assert expected
    assert script(toured, 1) == ""


def test_the_history_counts_every_variant(toured):
    counted = {line.split()[1]: int(line.split()[0]) for line in script(toured, 2).splitlines()}
    assert counted == Counter(each["variant"]["relation"] for each in variants(toured))


def test_a_reader_without_our_code_reads_the_same(toured):
    lines = script(toured, 3).splitlines()
    placed = [line for line in lines if line.startswith("dev.wiretrace.variant.placed.v1 ")]
    assert len(placed) == len(toured.placed)
