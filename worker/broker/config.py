"""Lean settings for one Kafka process on loopback that is broker and controller at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

HOST: Final = "127.0.0.1"

JVM: Final = (
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # halves the start; a development broker never gets hot enough for C2
    "--enable-native-access=ALL-UNNAMED",  # zstd-jni and snappy load native code
    "--sun-misc-unsafe-memory-access=allow",  # Kafka unmaps its index files with it
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
)

# Beside an ahead-of-time cache: Java 25 saves adapters that it cannot match again, and says so.
AHEAD: Final = (
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-AOTAdapterCaching",
    "-XX:-AOTStubCaching",
)

LEAN: Final[Mapping[str, str]] = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "num.partitions": "1",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "3000",  # after kill -9 the next start waits this long, not 9 s
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "4194304",
    "num.network.threads": "1",
    "num.io.threads": "2",
    "num.recovery.threads.per.data.dir": "1",
    "background.threads": "2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Which node of a cluster a process is; by default the only one, of a cluster of its own.

    Of several, all have the same ``cluster`` (16 bytes, base64 for URLs) and the same ``voters``, which
    name each node's number and controller port; ``controller`` is this one's.
    """

    number: int = 1
    cluster: str | None = None
    controller: int | None = None
    voters: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


def properties(*, data: Path, port: int, controller: int, node: Node, more: Mapping[str, str]) -> str:
    """Render ``server.properties`` for this data folder, these two ports and this node.

    ``more`` overrides, except that its listeners stand beside ours, which clients on loopback need; they
    are advertised as they are, or as its ``advertised.listeners`` say (a proxy before them).
    """
    plain, quorum = f"PLAINTEXT://{HOST}:{port}", f"CONTROLLER://{HOST}:{controller}"
    settings = {
        **LEAN,
        "node.id": str(node.number),
        "controller.quorum.voters": ",".join(
            f"{number}@{HOST}:{at}" for number, at in (node.voters or {node.number: controller}).items()
        ),
        "log.dirs": str(data / "log"),
        **more,
        "listeners": ",".join(filter(None, (plain, quorum, more.get("listeners")))),
        "advertised.listeners": ",".join(
            filter(None, (plain, more.get("advertised.listeners", more.get("listeners"))))
        ),
    }
    return "".join(f"{key}={_escape(value)}\n" for key, value in settings.items())


def _escape(value: str) -> str:
    """Escape as java.util.Properties reads: a backslash, and all that is not ASCII."""
    return "".join(
        "\\\\" if char == "\\" else char if char.isascii() else f"\\u{ord(char):04x}" for char in value
    )
