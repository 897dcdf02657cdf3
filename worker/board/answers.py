"""What does the API answer? The documents of its OpenAPI description, typed."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from topics.messages import CreditLines, Kept, LinkType, ParagraphChange, Relation, Status, Swap
from topics.times import time_text
from worker.board.hub import State


def _time(value: object) -> object:
    """Write milliseconds since 1970 as the contract does; a time at the edge of the calendar is clipped."""
    return time_text(min(max(value, EARLIEST), LATEST)) if isinstance(value, int) else value


EARLIEST: Final = -62_135_596_800_000  # the first millisecond of the year 1
LATEST: Final = 253_402_300_799_999  # the last of the year 9999

Time = Annotated[str, BeforeValidator(_time), Field(json_schema_extra={"format": "date-time"})]
Reference = Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
Badge = Literal["stripped", "corrected", "killed", "embargoed"]

STORY_EXAMPLE: Final[JsonDict] = {
    "canonical_id": "5f1d0c7a9be24c63a1d2e3f405162738",
    "href": "/api/stories/5f1d0c7a9be24c63a1d2e3f405162738",
    "headline": "Ferry runs aground off Korhaven",
    "agency": "AP",
    "language": "en",
    "slug": "Ferry-Aground",
    "version": "writethru 2",
    "standing": "corrected",
    "carrying": 1,
    "lapsed": None,
    "badges": ["stripped", "corrected"],
    "founded": "2026-11-22T21:05:00.000Z",
    "updated": "2026-11-22T22:41:10.000Z",
    "variants": 4,
    "outlets": 4,
    "repeats": 1,
    "stripped": 1,
    "pace": 2,
}


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class BoardState(_Answer):
    """How the board stands to the broker. While it is away, reads answer with what was there before."""

    state: Annotated[State, Field(description="live: the newest is here; otherwise something may be missing")]
    since: Annotated[Time, Field(description="since when; while away, nothing later is known")]


class Story(_Answer):
    """A canonical story as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [STORY_EXAMPLE]})

    canonical_id: str
    href: Annotated[Reference, Field(description="the whole story")]
    headline: str | None
    agency: str | None
    language: Annotated[str | None, Field(description="BCP 47")]
    slug: str | None
    version: Annotated[str | None, Field(description="version that was seen last, such as writethru 2")]
    standing: Annotated[str, Field(description="running, corrected, withheld or killed, as its agency told")]
    carrying: Annotated[int, Field(description="outlets' items of killed, withheld or uncorrected copy")]
    lapsed: Annotated[Time | None, Field(description="when the right to its canonical copy ended")]
    badges: list[Badge]
    founded: Annotated[Time | None, Field(description="first sighting")]
    updated: Annotated[Time, Field(description="latest sighting")]
    variants: int
    outlets: int
    repeats: int
    stripped: Annotated[int, Field(description="variants that lost the agency's credit")]
    pace: Annotated[int, Field(description="variants in the hour before the board's newest sighting")]


class Variant(_Answer):
    """A placement: one outlet's copy within a canonical story, or copy that was kept apart."""

    canonical_id: Annotated[str | None, Field(description="the story that goes on; null when kept apart")]
    sequence: Annotated[int | None, Field(description="place within the story, from 1; skips at merges")]
    story_id: str
    status: Status
    relation: Relation | None
    outlet: str | None
    headline: str | None
    url: Annotated[str | None, Field(description="where the outlet shows it, as delivered: not checked")]
    seen: Time | None
    lag: Annotated[float | None, Field(description="seconds behind the first sighting")]
    coverage: Annotated[float | None, Field(description="share of the canonical copy that it keeps, 0 to 1")]
    novelty: Annotated[float | None, Field(description="share of its copy that is its own, 0 to 1")]
    parent: Annotated[str | None, Field(description="story_id that it most likely derives from")]
    hops: int | None
    agency: str | None
    credit: Annotated[Kept | None, Field(description="what became of the agency's credit")]
    language: str | None
    slug: str | None
    kind: str | None
    pub_status: str | None
    version: str | None
    words: int | None
    reason: Annotated[str | None, Field(description="why it was not placed")]
    lapsed: Annotated[Time | None, Field(description="when the right to its text ended, which is gone since")]


class VariantEvidence(Variant):
    """A variant with what it kept, dropped, added and changed, against its canonical copy."""

    paragraphs: list[ParagraphChange]
    credit_lines: CreditLines | None
    house_style: list[Swap]
    names: list[Swap]
    figures: list[Swap]


