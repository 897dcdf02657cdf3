"""The table of ``docs/hardening.md`` on a broker with an authorizer: each user can do its work, no more."""

import asyncio
import re
import socket
import sys
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest

from tests.faults.audit import read
from tests.faults.workers import WorkerProcess
from topics.catalog import CATALOG
from worker import sample
from worker.broker import Broker

pytestmark = [pytest.mark.broker, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "hardening.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<user>[^|]+) \| (?P<what>[^|]+) \| (?P<may>[^|]*`[A-Z_]+`[^|]*) \|$", re.MULTILINE)
PRINCIPALS = {
    "feeds": "feed",
    "worker": "worker",
    "topics": "deployer",
    "follow": "reader",
    "rejects": "clerk",
}
KINDS = {"topic": 2, "group": 3, "transactional": 5}  # resource types, operations: Kafka's own numbers
OPERATIONS = {"READ": 3, "WRITE": 4, "CREATE": 5, "DELETE": 6, "ALTER": 7, "DESCRIBE": 8}
OPERATIONS |= {"DESCRIBE_CONFIGS": 10, "ALTER_CONFIGS": 11}
LITERAL, ALLOW = 3, 3


def rules():
    """Give each right of the table: principal, kind, name, operation."""
    rows = list(ROW.finditer(PAGE))
    assert len(rows) > len(PRINCIPALS)
    for row in rows:
        principal = PRINCIPALS.get(re.match(r"`?(\w+)", row["user"])[1])
        if principal is None:
            continue  # programs that are not ours; what they may is less than a reader
        kind = next((kind for kind in KINDS if row["what"].startswith(kind)), "topic")
        names = re.findall(r"`([a-z0-9-]+)`", row["what"]) or [topic.name for topic in CATALOG]
        for name in names:
            for operation in re.findall(r"`([A-Z_]+)`", row["may"]):
                yield principal, KINDS[kind], name, OPERATIONS[operation]


async def grant(bootstrap):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        granted = set()
        for principal, kind, name, operation in rules():
            granted.add(principal)
            request = CreateAclsRequest(kind, name, LITERAL, f"User:{principal}", "*", operation, ALLOW)
            response = await admin._send_request(request)
            assert [code for code, *_ in response.creation_responses] == [0], response
        assert granted == set(PRINCIPALS.values())
    finally:
        await admin.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A broker that lets nobody do what the table does not grant; yields it and its guarded address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    users = " ".join(f'user_{name}="{name}-secret"' for name in (*PRINCIPALS.values(), "stranger"))
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
    more = {
        "listeners": f"GUARDED://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_PLAINTEXT",
        "listener.name.guarded.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.guarded.plain.sasl.jaas.config": f"{plain} required {users};",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    with Broker.start(tmp_path_factory.mktemp("acls"), more=more) as broker:
        asyncio.run(grant(broker.bootstrap))
        yield broker, f"127.0.0.1:{port}"


def as_user(name, address):
    return {
        "WIRETRACE_BOOTSTRAP": address,
        "WIRETRACE_KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "WIRETRACE_KAFKA__SASL_MECHANISM": "PLAIN",
        "WIRETRACE_KAFKA__USERNAME": name,
        "WIRETRACE_KAFKA__PASSWORD": f"{name}-secret",
    }


async def wiretrace(name, address, *arguments, code=0):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", *arguments),
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **as_user(name, address)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == code, (name, arguments, err.decode())
    return out.decode() + err.decode()


async def test_each_user_of_the_table_can_do_its_work_and_no_more(guarded, tmp_path):
    broker, address = guarded
    files = [str(path) for path in sample.files()[:6]]
    assert "created wire-payloads" in await wiretrace("deployer", address, "topics", "apply")
    worker = WorkerProcess(
        log=tmp_path / "worker.log", prefix="", bootstrap=address, **as_user("worker", address)
    )
    worker.start()
    try:
        await wiretrace("feed", address, "replay", *files, "--manifest", str(sample.manifest()))
        deadline = asyncio.get_running_loop().time() + 60
        while len(await read(broker.bootstrap, "canonical-variants")) < len(files):
            assert worker.alive(), (tmp_path / "worker.log").read_text()
            assert asyncio.get_running_loop().time() < deadline, (tmp_path / "worker.log").read_text()
            await asyncio.sleep(0.5)
        assert "original" in await wiretrace("reader", address, "follow", "--from-beginning", "--count", "3")
        exported = await wiretrace("reader", address, "export", "--to", str(tmp_path / "stories.parquet"))
        assert f"{len(files)} stories" in exported
        assert "no rejects" in await wiretrace("clerk", address, "rejects", "list")
        for stranger in ("stranger", "feed"):
            refused = await wiretrace(stranger, address, "follow", "--count", "1", code=2)
            assert refused.count("\n") == 1
        await wiretrace("reader", address, "replay", *files, code=2)
        await wiretrace("reader", address, "rejects", "list", code=2)
    finally:
        assert worker.stop() == 0
