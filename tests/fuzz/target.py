"""The process that is fuzzed: ``python -m tests.fuzz.target FINDINGS [libFuzzer's flags]``."""

import sys
import time
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["worker"]):
    from worker.pipeline import split
    from worker.story import Payload, Story
    from worker.stream.mapping import story_to_wire

from tests.fuzz.seeds import name_of
from topics.codec import encode

SLOW = 5.0
"""Seconds of processor time, instrumented, that a payload of 8 kB may take."""

CLEARED_EVERY = 5_000
"""Payloads between emptyings of the caches of words: made-up words fill them to their ends."""


class Target:
    """Splits what libFuzzer makes up; what breaks is kept, one file and one report a place in the code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: set[str] = set()
        self.count = 0

    def attempt(self, body: bytes) -> None:
        self.count += 1
        if self.count % CLEARED_EVERY == 0:
            clear_caches()
        started = time.process_time()
        try:
            check(body)
        except Exception as error:  # noqa: BLE001 - anything that escapes is a finding
            self.keep(body, error)
        if (took := time.process_time() - started) > SLOW:
            self.keep(body, TimeoutError(f"{took:.1f} s"))

    def keep(self, body: bytes, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        place = " ".join(
            [type(error).__name__, *(f"{Path(each.filename).name}:{each.lineno}" for each in frames)]
        )
        if place in self.seen:
            return
        self.seen.add(place)
        name = f"{type(error).__name__}-{name_of(place.encode())}"
        (self.folder / name).write_bytes(body)
        report = "".join(traceback.format_exception(error))
        (self.folder / f"{name}.txt").write_text(report, encoding="utf-8", errors="replace")
        sys.stderr.write(f"\nfinding {len(self.seen)}: {place}: {str(error)[:200]}\n")


def clear_caches() -> None:
    """Empty what functions of the worker remember."""
    for name, module in list(sys.modules.items()):
        if name.startswith("worker."):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def check(body: bytes) -> None:
    """Hold the split to what it promises for any bytes."""
    parts = split(Payload(body=body))
    assert parts, "no answer"
    for part in parts:
        if isinstance(part, Story):
            encode(story_to_wire(part))
    if body and body[-1] % 16 == 0:
        assert split(Payload(body=body)) == parts, "another answer the second time"


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], Target(Path(sys.argv[1])).attempt)
    atheris.Fuzz()
