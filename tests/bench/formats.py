"""Milliseconds that parsing one payload costs, per format, on the fixtures of ``tests/formats``.

python tests/bench/formats.py [--rounds N] [FOLDER ...]

A folder given is read beside the fixtures, so that real wire files can be measured. Parsing is everything
from bytes to drafts: decoding, recognising, reading, sorting of the copy; the fingerprint is not in it.
The rounds of all files alternate; the least and the median time of each file are averaged per format.
"""

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from worker.errors import WireError
from worker.formats import PARSERS
from worker.formats.sniff import sniff

FIXTURES = Path(__file__).resolve().parent.parent / "formats"
NO_PAYLOAD = {".py", ".pyc", ".tsv", ".md"}


def payloads(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(
            path
            for path in folder.glob("*")
            if path.is_file() and path.suffix not in NO_PAYLOAD and not path.name.endswith(".stories.json")
        )


def parse(body: bytes) -> str | None:
    """Parse a payload; the name of its first format, or None when it is refused."""
    name = None
    try:
        for source in sniff(body):
            if not isinstance(source, WireError):
                name = name or source.format.value
                list(PARSERS[source.format](source))
    except WireError:
        return None
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    folders = [*sorted(path for path in FIXTURES.iterdir() if path.is_dir()), *chosen.folders]
    bodies = {path: path.read_bytes() for path in payloads(folders)}
    formats = {path: name for path, body in bodies.items() if (name := parse(body))}
    times: dict[Path, list[float]] = defaultdict(list)
    for _ in range(chosen.rounds):
        for path in formats:
            begun = time.perf_counter()
            parse(bodies[path])
            times[path].append((time.perf_counter() - begun) * 1000)
    print(f"{'format':<16}{'files':>6}{'bytes':>9}{'least ms':>10}{'median ms':>11}")
    for name in sorted(set(formats.values())):
        paths = [path for path, told in formats.items() if told == name]
        size = statistics.mean(len(bodies[path]) for path in paths)
        least = statistics.mean(min(times[path]) for path in paths)
        median = statistics.mean(statistics.median(times[path]) for path in paths)
        print(f"{name:<16}{len(paths):>6}{size:>9.0f}{least:>10.2f}{median:>11.2f}")


if __name__ == "__main__":
    main()
