"""What a wire item is for a desk: story, alert, correction, bulletin, digest, table, service traffic.

The words decide before the digits: a routine weather table was sent as urgent, a kill as a bulletin.
"""

import re
from collections.abc import Sequence
from typing import Final

from worker import kernels
from worker.dialects.agencies import PRESS_RELEASES
from worker.dialects.versions import PARTIAL, Version, VersionKind, headline_version, read_version, strongest
from worker.story import Kind, Paragraph, Role

_BY_VERSION: Final = {
    VersionKind.KILL: Kind.KILL,
    VersionKind.WITHHOLD: Kind.WITHHOLD,
    VersionKind.ADVISORY: Kind.ADVISORY,
    VersionKind.DISREGARD: Kind.ADVISORY,
    VersionKind.CORRECTIVE: Kind.CORRECTION,
    VersionKind.CLARIFICATION: Kind.CORRECTION,
    VersionKind.CORRECTED: Kind.CORRECTION,
    VersionKind.REFILE: Kind.CORRECTION,
    VersionKind.ALERT: Kind.ALERT,
}
_BY_STATUS: Final = {
    "canceled": Kind.KILL,
    "cancelled": Kind.KILL,
    "killed": Kind.KILL,
    "kill": Kind.KILL,
    "withdrawn": Kind.KILL,
    "recalled": Kind.KILL,
    "deleted": Kind.KILL,
    "withheld": Kind.WITHHOLD,
    "withhold": Kind.WITHHOLD,
}
"""What a publication status makes of an item; an embargoed item stays the kind that it is."""

_KILL: Final = re.compile(
    r"\bkill(?:ed|ing)? is mandatory|\bKILL KILL KILL\b|^BULLETIN KILL\b|^(?:Please\s)?[Kk]ill the "
    r".{3,120},\s[A-Za-z]\d{3,5}"
    r"|\bADVISORY\b.{0,200}\b(?:is|has been|are)\swithdrawn\b|\bSTORY WITHDRAWN\b|\bmandatory kill\b"
)
_WITHHOLD: Final = re.compile(
    r"\bHOLD HOLD HOLD\b|\b(?:please\s)?(?:withhold|hold)\s(?:the|this)\s(?:story|item|report)\b",
    re.IGNORECASE,
)
_CORRECTS: Final = re.compile(
    r"\bCORRECTS\b|\bCORRECTION\b|\b(?:[Cc]orrect(?:s|ing|ion|ed)|CORRECTED|SUBS?\s(?:\S{1,12}\s){0,4}to\scorrect|to\scorrect)\b"
    r"|\b[Rr]ättelse\b|\bKorrektur\b|\bBerichtig\w{1,4}\b|\b[Kk]orrigerer\b|\bRETTELSE\b|\bcorrige\b"
)
_KILL_WORDS: Final = ("kill", "withdrawn")
"""One of them stands in whatever ``_KILL`` finds, and in few other texts."""

_NOT_CORRECTS: Final = re.compile(
    r"\b[Nn]o correction|\bcorrection (?:is|will be|to follow)|corrections? officers?|correct time"
)
_DIGEST: Final = re.compile(
    r"""\bNews\s(?:in\sBrief|Summary|Digest|Minute|Brief)\b|\bNews\sSummary\sat\b|\bUpdate\son\sthe\slatest\b
        |^(?:AP\s)?(?:10|Ten)\sThings\sto\sKnow\b|^(?:5|Five)\sThings\sto\sKnow\sfor\b
        |\bTop\s(?:[A-Z][\w.]{1,16}\s){0,3}(?:News|Headlines|Stories)\sat\b
        |\bNews\sDigest\b|\bCoverage\sAdvisory\b|\b(?:Today|This\sDay)\sin\sHistory\b|\bMain\sstories\son\b|\bnews\sdiary\b
        |^Letters(?:\sto\sthe\seditor)?:\s|\bSPORTS?\sTRIVIA\b|\bNewsbrief\b|\bAt\sa\sGlance\b.{0,20}\bnews\b|^(?:The\s)?main\sstories\s""",
    re.VERBOSE | re.IGNORECASE,
)
_DIGEST_WORDS: Final = (
    *("news", "latest", "things", "top", "stories", "letters", "coverage"),
    *("history", "trivia"),
)
"""One of them stands in whatever ``_DIGEST`` finds: the search itself is dear."""

