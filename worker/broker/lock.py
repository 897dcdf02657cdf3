"""Renew ``jars.lock``: resolve Kafka the way Maven does and print a line a jar with its digest.

``python -m worker.broker.lock > worker/broker/jars.lock`` after changing a coordinate here.
"""

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOTS: Final = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    "org.slf4j:slf4j-simple:1.7.36",  # writes the broker's log to its standard error
)


def render(cache: Path) -> str:
    """Resolve the roots into ``cache`` and render the lock: digest and coordinate, roots first."""
    from jgo.maven import MavenContext  # noqa: PLC0415 - the extra 'broker'

    context = MavenContext(repo_cache=cache)
    lines: dict[str, str] = {}
    for root in ROOTS:
        inputs, transitive = context.resolver.resolve([context.create_dependency(root)])
        kept = (dep for dep in transitive if dep.scope in {"compile", "runtime"})
        for dependency in (*inputs, *kept):
            artifact = dependency.artifact
            coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
            lines[coordinate] = hashlib.sha256(artifact.resolve().read_bytes()).hexdigest()
    return "".join(f"{digest}  {coordinate}\n" for coordinate, digest in lines.items())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(render(Path(folder)))
