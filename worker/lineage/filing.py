"""How does a wire item name itself and others? Stories → the names that tie versions and bulletins.

A *filing* is what an agency sends itself, as against the page of an outlet that runs its copy. It has
ids (of the chain of versions), numbers (of one transmission, used again after a while) and a slug.
"""

from datetime import datetime
from typing import Final

from worker.dialects.agencies import agency_called
from worker.dialects.slugs import slug_key
from worker.dialects.versions import PARTIAL, VersionKind, headline_version
from worker.formats.draft import Format
from worker.story import Kind, PubStatus, Story

WIRE: Final = frozenset(
    each.value
    for each in (
        Format.ANPA,
        Format.IPTC7901,
        Format.AP_MEDIA,
        Format.NINJS,
        Format.FLAT_JSON,
        Format.NITF,
        Format.NEWSML,
        Format.NEWSML_G2,
        Format.RITZAU,
        Format.XML,
        Format.MAIL,
    )
)
"""The formats in which agencies send; what outlets publish comes as pages, articles and feeds."""

BULLETINS: Final = frozenset({Kind.KILL, Kind.WITHHOLD, Kind.ADVISORY})
NOTICES: Final = frozenset({VersionKind.CORRECTIVE.value, VersionKind.CLARIFICATION.value})
_PARTIAL: Final = frozenset(kind.value for kind in PARTIAL)
_CANCELED: Final = PubStatus.CANCELED
_CORRECTION: Final = Kind.CORRECTION
_NUMBER_LONGEST: Final = 10  # characters; a longer name with digits is an id
_HEADLINE_LEAST: Final = 3  # words: a shorter text is a slug
_HEADLINES: Final = 8  # that one bulletin quotes; each is looked for among the copies that are held


def is_filing(story: Story) -> bool:
    """Tell whether an agency sent it: in a wire format, and not on behalf of an outlet."""
    return story.source_format in WIRE and (story.outlet is None or agency_called(story.outlet) is not None)


def is_notice(story: Story) -> bool:
    """Tell whether a story speaks of another one instead of telling it: bulletins, and correctives.

    A corrective of an agency is an item of its own, often with the corrected copy under it.
    """
    if story.kind in BULLETINS or story.pub_status is _CANCELED:
        return True
    return story.kind is _CORRECTION and story.version_kind in NOTICES and is_filing(story)


def is_part(story: Story) -> bool:
    """Tell whether a filing is no story alone: an add, an insert, a sub, a second take."""
    if story.version_kind not in _PARTIAL or not is_filing(story):
        return False
    return story.version_kind != VersionKind.TAKE or (story.part_no or 1) > 1


def names_of(story: Story) -> tuple[str, ...]:
    """List the names under which later items find a filing, ids first."""
    found = dict.fromkeys(_ids(story))
    found.update(dict.fromkeys(map(number_name, _numbers(story))))
    if story.slug and (name := slug_name(story.slug)):
        found[name] = None
    return tuple(found)


def victim_names(story: Story) -> tuple[tuple[str, ...], ...]:
    """List the names of what a bulletin acts on, in tiers: ids, numbers, slugs; the surer tier decides."""
    named = story.refers_to
    slugs = [name for text in (*named, story.slug or "") if (name := slug_name(text))]
    return (
        (*_ids(story), *(f"i:{text}" for text in named)),
        tuple(number_name(text) for text in named if len(text) <= _NUMBER_LONGEST),
        tuple(dict.fromkeys(slugs)),
    )


def victim_headlines(story: Story) -> tuple[str, ...]:
    """List the headlines that a bulletin may quote; its own without its label is one of them."""
    own = story.headline or ""
    if headline_version(own):
        own = own.partition("-")[2] or own.partition(":")[2]
    quoted = dict.fromkeys(text for text in story.refers_to if len(text.split()) >= _HEADLINE_LEAST)
    texts = (*list(quoted)[:_HEADLINES], own)
    return tuple(text for text in texts if len(text.split()) >= _HEADLINE_LEAST)


def replaced_names(story: Story) -> tuple[str, ...]:
    """List the transmission numbers that a filing says it replaces."""
    return tuple(
        number_name(text) for text in story.refers_to if len(text) <= _NUMBER_LONGEST and text[-1:].isdigit()
    )


def number_name(number: str) -> str:
    """Name a transmission, however its number is spaced."""
    return "n:" + "".join(number.split()).casefold()


def slug_name(slug: str) -> str | None:
    """Name a chain by its slug; None when there is nothing left of it."""
    key = slug_key(slug)[1]
    return f"s:{key}" if key else None


def regions_agree(one: str | None, other: str | None) -> bool:
    """Tell whether two slugs may be of one region; one that names none agrees with all."""
    ours, theirs = (slug_key(slug)[0] if slug else None for slug in (one, other))
    return ours is None or theirs is None or ours == theirs


def item_of(story: Story) -> str | None:
    """Name an item of an outlet, which it may change or take down later; None when nothing names it."""
    name = story.url or story.native_id
    return f"{story.outlet or story.feed or ''}\n{name}" if name else None


def milliseconds(time: str | None) -> int | None:
    """Read a time of the story record as milliseconds since 1970 UTC; None when it is none."""
    if time is None:
        return None
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    return None if moment.tzinfo is None else round(moment.timestamp() * 1000)


def _ids(story: Story) -> tuple[str, ...]:
    numbers = set(_numbers(story))
    every = dict.fromkeys((story.native_id, *story.native_ids))
    return tuple(f"i:{text}" for text in every if text and text not in numbers)


def _numbers(story: Story) -> tuple[str, ...]:
    """Tell the numbers of a filing: formats without ids have nothing but numbers."""
    found = dict.fromkeys((story.transmission_no,) if story.transmission_no else ())
    if story.native_id is None:
        found.update(dict.fromkeys(story.native_ids))
    return tuple(found)