class Link(_Answer):
    """A tie between two canonical stories; ``outgoing`` when this story's copy tells it."""

    type: LinkType
    outgoing: bool
    canonical_id: str
    href: Reference
    headline: str | None
    agency: str | None
    outlet: str | None
    share: Annotated[float, Field(description="share of the narrative in common, 0 to 1")]
    known: Annotated[bool, Field(description="false: the board does not hold the other story")]


class Version(_Answer):
    """A version of the agency's copy, and the outlets whose copy is of it; null when nobody named it."""

    name: str | None
    outlets: list[str]


class RanBy(_Answer):
    """An outlet that ran the story: since when, and what it had when it was seen last."""

    outlet: str
    first_seen: Time | None
    last_seen: Time | None
    sightings: int
    version: str | None
    relation: Relation | None
    credit: Kept | None


class WholeStory(Story):
    """A canonical story with all that the board knows of it; ``next`` leads to further variants."""

    aliases: Annotated[list[str], Field(description="ids that were merged into it")]
    members: Annotated[list[Variant], Field(description="its variants in order, the first 100")]
    next: Reference | None
    links: list[Link]
    versions: Annotated[list[Version], Field(description="of the members above; empty when none is named")]
    ran_by: Annotated[list[RanBy], Field(description="every outlet that ran it, the first first")]
    reach: Annotated[
        list[dict[str, JsonValue]],
        Field(
            description="orders of its agency and what outlets did since, in order: reach.v1 as it was told"
        ),
    ]
    board: BoardState


class StoryPage(_Answer):
    """Canonical stories, the last seen first."""

    items: list[Story]
    next: Annotated[Reference | None, Field(description="the next page; null at the end")]
    board: BoardState


class VariantPage(_Answer):
    """Variants: of one story in its order, else the newest first."""

    items: list[Variant]
    next: Annotated[Reference | None, Field(description="the next page; null at the end")]
    board: BoardState


class OutletCounts(_Answer):
    """An outlet; counts are of all that the board holds."""

    outlet: str
    href: Reference
    variants: int
    founded: Annotated[int, Field(description="stories that it was first with")]
    from_agency: int
    stripped: int
    last_seen: Time | None


class OutletList(_Answer):
    """Outlets, those that run most first; 1,000 at most."""

    items: list[OutletCounts]
    board: BoardState


class Reprints(_Answer):
    """How an outlet treats copy of one agency (null: of other outlets); medians with their sample."""

    agency: str | None
    number: int
    lag: Annotated[float | None, Field(description="median seconds behind the first sighting")]
    kept: Annotated[float | None, Field(description="median share of the canonical copy")]
    own: Annotated[float | None, Field(description="median share of copy of its own")]
    credited: Annotated[int, Field(description="reprints whose original had a credit to lose")]
    stripped: int


class Counted(_Answer):
    """A name and how often it came."""

    name: str
    times: int


class HouseStyle(_Answer):
    """Words that an outlet changes, and how often it did."""

    canonical: str
    variant: str
    times: int


class OutletReport(OutletCounts):
    """An outlet's figures, of its latest ``sample`` placements."""

    sample: int
    first: int
    reprints: list[Reprints]
    relations: list[Counted]
    taken_from: list[Counted]
    styles: list[HouseStyle]
    board: BoardState


class Reject(_Answer):
    """A refused payload; ``sample`` is how it begins, whatever is no UTF-8 replaced."""

    reject_id: str
    reason: str
    message: str
    stage: str
    topic: str
    partition: int
    offset: int
    part: int | None
    attempt: int
    written: Time | None
    size: Annotated[int, Field(description="bytes")]
    sample: str


class RejectPage(_Answer):
    """Refused payloads, the latest first, and how many there are of each reason."""

    reasons: list[Counted]
    items: list[Reject]
    next: Reference | None
    board: BoardState


class Webhook(_Answer):
    """A saved filter whose variants are posted somewhere; neither its secret nor its path is shown."""

    name: str
    host: Annotated[str, Field(description="scheme and host that are posted to")]
    filter: Annotated[dict[str, str], Field(description="filters of /api/variants")]
    pending: int
    delivered: int
    dead: Annotated[int, Field(description="given up after the last attempt")]
    last_error: str | None


class WebhookList(_Answer):
    """The webhooks that the board was started with."""

    items: list[Webhook]
    board: BoardState
