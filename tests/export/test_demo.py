"""The sample stream through a real broker and worker, exported, and asked what researchers ask."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import duckdb
import orjson
import pytest

from tests.faults.audit import read
from tests.faults.workers import WorkerProcess
from topics.catalog import topic_name
from worker import sample

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "research.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def wiretrace(*arguments, **where):
    command = [sys.executable, "-m", "worker", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **where)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def followed(kafka, prefix, tmp_path):
    """Run the sample through a worker; return the placements as they stand on the topic."""
    flags = ["--bootstrap", kafka.bootstrap, "--prefix", prefix]
    worker = WorkerProcess(bootstrap=kafka.bootstrap, prefix=prefix, log=tmp_path / "worker.log")
    worker.start()
    try:
        await asyncio.sleep(4)  # assigned: what comes then is split one by one, in order
        await asyncio.to_thread(
            wiretrace, "replay", str(sample.folder() / "payloads"), "--manifest", str(sample.manifest()),
            "--as-published", "--rate", "12", *flags,
        )  # fmt: skip
        deadline = asyncio.get_running_loop().time() + 60
        while True:
            variants = await read(kafka.bootstrap, topic_name("canonical-variants", prefix))
            rejects = await read(kafka.bootstrap, topic_name("wire-rejects", prefix))
            placed = [
                each for each in map(orjson.loads, (each.value for each in variants)) if "variant" in each
            ]
            payloads = {(each["coordinates"]["partition"], each["coordinates"]["offset"]) for each in placed}
            if len(payloads) + len(rejects) >= len(sample.files()):
                return placed
            if asyncio.get_running_loop().time() > deadline:
                pytest.fail(f"{len(payloads)} payloads placed, {len(rejects)} rejected")
            await asyncio.sleep(0.5)
    finally:
        assert worker.stop() == 0


async def test_an_export_of_the_demo_tells_median_lag_and_ap_copy_without_credit_by_outlet(
    kafka, prefix, apply_topics, tmp_path
):
    await apply_topics(prefix)
    placed = await followed(kafka, prefix, tmp_path)
    flags = ["--bootstrap", kafka.bootstrap, "--prefix", prefix]
    to = tmp_path / "stories.parquet"
    said = await asyncio.to_thread(wiretrace, "export", "--since", "2020-01-01", "--to", str(to), *flags)
    assert f"{len(placed)} stories" in said

    lags, stripped = {}, {}
    for each in placed:
        variant = each["variant"]
        if variant is None or variant["relation"] in {"original", "repeat"}:
            continue
        if variant["lag"] is not None:
            lags.setdefault(each["outlet"], []).append(variant["lag"] / 60)
        if variant["agency"] == "AP":
            stripped.setdefault(each["outlet"], []).append(variant["credit"] == "stripped")
    assert len(lags) > 5
    assert any(map(any, stripped.values()))
    by_lag, by_credit, *others = QUERIES
    with duckdb.connect() as database:
        database.execute("SET file_search_path = $1", [str(tmp_path)])
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
