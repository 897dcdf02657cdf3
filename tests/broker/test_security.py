"""A broker that asks for a password: the settings reach every client, a wrong one is told in one line."""

import socket

import pytest

from worker.__main__ import main
from worker.broker import Broker

PASSWORD = "hunter2"  # noqa: S105 - of a broker that lives as long as this test


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """The address of a listener that wants SASL PLAIN."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    more = {
        "listeners": f"SASL_PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": (
            "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT"
        ),
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": f'{module} required user_desk="{PASSWORD}";',
    }
    with Broker.start(tmp_path_factory.mktemp("guarded"), more=more):
        yield f"127.0.0.1:{port}"


@pytest.fixture
def credentials(guarded, monkeypatch, tmp_path):
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    monkeypatch.setenv("WIRETRACE_BOOTSTRAP", guarded)
    monkeypatch.setenv("WIRETRACE_KAFKA__SECURITY_PROTOCOL", "SASL_PLAINTEXT")
    monkeypatch.setenv("WIRETRACE_KAFKA__SASL_MECHANISM", "PLAIN")
    monkeypatch.setenv("WIRETRACE_KAFKA__USERNAME", "desk")
    monkeypatch.setenv("WIRETRACE_KAFKA__PASSWORD_FILE", str(secret))
    return secret


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


pytestmark = pytest.mark.broker


@pytest.mark.usefixtures("credentials")
def test_topics_replay_and_follow_log_in(capsys, prefix):
    assert run("topics", "apply", "--prefix", prefix) == 0
    assert run("replay", __file__, "--prefix", prefix) == 0
    assert "published 1 payload" in capsys.readouterr().out
    assert run("follow", "--idle", "0.5", "--prefix", prefix) == 0


def test_a_wrong_password_is_one_line_without_the_password(capsys, credentials):
    credentials.write_text("hunter3")
    assert run("topics", "list") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "does not take our credentials" in line
    assert "hunter" not in line
