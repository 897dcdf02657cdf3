"""Say an item of the canonical topics in one readable line: text and style, piece by piece."""

from collections.abc import Iterable
from typing import Final

from topics.items import CaughtUp, Event, Item, Snapshot, Undecodable
from topics.messages import CanonicalV1, LapseV1, MergeV1, ReachV1, Swap, Variant, VariantV1, Version

Piece = tuple[str, str]
"""Text and its style, in rich's words; empty for plain."""

REMEMBERED: Final = 20_000  # headlines of canonical stories
SWAPS: Final = 4  # names or figures told in a line
SHOWN_ID: Final = 12  # characters of a story's id; enough for `wiretrace show`
RELATION_STYLE: Final = {
    "original": "bold green",
    "verbatim": "cyan",
    "repeat": "dim",
    "edited": "yellow",
    "paraphrased": "magenta",
}
STANDING_STYLE: Final = {"corrected": "yellow", "withheld": "bold yellow", "killed": "bold red"}
ORDERS: Final = {"kill": "killed", "withhold": "withheld", "correct": "corrected"}
CAUSES: Final = {
    "ran": "runs it",
    "took_down": "took it down",
    "corrected": "corrected it",
    "lifted": "released again",
}
OUTLETS: Final = 6  # told in a line
CREDIT_STYLE: Final = {"stripped": "bold red", "altered": "yellow", "kept": "green", "added": "yellow"}


