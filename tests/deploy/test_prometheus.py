"""Rules and dashboard: promtool's own tests, and every query against a real scrape of a running worker.

Debian's package ``prometheus`` brings both programs; ``.ci/setup`` installs it. Without them they skip.
"""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path

import aiohttp
import orjson
import promql_parser
import pytest
import yaml

from tests.faults.workers import WorkerProcess
from worker import sample

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = orjson.loads((ROOT / "deploy" / "grafana" / "wiretrace.json").read_bytes())
ALERTS = yaml.safe_load((PROMETHEUS / "alerts.yaml").read_text(encoding="utf-8"))
RECORDING = yaml.safe_load((PROMETHEUS / "recording.yaml").read_text(encoding="utf-8"))
TESTED = yaml.safe_load((PROMETHEUS / "alerts.test.yaml").read_text(encoding="utf-8"))
installed = pytest.mark.skipif(
    not (shutil.which("promtool") and shutil.which("prometheus")), reason="no Prometheus: run .ci/setup"
)


def rules(file):
    return [rule for group in file["groups"] for rule in group["rules"]]


def queries():
    """Give each query of the dashboard with its panel's title, its variables filled in."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$job", "wiretrace").replace("$__rate_interval", "1m")
            yield panel["title"], query
    for annotation in DASHBOARD["annotations"]["list"]:
        yield annotation["name"], annotation["expr"].replace("$job", "wiretrace")


def names(expression):
    """Tell the metrics that an expression asks for."""
    return set(
        re.findall(r"\b(?:wiretrace|job(?:_[a-z]+)?):?[a-z_0-9:]*wiretrace[a-z_0-9:]*", expression)
    ) | set(re.findall(r"(?<![a-z_:])wiretrace_[a-z_]+", expression))


def promtool(*arguments):
    done = subprocess.run(
        ["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@installed
def test_promtool_takes_the_configuration_and_the_rules():
    promtool("check", "config", "prometheus.yml")
    promtool("check", "rules", "recording.yaml", "alerts.yaml")


@installed
def test_each_alert_fires_when_it_should_and_is_silent_when_all_is_well():
    promtool("test", "rules", "alerts.test.yaml")


def test_promtool_is_asked_of_every_alert_both_ways():
    alerts = {rule["alert"] for rule in rules(ALERTS)}
    silent, fired = set(), set()
    for case in (each for test in TESTED["tests"] for each in test["alert_rule_test"]):
        (fired if case.get("exp_alerts") else silent).add(case["alertname"])
    assert silent == alerts
    assert fired == alerts


def test_every_alert_leads_to_a_heading_of_the_operators_page():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^a-z -]", "", line.lower()).strip().replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("## ")
    }
    for rule in rules(ALERTS):
        file, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert (ROOT / file).is_file()
        assert anchor in anchors
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}


@pytest.mark.parametrize(
    "query", [query for _, query in queries()] + [r["expr"] for r in rules(ALERTS) + rules(RECORDING)]
)
def test_every_expression_parses_and_asks_for_metrics_that_exist(query):
    promql_parser.parse(query)
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    recorded = {rule["record"] for rule in rules(RECORDING)}
    for name in names(query) - recorded:
        assert re.search(rf"`{re.sub('_(bucket|sum|count)$', '', name)}[`{{]", page), name


def test_the_page_tells_of_every_alert():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(Wiretrace\w+)` \|", page, re.MULTILINE)) == {
        rule["alert"] for rule in rules(ALERTS)
    }


def test_panels_take_the_data_source_of_the_viewer_and_do_not_overlap():
    assert DASHBOARD["uid"] == "wiretrace"
    taken = set()
    for panel in DASHBOARD["panels"]:
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["description"]
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells


@pytest.fixture
def prometheus(tmp_path, unused_tcp_port_factory):
    """A real Prometheus with our configuration, scraping every second; yields it and the worker's port."""
    ours, workers = unused_tcp_port_factory(), unused_tcp_port_factory()
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    (job,) = config["scrape_configs"]
    job["static_configs"][0]["targets"] = [f"127.0.0.1:{workers}"]
    for name in config["rule_files"]:
        shutil.copy(PROMETHEUS / name, tmp_path)
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    process = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={tmp_path / 'prometheus.yml'}",
            f"--storage.tsdb.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{ours}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{ours}", workers
    process.terminate()
    process.wait(timeout=60)


async def ask(session, address, query):
    async with session.get(f"{address}/api/v1/query", params={"query": query}) as response:
        body = await response.json()
        assert body["status"] == "success", (query, body)
        return body["data"]["result"]


@installed
@pytest.mark.broker
@pytest.mark.slow
async def test_every_query_of_the_dashboard_has_an_answer_while_a_worker_follows_the_sample(
    kafka, prefix, apply_topics, tmp_path, prometheus
):
    address, port = prometheus
    await apply_topics(prefix)
    worker = WorkerProcess(
        bootstrap=kafka.bootstrap, prefix=prefix, log=tmp_path / "worker.log", WIRETRACE_HTTP_PORT=str(port)
    )
    worker.start()
    try:
        async with aiohttp.ClientSession() as session:
            await until(session, address, "wiretrace_ready == 1")
            await asyncio.to_thread(replay, kafka.bootstrap, prefix)
            await until(session, address, f"sum(wiretrace_placements_total) > {len(sample.files()) // 2}")
            await until(session, address, "wiretrace_window_stories > 0", within=60)
            await until(session, address, "job:wiretrace_end_to_end_seconds:p99_5m > 0")
            for title, query in queries():
                found = await ask(session, address, query)
                if title != "Restarts":  # nothing was started again
                    assert found, (title, query)
                    assert all(value != "NaN" for each in found for value in each["value"]), (title, query)
            for rule in rules(RECORDING):
                assert await ask(session, address, rule["record"]), rule["record"]
            alerts = {rule["alert"]: await ask(session, address, rule["expr"]) for rule in rules(ALERTS)}
            for name in ("WiretraceDown", "WiretraceNotReady", "WiretraceNobodyPlaces", "WiretraceRestarts"):
                assert alerts[name] == []
    finally:
        assert worker.stop() == 0


async def until(session, address, query, within=120.0):
    deadline = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < deadline:
        try:
            if await ask(session, address, query):
                return
        except aiohttp.ClientConnectionError:
            pass  # Prometheus is starting
        await asyncio.sleep(0.3)
    pytest.fail(f"no answer within {within:g} s: {query}")


def replay(bootstrap, prefix):
    command = [sys.executable, "-m", "worker", "replay", str(sample.folder() / "payloads"), "--rate", "10"]
    where = ["--manifest", str(sample.manifest()), "--bootstrap", bootstrap, "--prefix", prefix]
    subprocess.run([*command, *where], cwd=ROOT, check=True, capture_output=True)
