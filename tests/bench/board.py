"""How fast are the board's pages over a large store, and do a thousand listeners hear every update?

``python tests/bench/board.py [--stories 100000] [--variants 500000] [--listeners 1000] [--store FOLDER]``

The store is filled through the writer that the intake uses, with made-up stories of five variants on
average, some of a hundred and more. A board process of its own serves it on loopback; pages are asked one at
a time, then once more while listeners hear updates. Exit code 1 when an aim is missed.
"""

import argparse
import asyncio
import multiprocessing
import random
import resource
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import uvicorn

from topics.codec import reader_of
from topics.items import Event
from topics.messages import VariantV1
from topics.times import time_text
from worker.board.app import Board, build
from worker.board.hub import Hub, State, Status, StoryMoved
from worker.board.store import Store
from worker.board.writer import write

ROOT = Path(__file__).resolve().parents[2]
WORDS = """
harbour ferry council strike treaty river museum battery recall eruption island rail union court fire storm
budget vote minister school hospital bridge market border flood drought election police fleet
""".split()
AGENCIES = ("AP", "Reuters", "AFP", "PA", "dpa", None)
OUTLETS = [f"Outlet {number}" for number in range(400)]
START = 1_795_000_000_000
AIM_MS = 150.0
PAGES = 300
ROUNDS, UPDATES = 20, 5
WITHIN = 60.0  # seconds for a round


def text(chance, count):
    return " ".join(chance.choices(WORDS, k=count))


def messages(stories, variants, chance):
    """Variants in the order of sightings: stories of one to several hundred, five on average."""
    example = orjson.loads(
        (ROOT / "topics/examples/variant.v1/pass/an-original-with-defaults.json").read_bytes()
    )
    read = reader_of(VariantV1)
    sizes = [1 + int(chance.paretovariate(1.1) if chance.random() < 0.8 else 0) for _ in range(stories)]
    sizes = [min(size, 400) for size in sizes]
    factor = variants / sum(sizes)
    sizes = [max(1, round(size * factor)) for size in sizes]
    told = 0
    for number, size in enumerate(sizes):
        canonical, agency = f"{number:032x}", chance.choice(AGENCIES)
        headline = f"{text(chance, 6)} {number}"
        copy = [{"text": f"{text(chance, 22)} {number}.", "role": "copy"} for _ in range(12)]
        begin = START + number * 6_000
        for at in range(size):
            story_id, stripped = f"{told:032x}", agency is not None and chance.random() < 0.15
            seen = time_text(begin + at * chance.randrange(60_000, 900_000))
            outlet = chance.choice(OUTLETS)
            rows = [
                {
                    "change": chance.choice(("kept", "kept", "kept", "edited", "dropped")),
                    "canonical": p,
                    "variant": p,
                    "similarity": 0.9,
                }
                for p in range(12)
            ]
            value = {
                **example,
                "canonical_id": canonical,
                "sequence": at + 1,
                "story_id": story_id,
                "outlet": outlet,
                "headline": headline,
                "seen": seen,
                "variant": {
                    **example["variant"],
                    "relation": "edited" if at else "original",
                    "sequence": at + 1,
                    "parent": f"{told - chance.randrange(1, at + 1):032x}" if at else None,
                    "hops": min(at, 3),
                    "lag": float(at * 300),
                    "coverage": 0.8,
                    "novelty": 0.1,
                    "agency": agency,
                    "credit": "stripped" if stripped else "kept" if agency else "none",
                    "paragraphs": rows if at else [],
                },
                "story": {
                    **example["story"],
                    "id": story_id,
                    "outlet": outlet,
                    "headline": headline,
                    "paragraphs": copy,
                },
            }
            yield read(value)
            told += 1


def fill(folder, stories, variants):
    store = Store.open(folder)
    if store.positions():
        store.close()
        return
    began, offset, batch = time.monotonic(), 0, []
    for message in messages(stories, variants, random.Random(7)):
        where = {"topic": "canonical-variants", "partition": 0, "offset": offset, "timestamp": 0}
        batch.append(Event(message=message, schema=message.schema, **where))
        offset += 1
        if len(batch) == 2000:
            write(store, batch, {("canonical-variants", 0): offset})
            batch = []
    write(store, batch, {("canonical-variants", 0): offset})
    took = time.monotonic() - began
    store.close()
    print(
        f"filled: {stories} stories, {offset} variants in {took:.0f} s ({offset / took:.0f}/s, made up as we "
        f"go), {sum(each.stat().st_size for each in folder.iterdir()) / 1e9:.2f} GB"
    )