_DIGEST_SLUG: Final = re.compile(
    r"-Headlines$|\bNews\s?Digest\b|\bNews\s?Summary\b|\bNewsMinute\b|\bNews\s?Brief|\bIn\s?Brief\b|\b10[\s-]Things\b"
    r"|\bBudget$|\bTop\s?Headlines\b|^Monitor\s|\b[Tt]rivia\b|\bDay\s?in\s?History\b",
    re.IGNORECASE,
)
_TABLE_SLUG: Final = re.compile(
    r"(?:^|[\s\-])(?:Glance|Standings|Leaders|Linescores?|Box(?:es|score)?|Sums|Stax|Top\s(?:Ten|10|25)|Schedule"
    r"|Transactions|Rankings|Odds|Money|Results|Lineups|Scoreboard|Poll|Averages|Pairings|Statistics|Stats)$"
)
_ALERT_SLUG: Final = re.compile(r"News\s?Alert\b|(?:^|[/\s\-])FLASH(?:[/\s\-]|$)", re.IGNORECASE)
_ADVISORY: Final = re.compile(
    r"^(?:\W{0,3}(?:News\s)?(?:Coverage\s|Media\s|Editors'?\s)?ADVISORY\b|(?:AP|PA|AAP|AFP|Reuters)\s(?:News\s)?Advisory\b"
    r"|Attention\s(?:editors|subscribers)\b|(?:Note|Advisory)\sto\s(?:editors|subscribers)\b)",
    re.IGNORECASE,
)
_SERVICE: Final = re.compile(
    r"^(?:Impressum|Line\s?test|Leitungstest|Test(?:\s?(?:message|item|transmission|only))?|Service\smessage"
    r"|Technical\s(?:test|note|message)|Contents?\s(?:line|list)|Inhalt(?:sverzeichnis)?|System\stest|Sendeschluss"
    r"|THIS IS A TEST\b.{0,60})\W{0,3}$",
    re.IGNORECASE,
)
_TYPES: Final = {
    "kill": VersionKind.KILL,
    "withhold": VersionKind.WITHHOLD,
    "advisory": VersionKind.ADVISORY,
    "disregard": VersionKind.DISREGARD,
    "corrective": VersionKind.CORRECTIVE,
    "correction": VersionKind.CORRECTED,
    "clarification": VersionKind.CLARIFICATION,
    "add": VersionKind.ADD,
    "takes": VersionKind.TAKE,
    "lead": VersionKind.LEAD,
    "writethru": VersionKind.WRITETHRU,
    "holdforrelease": VersionKind.ADVANCE,
    "alert": VersionKind.ALERT,
    "flash": VersionKind.ALERT,
    "newsalert": VersionKind.ALERT,
}
_ALERT_WORDS: Final = 60
_LEAST_TABLE: Final = 0.6
_SHORT: Final = 200
_LONGEST_WORD: Final = 20
_APART: Final = frozenset({Kind.KILL, Kind.WITHHOLD, Kind.ADVISORY, Kind.DIGEST})
_TABLE: Final = Role.TABLE


def types_version(types: Sequence[str]) -> Version | None:
    """Read editorial types (``Kill``, ``HoldForRelease``, ``Writethru``) as version words."""
    found = [
        Version(label=name, kind=_TYPES[key])
        for name in types
        if (key := name.strip().lower().replace("-", "").replace(" ", "")) in _TYPES
    ]
    return strongest(found) or strongest([version for name in types if (version := read_version(name))])


def corrects(note: str | None) -> bool:
    """Tell whether a note to editors says that the copy corrects a fact: CORRECTS, SUBS to correct."""
    return bool(note) and _CORRECTS.search(_NOT_CORRECTS.sub("", note or "")) is not None


def kind_of(  # noqa: PLR0913 - each is one place where an item says what it is
    *,
    headline: str | None = None,
    slug: str | None = None,
    version: Version | None = None,
    ed_note: str | None = None,
    status: str | None = None,
    urgency: int | None = None,
    agency: str | None = None,
    signals: Sequence[str] = (),
    paragraphs: Sequence[Paragraph] = (),
) -> Kind:
    """Decide what an item is, from its status, its words, then its shape.

    ``urgency`` is the scale of the IPTC, 1 for a flash. An item without copy that nothing else explains
    is a stub.
    """
    if "test" in [signal.lower() for signal in signals] or (headline and _SERVICE.match(headline)):
        return Kind.SERVICE
    return (
        _bulletin(headline, version, ed_note, status, paragraphs)
        or _apart(headline or "", slug)
        or (Kind.TABLE if _is_table(slug, paragraphs) else None)
        or _copy_kind(
            alert=_is_alert(headline, slug, version, urgency, paragraphs),
            corrected=corrects(ed_note),
            released=agency in PRESS_RELEASES,
            paragraphs=paragraphs,
        )
    )


