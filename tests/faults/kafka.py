"""A broker, or a cluster of them, that can be killed and started again."""

import asyncio
import random
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.faults.proxy import Proxy
from topics.catalog import CATALOG, topic_name
from worker.broker import Broker
from worker.broker.config import Node
from worker.broker.storage import new_uuid
from worker.settings import Settings
from worker.stream import catalogue

INTERNAL = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
COPIES = 3  # of each partition in a cluster; a record counts when two have it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Kafka:
    """One broker, which workers see through a proxy when there is one, or a cluster of ``brokers``."""

    def __init__(self, data: Path, proxy: Proxy | None = None, *, brokers: int = 1, **more: str) -> None:
        self._data = data
        self.proxy = proxy
        self._more = more
        self.replication = COPIES if brokers > 1 else 1
        if brokers > 1:
            self._more |= {f"{topic}.replication.factor": str(COPIES) for topic in INTERNAL}
            self._more |= {f"{topic}.min.isr": "2" for topic in INTERNAL[1:]}
            self._more["min.insync.replicas"] = "2"
        if proxy is not None:
            proxy.target = free_port()
            self._more |= {
                "listeners": f"FAR://127.0.0.1:{proxy.target}",
                "advertised.listeners": f"FAR://127.0.0.1:{proxy.port}",
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,FAR:PLAINTEXT",
            }
        voters = {number: free_port() for number in range(1, brokers + 1)} if brokers > 1 else {}
        cluster = new_uuid()
        self._nodes = {
            number: Node(number=number, cluster=cluster, controller=voters.get(number), voters=voters)
            for number in range(1, brokers + 1)
        }
        self._ports = {number: free_port() for number in self._nodes}
        # None answers before most of them run. A broker ends with the thread that started it: see leash.py.
        self._pool = ThreadPoolExecutor()
        self._brokers = dict(zip(self._nodes, self._pool.map(self._start, self._nodes), strict=True))

    def _start(self, number: int) -> Broker:
        return Broker.start(
            self._folder(number), self._ports[number], node=self._nodes[number], more=self._more
        )

    def _folder(self, number: int) -> Path:
        return self._data / str(number)

    @property
    def bootstrap(self) -> str:
        return ",".join(broker.bootstrap for broker in self._brokers.values())

    @property
    def worker_bootstrap(self) -> str:
        return self.bootstrap if self.proxy is None else f"127.0.0.1:{self.proxy.port}"

    def any(self, chance: random.Random) -> int:
        """Choose a broker."""
        return chance.choice(sorted(self._nodes))

    def controller(self) -> int:
        """Find the node that leads the quorum, by what each has written down of its last election."""
        states = [
            orjson.loads((self._folder(n) / "log/__cluster_metadata-0/quorum-state").read_bytes())
            for n in self._nodes
        ]
        return int(max(states, key=lambda state: (state["leaderEpoch"], state["leaderId"]))["leaderId"])

    def down(self, number: int = 1) -> None:
        """Kill -9."""
        self._brokers[number].kill()

    async def crash(self, away: float, number: int = 1) -> None:
        """Kill -9, and start again after some seconds."""
        self.down(number)
        await asyncio.sleep(away)
        self._brokers[number] = await asyncio.wrap_future(self._pool.submit(self._start, number))

    async def topics(self, prefix: str) -> None:
        await catalogue.apply(Settings(bootstrap=self.bootstrap, prefix=prefix, replication=self.replication))

    async def delete(self, topic: str) -> None:
        await delete(self.bootstrap, topic)

    async def configure(self, prefix: str, name: str, config: Mapping[str, str]) -> None:
        """Set what a topic of the catalogue has beside, or instead of, the catalogue's settings."""
        await configure(self.bootstrap, prefix, name, config)

    def stop(self) -> None:
        list(self._pool.map(Broker.stop, self._brokers.values()))
        self._pool.shutdown()


async def configure(bootstrap: str, prefix: str, name: str, config: Mapping[str, str]) -> None:
    """Set what a topic of the catalogue has beside, or instead of, the catalogue's settings."""
    (topic,) = [each for each in CATALOG if each.name == name]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        resource = ConfigResource(
            ConfigResourceType.TOPIC, topic_name(name, prefix), {**topic.config(), **config}
        )
        await admin.alter_configs([resource])
    finally:
        await admin.close()


async def delete(bootstrap: str, topic: str) -> None:
    """Delete a topic, by its full name."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
    finally:
        await admin.close()