def serve(folder, port, pipe):
    """A board; every line from the pipe is told as so many updates."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    store = Store.open(folder)
    hub = Hub(Status(State.LIVE, 1))

    async def obey():
        loop = asyncio.get_running_loop()
        while True:
            asked = await loop.run_in_executor(None, pipe.recv)
            if asked is None:
                hub.close()
                server.should_exit = True
                return
            for each in asked:
                hub.tell(StoryMoved(each))
            pipe.send(resident())

    server = uvicorn.Server(
        uvicorn.Config(
            build(Board(store=store, hub=hub), intake=obey), port=port, log_level="error", backlog=4096
        )
    )
    server.run()


def resident():
    """Memory of our own in MB: what is mapped of the file is the system's to take back."""
    (line,) = [
        each for each in Path("/proc/self/status").read_text().split("\n") if each.startswith("RssAnon")
    ]
    return int(line.split()[1]) / 1e3


async def get(port, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"{path}: {answer[:60]!r}")
    return answer


async def measure(port, name, paths):
    taken = []
    size = 0
    for path in paths:
        began = time.perf_counter()
        size += len(await get(port, path))
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    p95 = taken[int(len(taken) * 0.95) - 1]
    print(
        f"{name:34} p50 {statistics.median(taken):6.1f} ms   p95 {p95:6.1f} ms   max {taken[-1]:6.1f} ms   "
        f"{size / len(paths) / 1000:5.0f} kB"
    )
    return p95


async def listen(port, heard, ready):
    """Hear rows as a browser would, into ``heard``, until cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        writer.write(b"GET /events HTTP/1.1\r\nHost: b\r\nAccept: text/event-stream\r\n\r\n")
        while line := await reader.readline():
            if line.startswith(b"event: status"):
                ready.release()
            elif line.startswith(b'data: <li class="item"'):
                heard.append(line.split(b'href="/stories/', 1)[1][:32].decode())
    finally:
        writer.close()


async def bench(port, pipe, options):
    chance = random.Random(3)
    ids = [f"{chance.randrange(options.stories):032x}" for _ in range(PAGES)]
    words = [text(chance, 2) for _ in range(PAGES)]
    wire = ["/"] * 60 + [f"/?agency={a}" for a in ("AP", "Reuters") for _ in range(30)]
    wire += [f"/?outlet={quote(chance.choice(OUTLETS))}" for _ in range(60)]
    wire += [f"/?badge=stripped&agency={a}" for a in ("AP", "AFP") for _ in range(30)]
    wire += [f"/?since={time_text(START + 6_000 * chance.randrange(options.stories))}" for _ in range(30)]
    await get(port, "/")
    missed = []
    for name, paths in (
        ("Wire, plain and filtered", wire),
        ("Wire, searched by one word", [f"/?text={quote(each.split()[0])}" for each in words[:60]]),
        ("Wire, searched by two words", [f"/?text={quote(each)}" for each in words[:60]]),
        ("Wire, searched by a rare word", [f"/?text={chance.randrange(options.stories)}" for _ in range(60)]),
        ("Story", [f"/stories/{each}" for each in ids]),
        ("Outlet", [f"/outlets/{quote(each)}" for each in OUTLETS[:40]]),
    ):
        if await measure(port, name, paths) > AIM_MS and name != "Outlet":
            missed.append(name)
    ready = asyncio.Semaphore(0)
    heard = [[] for _ in range(options.listeners)]
    listeners = [asyncio.create_task(listen(port, each, ready)) for each in heard]
    for _ in listeners:
        await ready.acquire()
    told, memory, took = [], [], []
    for _ in range(ROUNDS):
        news = [f"{chance.randrange(options.stories):032x}" for _ in range(UPDATES)]
        began = time.perf_counter()
        pipe.send(news)
        told += news
        while time.perf_counter() - began < WITHIN and any(len(each) < len(told) for each in heard):  # noqa: ASYNC110 - they report by what they hold
            await asyncio.sleep(0.05)
        took.append(time.perf_counter() - began)
        memory.append(await asyncio.to_thread(pipe.recv))
    whole = sum(each == told for each in heard)
    for each in listeners:
        each.cancel()
    print(
        f"{options.listeners} listeners, {len(told)} updates in {ROUNDS} rounds: {whole} heard every one in "
        f"order; a round reached the last of them in {statistics.median(took):.1f} s (median)"
    )
    print(f"the board's own memory at each round, MB: {', '.join(f'{each:.0f}' for each in memory)}")
    if whole < options.listeners:
        missed.append("listeners")
    if statistics.mean(memory[-5:]) > statistics.mean(memory[5:10]) * 1.1:
        missed.append("memory")
    return missed


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--stories", type=int, default=100_000)
    options.add_argument("--variants", type=int, default=500_000)
    options.add_argument("--listeners", type=int, default=1_000)
    options.add_argument("--store", type=Path, default=None)
    options = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    with tempfile.TemporaryDirectory() as scratch, socket.socket() as probe:
        folder = options.store or Path(scratch)
        fill(folder, options.stories, options.variants)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        ours, theirs = multiprocessing.Pipe()
        board = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port, theirs))
        board.start()
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.2)
            missed = asyncio.run(bench(port, ours, options))
        finally:
            ours.send(None)
            board.join(20)
            board.terminate()
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