def page_kind(headline: str | None, paragraphs: Sequence[Paragraph]) -> Kind:
    """Tell what outlets publish as articles although it is none; all else of a page is a story.

    ``kind_of`` finds the same, and kinds beside it that mean nothing on a page.
    """
    if headline and _SERVICE.match(headline):
        return Kind.STORY
    kind = _bulletin(headline, None, None, None, paragraphs) or _apart(headline or "", None)
    return kind if kind in _APART else Kind.STORY


def _apart(title: str, slug: str | None) -> Kind | None:
    """Find what is not for matching by its words."""
    if _is_digest(title) or (slug and _DIGEST_SLUG.search(slug)):
        return Kind.DIGEST
    return Kind.ADVISORY if _ADVISORY.match(title) else None


def _is_digest(title: str) -> bool:
    return _holds(title, _DIGEST_WORDS) and _DIGEST.search(title) is not None


def _kills(text: str) -> bool:
    return _holds(text, _KILL_WORDS) and _KILL.search(text) is not None


def _holds(text: str, words: tuple[str, ...]) -> bool:
    folded = text.casefold()
    for word in words:  # noqa: SIM110 - asked of every headline: a generator costs more than its answer
        if word in folded:
            return True
    return False


def _copy_kind(*, alert: bool, corrected: bool, released: bool, paragraphs: Sequence[Paragraph]) -> Kind:
    if alert:
        return Kind.ALERT
    if all(paragraph.role is _TABLE for paragraph in paragraphs):
        return Kind.STUB
    if corrected:
        return Kind.CORRECTION
    return Kind.PRESS_RELEASE if released else Kind.STORY


def is_brief(paragraphs: Sequence[Paragraph], words: int) -> bool:
    """Tell whether paragraphs hold at most so many words; long copy is told by its length alone."""
    left = words * _LONGEST_WORD
    for paragraph in paragraphs:
        left -= len(paragraph.text)
        if left < 0:
            return False
    for paragraph in paragraphs:
        words -= kernels.parts(paragraph.text)
        if words < 0:
            return False
    return True


def _bulletin(
    headline: str | None,
    version: Version | None,
    ed_note: str | None,
    status: str | None,
    paragraphs: Sequence[Paragraph],
) -> Kind | None:
    """Find what withdraws, holds or corrects: it outranks every other reading."""
    by_status = _BY_STATUS.get((status or "").lower())
    if by_status is Kind.KILL:
        return Kind.KILL
    told = [found for found in (version, headline_version(headline)) if found]
    label = strongest(told)
    texts = [text for text in (headline, ed_note) if text]
    brief = is_brief(paragraphs, _SHORT)
    if brief:
        texts.extend([paragraph.text for paragraph in paragraphs[:6]])
    if (label and label.kind is VersionKind.KILL) or any(map(_kills, texts)):
        return Kind.KILL
    if by_status is Kind.WITHHOLD or (label and label.kind is VersionKind.WITHHOLD):
        return Kind.WITHHOLD
    if brief and any(map(_WITHHOLD.search, texts[:2])):
        return Kind.WITHHOLD
    if label is None or label.kind in PARTIAL or label.kind is VersionKind.ALERT:
        return None
    return _BY_VERSION.get(label.kind)


def _is_table(slug: str | None, paragraphs: Sequence[Paragraph]) -> bool:
    rows = [paragraph.role for paragraph in paragraphs].count(_TABLE)
    if rows and rows >= _LEAST_TABLE * len(paragraphs):
        return True
    if slug is None or _TABLE_SLUG.search(slug) is None:
        return False
    return rows > 0 or not any(paragraph.text.count(" ") > 20 for paragraph in paragraphs)


def _is_alert(
    headline: str | None,
    slug: str | None,
    version: Version | None,
    urgency: int | None,
    paragraphs: Sequence[Paragraph],
) -> bool:
    """Tell an alert: it says so, or it is one urgent sentence without a headline."""
    if (version is not None and version.kind is VersionKind.ALERT) or (slug and _ALERT_SLUG.search(slug)):
        return is_brief(paragraphs, 2 * _ALERT_WORDS)
    if urgency not in (1, 2) or headline:
        return False
    copy = [paragraph for paragraph in paragraphs if paragraph.role is Role.COPY]
    return len(copy) == 1 and is_brief(paragraphs, _ALERT_WORDS)