class Headlines:
    """The headlines of canonical stories, the newest kept; a variant's line is told under them."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def note(self, canonical_id: str, headline: str | None) -> None:
        """Remember a headline."""
        if headline:
            self._known.pop(canonical_id, None)
            self._known[canonical_id] = headline
            if len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]

    def forget(self, canonical_id: str) -> None:
        """Forget a headline, the right to which may have ended."""
        self._known.pop(canonical_id, None)

    def of(self, canonical_id: str) -> str | None:
        """Recall a headline."""
        return self._known.get(canonical_id)


def tell(item: Item, headlines: Headlines) -> list[Piece]:
    """Return the pieces of the line; what news copy says is made printable."""
    match item:
        case Snapshot(message=message):
            headlines.note(message.canonical_id, message.headline)
            return _snapshot(message)
        case CaughtUp(stories=stories):
            before = f"{_count(stories, 'canonical story', 'canonical stories')} so far; " if stories else ""
            return [(f"— {before}what follows is live —", "dim")]
        case Event(message=message):
            return _event(message, headlines)
        case Undecodable():
            where = f"{item.topic}/{item.partition}@{item.offset}"
            return [(f"cannot read {where}: {_clean(item.error)}", "red")]
    raise AssertionError  # pragma: no cover - the union is closed


def _event(message: VariantV1 | MergeV1 | ReachV1 | LapseV1, headlines: Headlines) -> list[Piece]:
    match message:
        case MergeV1():
            return _merge(message, headlines)
        case ReachV1():
            return _reach(message, headlines)
        case LapseV1():
            headlines.forget(message.canonical_id)
            return _lapse(message)
        case VariantV1():
            return _placed(message, headlines)


def _snapshot(story: CanonicalV1) -> list[Piece]:
    untold = "(text expired)" if story.lapsed else "(no headline)"
    pieces = [_time(story.updated), (_clean(story.headline) or untold, "bold")]
    if story.status == "alias":
        return [*pieces, (f" — merged into {story.into}", "dim"), _id(story.canonical_id)]
    counts = f"{_count(story.variants, 'variant')} in {_count(story.outlets, 'outlet')}"
    agency = f"{story.agency}, " if story.agency else ""
    pieces.append((f" — {agency}{counts}", ""))
    if story.standing != "running":
        pieces += [(", ", ""), (story.standing, STANDING_STYLE.get(story.standing, "yellow"))]
        if story.carrying:
            pieces.append((f", {story.carrying} carry it", ""))
    return [*pieces, _id(story.canonical_id)]


def _reach(reach: ReachV1, headlines: Headlines) -> list[Piece]:
    order = ORDERS.get(reach.action, reach.action)
    pieces = [_time(None), (_clean(headlines.of(reach.canonical_id)) or "(no headline)", "bold"), (" — ", "")]
    if reach.cause == "ordered":
        pieces.append((order, STANDING_STYLE.get(order, "yellow")))
    else:
        who = f"{_clean(reach.outlet) or 'unknown outlet'} " if reach.cause != "lifted" else ""
        pieces.append((f"{order}; {who}{CAUSES.get(reach.cause, reach.cause)}", "yellow"))
    named = [_clean(each.outlet) or "unknown outlet" for each in reach.carriers[:OUTLETS]]
    more = f" and {reach.carrying - OUTLETS} more" if reach.carrying > OUTLETS else ""
    carried = f"carried by {', '.join(named)}{more}" if named else "nobody carries it"
    return [*pieces, (f"; {carried}", ""), _id(reach.canonical_id)]


def _lapse(lapse: LapseV1) -> list[Piece]:
    return [
        _time(None),
        (f"the right to {lapse.story_id} ended on {_clean(lapse.expires)}: its text has to go", "yellow"),
        _id(lapse.canonical_id),
    ]


def _merge(merge: MergeV1, headlines: Headlines) -> list[Piece]:
    headline = headlines.of(merge.into) or headlines.of(merge.canonical_id)
    return [
        _time(None),
        (_clean(headline) or "(no headline)", "bold"),
        (f" — {merge.canonical_id} is one story with {merge.into} from now on", "magenta"),
    ]


def _placed(placed: VariantV1, headlines: Headlines) -> list[Piece]:
    outlet = _clean(placed.outlet) or "unknown outlet"
    own = _clean(placed.headline) or "(no headline)"
    if placed.variant is None or placed.canonical_id is None:
        reason = f": {_clean(placed.reason)}" if placed.reason else ""
        return [
            _time(placed.seen),
            (own, "bold"),
            (f" — {outlet}: ", ""),
            (f"{placed.status}{reason}", "dim"),
            _id(placed.story_id[:SHOWN_ID]),
        ]
    if placed.variant.relation == "original":
        headlines.note(placed.canonical_id, placed.headline)
    head = headlines.of(placed.canonical_id) or own
    pieces = [_time(placed.seen), (_clean(head), "bold"), (f" — {outlet}: ", ""), *_variant(placed.variant)]
    founds = placed.variant.relation == "original"
    return [*pieces, _id(placed.canonical_id if founds else placed.story_id[:SHOWN_ID])]


def _variant(variant: Variant) -> list[Piece]:
    pieces: list[Piece] = [(variant.relation, RELATION_STYLE.get(variant.relation, "yellow"))]
    if variant.relation != "original":
        pieces.append((f", {variant.coverage:.0%} kept", ""))
        if round(variant.novelty, 2):
            pieces.append((f", {variant.novelty:.0%} new", ""))
    if variant.version is not None and variant.version.number is not None:
        pieces.append((f", {_words(variant.version)}", "cyan"))
    if variant.credit != "none" or variant.agency:
        agency = variant.agency or "credit"
        said = agency if variant.credit == "none" else f"{agency} credit {variant.credit}"
        pieces += [(", ", ""), (said, CREDIT_STYLE.get(variant.credit, ""))]
    if variant.lag:
        pieces.append((f", {span(variant.lag)} behind", ""))
    for noun, swaps in (("names", variant.names), ("figures", variant.figures)):
        if swaps:
            pieces += [(f"; {noun} ", ""), (_swaps(swaps), "bold red")]
    return pieces


def _words(version: Version) -> str:
    """Say the version words of a version."""
    return f"{_clean(version.kind) or 'version'} {version.number}"


def _swaps(swaps: Iterable[Swap]) -> str:
    told = [f"{_clean(swap.canonical)} → {_clean(swap.variant)}" for swap in swaps]
    more = f" and {len(told) - SWAPS} more" if len(told) > SWAPS else ""
    return ", ".join(told[:SWAPS]) + more


def _time(text: str | None) -> Piece:
    """Cut a time of the contract to seconds."""
    return (f"{text[:19].replace('T', ' ')}  " if text else " " * 21, "dim")


def _id(canonical_id: str) -> Piece:
    return (f"  {canonical_id}", "dim")


def _count(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"


def span(seconds: float) -> str:
    """Spell a span of time in its two largest units.

    >>> span(402.25), span(7500), span(0.25)
    ('6 min 42 s', '2 h 5 min', '0.2 s')
    """
    if seconds < 60:
        return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, length, below, divisor in (
        ("d", 86400, "h", 3600),
        ("h", 3600, "min", 60),
        ("min", 60, "s", 1),
    ):
        if whole >= length:
            rest = whole % length // divisor
            return f"{whole // length} {unit}" + (f" {rest} {below}" if rest else "")
    raise AssertionError  # pragma: no cover - a minute is the least


def _clean(text: str | None) -> str:
    """Keep copy on its line: no escape sequence of a headline may reach a terminal."""
    return "".join(char if char.isprintable() else " " for char in text or "")
