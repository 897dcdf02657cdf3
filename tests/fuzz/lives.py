"""Made-up lives of wire stories, and restarts anywhere in them: ``python -m tests.fuzz.lives --seeds 200``.

A desk files at random what agencies and outlets file, in any order and at any time: versions, takes,
corrections, kills, holds, reprints, trims, mixtures, pages of two stories, embargoes, rights that end,
redeliveries, ticks, leaps of the clock. Place handles the log once as a whole. Then it starts again in the
middle, from the log of its decisions and from a captured state with decisions behind it, and has to publish
the same bytes. It has to get through, too.
"""

import argparse
import random
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tests.lineage.conftest import Newsroom
from tests.stream.records import recorded
from topics import messages as wire
from topics.catalog import WIRE_PLACEMENTS
from topics.codec import decode_as
from worker.lineage.facts import needs_story
from worker.story import Kind, PubStatus, Story
from worker.stream import mapping
from worker.stream.outgoing import STATE, story_record, tick_record
from worker.stream.placing import Placing
from worker.stream.publish import Outgoing
from worker.stream.rejects import Origin

HOUR = 3_600_000
DAY = 24 * HOUR
BEGIN = 1_790_000_000_000  # milliseconds since 1970 UTC
LENGTH = 110  # records of a life
RESTARTS = 3  # of each life, of each sort

