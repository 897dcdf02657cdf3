"""What does a canonical story remember of its members? Packed as well, for most are not in demand."""

from dataclasses import dataclass, field
from typing import Any, Final

import xxhash

from worker.lineage.archive import compress, expand
from worker.lineage.imprint import Imprint
from worker.lineage.placement import Member, Relation
from worker.story import Story

FIRST: Final = 10  # members that a snapshot lists from the beginning
LATEST: Final = 10  # and from the end


def known_as(story_id: str) -> int:
    """Shorten a story id to the 60 bits that Python keeps in the least room."""
    number: int = xxhash.xxh3_64_intdigest(story_id.encode("utf-8", "surrogatepass"))
    return number >> 4


@dataclass(slots=True, kw_only=True)
class Crowd:
    """What a canonical story remembers of its members. Most stories stay alone and have none.

    ``story_id`` is that of the founding story; ``held`` numbers the copies that are kept, ``stories`` holds
    the members, see ``known_as``, ``aliases`` the canonical stories that were merged into this.
    """

    story_id: str
    headline: str | None
    agency: str | None
    language: str | None
    first: tuple[Member, ...] = ()
    latest: tuple[Member, ...] = ()
    outlets: set[int] = field(default_factory=set)
    stories: list[int] = field(default_factory=list)
    held: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()
    variants: int = 1
    repeats: int = 0

    def enlist(self, member: Member) -> None:
        """List a member among the first, else among the latest."""
        if len(self.first) < FIRST:
            self.first += (member,)
        else:
            self.latest = (*self.latest, member)[-LATEST:]


def member(story: Imprint | Story, *, sequence: int, relation: Relation, at: int | None) -> Member:
    """Remember a story as a member."""
    return Member(
        story_id=story.id,
        sequence=sequence,
        relation=relation,
        outlet=story.outlet,
        url=story.url,
        seen=at,
    )


def pack_crowd(crowd: Crowd) -> bytes:
    """Compress what ``unpack_crowd`` reads."""
    record = [
        [crowd.story_id, crowd.headline, crowd.agency, crowd.language, crowd.variants, crowd.repeats],
        [_listed(each) for each in crowd.first],
        [_listed(each) for each in crowd.latest],
        sorted(crowd.outlets),
        crowd.stories,
        crowd.held,
        crowd.aliases,
    ]
    return compress(record)


def unpack_crowd(packed: bytes) -> Crowd:
    """Read a packed crowd back."""
    (story_id, headline, agency, language, variants, repeats), first, latest, *rest = expand(packed)
    outlets, stories, held, aliases = rest
    return Crowd(
        story_id=story_id,
        headline=headline,
        agency=agency,
        language=language,
        first=tuple([_member(row) for row in first]),
        latest=tuple([_member(row) for row in latest]),
        outlets=set(outlets),
        stories=stories,
        held=tuple(held),
        aliases=tuple(aliases),
        variants=variants,
        repeats=repeats,
    )


def _listed(each: Member) -> list[object]:
    return [each.story_id, each.sequence, each.relation, each.outlet, each.url, each.seen, each.repeats]


def _member(row: list[Any]) -> Member:
    story_id, sequence, relation, outlet, url, seen, repeats = row
    return Member(
        story_id=story_id,
        sequence=sequence,
        relation=Relation(relation),
        outlet=outlet,
        url=url,
        seen=seen,
        repeats=repeats,
    )
