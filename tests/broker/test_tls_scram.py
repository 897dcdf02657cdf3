"""A broker that takes SCRAM over TLS alone: the whole worker gets in, a stranger does not, nothing leaks."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.audit import read
from tests.faults.feed import feed
from tests.faults.workers import WorkerProcess, publish
from topics.catalog import topic_name
from worker.broker import Broker, jars
from worker.broker.process import Runtime
from worker.commands import services
from worker.settings import Settings
from worker.stream.health import Health
from worker.stream.vitals import Vitals

pytestmark = pytest.mark.broker

PASSWORD = "correct-horse-battery"  # noqa: S105 - of a broker that lives as long as this test
USER = "desk"
ROOT = Path(__file__).resolve().parents[2]


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certify(folder: Path) -> None:
    """Make an authority, and a certificate by it for 127.0.0.1, with the openssl program."""
    openssl(
        folder,
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test authority"),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        *("-keyout", "ca.key", "-out", "ca.pem"),
    )
    openssl(folder, *"req -newkey rsa:2048 -nodes -subj /CN=broker -keyout b.key -out b.csr".split())
    (folder / "b.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(
        folder,
        *"x509 -req -in b.csr -CA ca.pem -CAkey ca.key -CAcreateserial".split(),
        *"-days 2 -extfile b.ext -out b.pem".split(),
    )
    (folder / "keystore.pem").write_text((folder / "b.key").read_text() + (folder / "b.pem").read_text())


def add_user(broker: Broker) -> None:
    """Store SCRAM credentials with Kafka's own tool, over the plain listener."""
    java = Runtime.find().command(jars.fetch(jars.cache_folder(), tell=lambda _: None))
    subprocess.run(
        [
            *(*java, "kafka.admin.ConfigCommand", "--bootstrap-server", broker.bootstrap, "--alter"),
            *("--entity-type", "users", "--entity-name", USER),
            *("--add-config", f"SCRAM-SHA-512=[iterations=4096,password={PASSWORD}]"),
        ],
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A broker, the address of its listener that wants SCRAM over TLS, and the authority's file."""
    folder = tmp_path_factory.mktemp("certificates")
    certify(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    listener = "listener.name.guarded"
    more = {
        "listeners": f"GUARDED://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_SSL",
        f"{listener}.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        f"{listener}.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        f"{listener}.ssl.keystore.type": "PEM",
        f"{listener}.ssl.keystore.location": str(folder / "keystore.pem"),
    }
    with Broker.start(tmp_path_factory.mktemp("guarded"), more=more) as broker:
        add_user(broker)
        yield broker, f"127.0.0.1:{port}", folder / "ca.pem"


@pytest.fixture
def environment(guarded, tmp_path):
    """What a deployment sets to be let in."""
    _, bootstrap, authority = guarded
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    return {
        "WIRETRACE_BOOTSTRAP": bootstrap,
        "WIRETRACE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
        "WIRETRACE_KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
        "WIRETRACE_KAFKA__USERNAME": USER,
        "WIRETRACE_KAFKA__PASSWORD_FILE": str(secret),
        "WIRETRACE_KAFKA__SSL_CA": str(authority),
    }


def run(settings, *arguments):
    """Run ``wiretrace`` as a process: one that is refused ends before the goodbyes of TLS have come."""
    return subprocess.run(
        [sys.executable, "-m", "worker", *arguments],
        cwd=ROOT,
        env=services.environment(keep=False, **settings),
        capture_output=True,
        text=True,
        check=False,
    )


async def test_split_and_place_work_over_tls_with_scram_and_the_password_is_in_no_log(
    guarded, environment, prefix, tmp_path
):
    broker, bootstrap, _ = guarded
    applied = await asyncio.to_thread(run, environment, "topics", "apply", "--prefix", prefix)
    assert applied.returncode == 0, applied.stderr
    log = tmp_path / "worker.log"
    environment = {name: value for name, value in environment.items() if name != "WIRETRACE_BOOTSTRAP"}
    worker = WorkerProcess(
        bootstrap=bootstrap, prefix=prefix, log=log, **environment, WIRETRACE_LOG_LEVEL="debug"
    )
    worker.start()
    try:
        await publish(broker.bootstrap, topic_name("wire-payloads", prefix), list(feed(10)), rate=None)
        deadline = asyncio.get_running_loop().time() + 60
        while len(await read(broker.bootstrap, topic_name("canonical-variants", prefix))) < 10:
            assert asyncio.get_running_loop().time() < deadline, log.read_text()[-2000:]
            assert worker.alive(), log.read_text()[-2000:]
            await asyncio.sleep(0.3)
    finally:
        assert worker.stop() == 0
    told = log.read_text()
    assert "worker.started" in told
    assert PASSWORD not in told


def test_a_wrong_password_ends_the_worker_with_one_line_and_code_2(environment, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("incorrect-horse")
    environment = {**environment, "WIRETRACE_KAFKA__PASSWORD_FILE": str(wrong)}
    refused = run(environment, "worker")
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert "does not take our credentials" in line
    assert "incorrect-horse" not in line


def test_a_broker_that_another_authority_certified_is_not_trusted(environment, tmp_path):
    certify(tmp_path)
    environment = {**environment, "WIRETRACE_KAFKA__SSL_CA": str(tmp_path / "ca.pem")}
    refused = run(environment, "topics", "list")
    assert refused.returncode == 2
    assert "no trusted connection" in refused.stderr


def test_without_tls_and_credentials_nobody_gets_in(guarded):
    refused = run({"WIRETRACE_BOOTSTRAP": guarded[1]}, "topics", "list")
    assert refused.returncode == 3
    assert "127.0.0.1" in refused.stderr


def test_settings_show_no_password(environment):
    settings = Settings.from_env(environment)
    assert settings.password == PASSWORD
    assert PASSWORD not in repr(settings) + str(settings)


async def test_probes_listen_on_loopback_unless_told_otherwise():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    health = Health(Vitals(clock=lambda: 0.0), host=Settings().http_host, port=port)
    await health.start()
    try:
        addresses = {host for host, _ in health._runner.addresses}
        assert addresses == {"127.0.0.1"}
    finally:
        with contextlib.suppress(OSError):
            await health.stop()
    assert os.environ.get("WIRETRACE_HTTP_HOST") is None