SLUGS = ("BC-US--Harbor Fire", "BC-EU--Budget Talks", "BC-Election", "BC-US--Quake", None)
OUTLETS = ("Post", "Times", "Mirror", "Star", "Sun", "Bugle", None)
FORMATS = ("anpa-1312", "ap-media-json", "ninjs", "nitf", "newsml-g2")
WHOLE = ("lead", "writethru", "urgent", "update", "refile", "corrected", "repeat", "advance")
PARTS = ("add", "sub", "insert", "take")
ORDERS = ("kill", "withhold", "disregard", "advisory", None)
WINDOWS = (None, 5 * DAY, 2 * DAY, DAY // 2)

Item = tuple[Story | None, int]  # a story, or None for a tick, and its time


@dataclass(frozen=True)
class Difference:
    """Where a start in the middle published otherwise."""

    how: str
    record: int
    wanted: Sequence[Outgoing]
    got: Sequence[Outgoing]


class Desk:
    """Files at random, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(f"life {seed}")
        self.newsroom = Newsroom()
        self.now = BEGIN
        self.topics = self.chance.choice((3, 6, 12))  # few topics meet often
        self.filed: list[Story] = []

    def log(self) -> Iterator[Item]:
        for number in range(LENGTH):
            self._wait()
            at = self.now - self._often(0.05, self.chance.randrange(2 * DAY), 0)
            sort = self.chance.random()
            if sort < 0.05:
                yield None, self.now
                continue
            if sort < 0.09 and self.filed:  # a redelivery
                yield self.chance.choice(self.filed), at
                continue
            if sort < 0.14 and self.filed:  # sent again
                story = self.chance.choice(self.filed)
                place = replace(story.coordinates, offset=self.newsroom.offset)
                self.newsroom.offset += 1
                story = replace(story, coordinates=place)
            else:
                story = self._page(number) if sort < 0.55 else self._filing(number)
            self.filed.append(replace(story, received=at))
            yield self.filed[-1], at

    def _often(self, share: float, one: Any, other: Any) -> Any:
        return one if self.chance.random() < share else other

    def _wait(self) -> None:
        pauses = (0, 1_000, self.chance.randrange(HOUR), self.chance.randrange(DAY // 2))
        self.now += self.chance.choice(pauses) + self._often(0.03, self.chance.randrange(8 * DAY), 0)

    def _copy(self, paragraphs: int) -> list[str]:
        return self.newsroom.copy(self.chance.randrange(self.topics), paragraphs=paragraphs)

    def _text(self, at: int) -> str:
        return datetime.fromtimestamp(at / 1000, tz=UTC).isoformat(timespec="milliseconds")

    def _facts(self) -> dict[str, Any]:
        chance, facts = self.chance, {}
        if chance.random() < 0.5:
            facts["headline"] = (
                f"Harbor fire {chance.randrange(self.topics)} kills {chance.randrange(9)} in town"
            )
        if chance.random() < 0.25:
            facts["expires"] = self._text(self.now + chance.randrange(-DAY, 6 * DAY))
        if chance.random() < 0.08:
            end = self._text(self.now + chance.randrange(-HOUR, 2 * DAY))
            facts |= {"pub_status": PubStatus.EMBARGOED, "embargo_until": self._often(0.9, end, "soon")}
        return facts

    def _page(self, number: int) -> Story:  # noqa: C901, PLR0912 - a case for each habit
        """What an outlet publishes."""
        chance, copy = self.chance, self._copy(self.chance.choice((4, 8, 12)))
        match chance.choices(range(11), (25, 15, 5, 7, 5, 4, 1, 1, 3, 5, 3))[0]:
            case 0:
                pass
            case 1:
                copy = copy[: chance.randrange(1, len(copy))]
            case 2:
                copy = copy[::-1]
            case 3:  # of two stories
                copy = copy[: chance.randrange(1, len(copy))] + self._copy(chance.choice((2, 4, 8)))
            case 4:
                copy = self.newsroom.noisy(copy, chance.choice((0.05, 0.2, 0.4)), number)
            case 5:
                said = [f'"{each}"' for each in self.newsroom.speech(chance.randrange(2))]
                copy = [*copy[:2], *said, *self.newsroom.copy(("own", number), paragraphs=3)]
            case 6:
                copy = []
            case 7:
                copy = ["Too short a text"]
            case 8:
                copy = copy[:1]
            case 9:
                copy = self.newsroom.copy(("alone", number), paragraphs=chance.choice((2, 9)))
            case _:  # two pages run together
                copy = [*copy, "Another Story Has A Headline", *self._copy(8)]
        outlet, facts = chance.choice(OUTLETS), self._facts()
        if chance.random() < 0.4:
            facts["url"] = f"https://outlet.example/{outlet}/{chance.randrange(6)}"
        if chance.random() < 0.05:
            facts["kind"] = chance.choice(list(Kind))
        if chance.random() < 0.2:
            facts["agency"] = "AP"
        return self.newsroom.story(copy, outlet=outlet, **facts)

    def _filing(self, number: int) -> Story:  # noqa: C901 - as above
        """What an agency sends."""
        chance, facts = self.chance, self._facts()
        copy = self._copy(chance.choice((4, 8, 12)))
        facts |= {"agency": "AP", "slug": chance.choice(SLUGS), "source_format": chance.choice(FORMATS)}
        if chance.random() < 0.5:
            chain = f"chain-{chance.randrange(self.topics)}"
            facts |= {"native_id": chain, "native_version": str(chance.randrange(4))}
        if chance.random() < 0.6:
            facts["transmission_no"] = f"V{1000 + chance.randrange(12)}"
        if chance.random() < 0.2:
            facts["agency"] = "Reuters"
        if chance.random() < 0.3:
            facts["version_created"] = self._text(self.now - chance.randrange(DAY))
        match chance.choices(range(7), (15, 30, 20, 10, 15, 4, 6))[0]:
            case 0:
                facts |= {"kind": Kind.ALERT, "version_kind": "alert", "urgency": 1}
                copy = [copy[0].split(".")[0] + "."]
            case 1:
                facts |= {"version_kind": chance.choice(WHOLE), "version_no": chance.choice((None, 1, 2, 3))}
                if chance.random() < 0.5:
                    copy = [*self.newsroom.copy(("top", number), paragraphs=3), *copy[1:]]
            case 2:
                facts |= {"version_kind": chance.choice(PARTS), "part_no": chance.choice((None, 1, 2, 3))}
                copy = self.newsroom.copy(("part", number % 5), paragraphs=3)
            case 3:
                kind = chance.choice(("writethru", "corrective", "clarification", None))
                facts |= {"kind": Kind.CORRECTION, "version_kind": kind, "ed_note": "CORRECTS a name"}
            case 4:
                facts |= self._order(facts)
                copy = self._often(0.8, copy[:1], copy)
            case 5:
                kinds = (Kind.DIGEST, Kind.TABLE, Kind.STUB, Kind.SERVICE, Kind.PRESS_RELEASE)
                facts["kind"] = chance.choice(kinds)
            case _:
                facts["pub_status"] = chance.choice((PubStatus.CANCELED, PubStatus.WITHHELD))
        return self.newsroom.story(copy, outlet=chance.choice((None, None, None, "AP", "Post")), **facts)

    def _order(self, facts: dict[str, Any]) -> dict[str, Any]:
        """A kill, a hold or another bulletin, about what it may or may not name."""
        number, headline = f"V{1000 + self.chance.randrange(12)}", facts.get("headline") or "Nobody"
        names = (
            number,
            "Harbor Fire",
            "BC-Election",
            f"chain-{self.chance.randrange(self.topics)}",
            headline,
        )
        return {
            "kind": self.chance.choice((Kind.KILL, Kind.WITHHOLD, Kind.ADVISORY)),
            "version_kind": self.chance.choice(ORDERS),
            "refers_to": tuple(self.chance.sample(names, self.chance.randrange(4))),
        }


def differences(seed: int) -> Iterator[Difference]:
    """Live a life; yield what restarts make different."""
    chance = random.Random(f"restarts {seed}")
    window, hold = chance.choice(WINDOWS), chance.random() < 0.8

    def start() -> Placing:
        return Placing(window=window, prefix="", limit=1_000_000, hold=hold)

    origins = [_origin(number, item) for number, item in enumerate(Desk(seed).log())]
    placing = start()
    told = [placing.handle(origin).records for origin in origins]
    for _ in range(RESTARTS):
        one = chance.randrange(1, LENGTH)
        two = chance.randrange(one, LENGTH)
        from_log = start()
        _restore(from_log, origins[:one], told[:one])
        yield from _go_on(from_log, f"from the log at {one}", one, origins, told)
        captured, resumed = start(), start()
        for origin in origins[:one]:
            captured.handle(origin)
        kind, arrays = captured.capture()
        resumed.resume(kind, {name: array.copy() for name, array in arrays.items()})
        _restore(resumed, origins[one:two], told[one:two])
        yield from _go_on(resumed, f"from a state at {one}, the log to {two}", two, origins, told)


def _go_on(
    placing: Placing, how: str, first: int, origins: Sequence[Origin], told: Sequence[Sequence[Outgoing]]
) -> Iterator[Difference]:
    for number in range(first, LENGTH):
        got = placing.handle(origins[number]).records
        if got != told[number]:
            yield Difference(how, number, told[number], got)
            return


def _restore(placing: Placing, origins: Sequence[Origin], told: Sequence[Sequence[Outgoing]]) -> None:
    for origin, records in zip(origins, told, strict=True):
        record = next(each for each in records if each.topic == WIRE_PLACEMENTS.name)
        imprints = dict(record.headers).get(STATE) or b""
        decision = mapping.decision_from_wire(decode_as(wire.PlacementV1, record.value), imprints=imprints)
        story = None
        if needs_story(decision):
            story = mapping.story_from_wire(decode_as(wire.StoryV1, origin.value))
        placing.restore(story, decision)


def _origin(number: int, item: Item) -> Origin:
    story, at = item
    record = tick_record(at, prefix="") if story is None else story_record(story, prefix="")
    return recorded(record, topic_id="life", offset=number, at=at)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.lives", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    bad = 0
    for seed in range(given.first, given.first + given.seeds):
        try:
            found = list(differences(seed))
        except Exception:  # noqa: BLE001 - whatever stops place is a finding
            found = []
            bad += 1
            sys.stderr.write(f"seed {seed} stops place\n{traceback.format_exc()}\n")
        for each in found:
            bad += 1
            sys.stderr.write(f"seed {seed}, {each.how}: record {each.record} is told otherwise\n")
    sys.stderr.write(f"{given.seeds} lives of {LENGTH} records, {bad} findings\n")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
