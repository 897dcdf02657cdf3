"""How fast and how large is an export? ``python -m tests.bench.export [STORIES]``; needs no broker.

Invented variants go through the writer as the topic would tell them; the process's own peak is printed.
"""

import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.faults.feed import feed
from topics.items import Event
from topics.messages import VariantV1
from worker.export.parquet import Export
from worker.lineage.fold import Fold
from worker.pipeline import split
from worker.story import Coordinates, Payload, Story
from worker.stream.mapping import placement_to_wire

SAMPLE = 500


def templates() -> list[VariantV1]:
    """Place some invented payloads, to be told again and again under new ids."""
    fold, found = Fold(), []
    for payload in feed(SAMPLE):
        coordinates = Coordinates(topic="bench", partition=0, offset=payload.number)
        (story,) = split(
            Payload(body=payload.body, content_type="application/json", received=0, coordinates=coordinates)
        )
        assert isinstance(story, Story)
        found += [placement_to_wire(each) for each in fold.place(story, at=payload.number * 1000).placements]
    return [each for each in found if isinstance(each, VariantV1)]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    variants = templates()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / "stories.parquet"
        started = time.perf_counter()
        with Export(to) as export:
            for number in range(count):
                message = variants[number % len(variants)]
                lap = number // len(variants)
                message = replace(
                    message, story_id=f"{message.story_id}{lap}", canonical_id=f"{message.canonical_id}{lap}"
                )
                export.take(
                    Event(
                        message=message,
                        schema="variant.v1",
                        topic="t",
                        partition=0,
                        offset=number,
                        timestamp=number,
                    )
                )
            taken = time.perf_counter() - started
            export.write()
        seconds = time.perf_counter() - started
        size = to.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} stories in {seconds:.1f} s ({taken:.1f} s to take), {size:.1f} MB of Parquet")
    print(f"peak memory {peak:.0f} MB, {before:.0f} MB of it before the first story")


if __name__ == "__main__":
    main()
