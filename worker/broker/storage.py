"""Format a data folder the way Kafka's own tool does, without a second Java start each time.

The tool runs once per release; what it writes (``bootstrap.checkpoint``: the feature levels of a new
cluster, no names in it) is kept in the cache and copied into each new data folder.
"""

import base64
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path

from worker.broker import config, jars
from worker.broker.errors import BrokerError


def prepare(data: Path, *, node: config.Node, java: Sequence[str], cache: Path) -> None:
    """Make ``data`` a formatted folder of ``node``; a folder that is one already is left alone.

    ``java`` is the command up to the main class. Raises BrokerError.
    """
    log = data / "log"
    meta = log / "meta.properties"
    try:
        if meta.is_file():
            return
        log.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_checkpoint(java, cache), log / "bootstrap.checkpoint")
        unfinished = meta.with_suffix(".new")
        unfinished.write_text(
            f"version=1\nnode.id={node.number}\ncluster.id={node.cluster or new_uuid()}\n"
            f"directory.id={new_uuid()}\n",
            encoding="ascii",
        )
        unfinished.replace(meta)
    except OSError as error:
        raise BrokerError(f"cannot write the data folder {data}: {error}") from error


def new_uuid() -> str:
    """Make an id in Kafka's spelling: 16 random bytes, base64 for URLs, no dash in front."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
    return "A" + text[1:] if text.startswith("-") else text


def _checkpoint(java: Sequence[str], cache: Path) -> Path:
    kept = cache / f"{jars.release()}.checkpoint"
    if kept.is_file():
        return kept
    with jars.alone(cache), tempfile.TemporaryDirectory(dir=cache) as scratch:
        if kept.is_file():
            return kept
        folder = Path(scratch)
        settings = folder / "server.properties"
        settings.write_text(
            # the tool opens neither port
            config.properties(data=folder, port=1, controller=2, node=config.Node(), more={}),
            encoding="ascii",
        )
        tool = ["kafka.tools.StorageTool", "format", "-t", new_uuid(), "-c", str(settings)]
        done = subprocess.run([*java, *tool], capture_output=True, text=True, check=False)  # noqa: S603
        made = folder / "log" / "bootstrap.checkpoint"
        if done.returncode != 0 or not made.is_file():
            said = " ".join((done.stderr or done.stdout).split())[-300:]
            raise BrokerError(f"Kafka's storage tool failed: {said}")
        made.replace(kept)
    return kept
