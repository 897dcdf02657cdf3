"""Version words of wire copy (``1st Ld-Writethru``, ``10th Add``, ``UPDATE 2-``) and the slug beside them.

Sources: the keyword line of AP (ANPA 1312), the slug and headline labels of Reuters, the status lines of
dpa. All are read into one scale, so that no format has words of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final


class VersionKind(StrEnum):
    """What a version word asks a desk to do with the copy under it."""

    ALERT = "alert"
    URGENT = "urgent"
    LEAD = "lead"  # a new top; the body is partly kept
    WRITETHRU = "writethru"  # the whole story again
    UPDATE = "update"  # Reuters and dpa: the whole story again, with news in it
    ADD = "add"
    SUB = "sub"
    INSERT = "insert"
    TAKE = "take"
    REPEAT = "repeat"
    REFILE = "refile"  # sent again for a slip that is no error of fact
    CORRECTED = "corrected"
    CORRECTIVE = "corrective"  # a notice of its own, in a later cycle
    CLARIFICATION = "clarification"
    ADVANCE = "advance"  # to be held until the day it names
    ADVISORY = "advisory"
    DISREGARD = "disregard"
    WITHHOLD = "withhold"
    KILL = "kill"


PARTIAL: Final = frozenset({VersionKind.ADD, VersionKind.SUB, VersionKind.INSERT, VersionKind.TAKE})
"""Pieces of a story that are no story alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version label: ``number`` counts versions, ``part`` counts the pieces of one version from 1."""

    label: str
    kind: VersionKind
    number: int | None = None
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slugline:
    """A slug without its version words, and what the words say.

    ``replaces`` is the transmission number of the take that this one replaces; ``hold`` the day of an
    advance, as written.
    """

    slug: str | None = None
    version: Version | None = None
    replaces: str | None = None
    words: int | None = None
    hold: str | None = None


_WORDS: Final[Mapping[str, VersionKind]] = MappingProxyType(
    {
        "ld": VersionKind.LEAD,
        "lead": VersionKind.LEAD,
        "writethru": VersionKind.WRITETHRU,
        "writethrough": VersionKind.WRITETHRU,
        "rewrite": VersionKind.WRITETHRU,
        "ld-writethru": VersionKind.WRITETHRU,
        "ld-writethrough": VersionKind.WRITETHRU,
        "lead-writethru": VersionKind.WRITETHRU,
        "add": VersionKind.ADD,
        "sub": VersionKind.SUB,
        "insert": VersionKind.INSERT,
        "take": VersionKind.TAKE,
        "newsalert": VersionKind.ALERT,
        "apnewsalert": VersionKind.ALERT,
        "flash": VersionKind.ALERT,
        "eil": VersionKind.ALERT,
        "eilmeldung": VersionKind.ALERT,
        "urgent": VersionKind.URGENT,
        "newsnow": VersionKind.URGENT,
        "extra": VersionKind.URGENT,
        "update": VersionKind.UPDATE,
        "roundup": VersionKind.UPDATE,
        "wrapup": VersionKind.UPDATE,
        "summary": VersionKind.UPDATE,
        "recasts": VersionKind.UPDATE,
        "zusammenfassung": VersionKind.UPDATE,
        "repeat": VersionKind.REPEAT,
        "rpt": VersionKind.REPEAT,
        "wiederholung": VersionKind.REPEAT,
        "refile": VersionKind.REFILE,
        "corrected": VersionKind.CORRECTED,
        "correction": VersionKind.CORRECTED,
        "corrects": VersionKind.CORRECTED,
        "berichtigung": VersionKind.CORRECTED,
        "korrektur": VersionKind.CORRECTED,
        "corrective": VersionKind.CORRECTIVE,
        "clarification": VersionKind.CLARIFICATION,
        "clarified": VersionKind.CLARIFICATION,
        "adv": VersionKind.ADVANCE,
        "advance": VersionKind.ADVANCE,
        "advisory": VersionKind.ADVISORY,
        "disregard": VersionKind.DISREGARD,
        "withhold": VersionKind.WITHHOLD,
        "hold": VersionKind.WITHHOLD,
        "hold hold hold": VersionKind.WITHHOLD,
        "kill": VersionKind.KILL,
        "bulletin kill": VersionKind.KILL,
        "kill kill kill": VersionKind.KILL,
        "story withdrawn": VersionKind.KILL,
        "withdrawn": VersionKind.KILL,
    }
)

_WORD: Final = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_LABEL: Final = re.compile(
    rf"""\(?(?:(?P<ordinal>\d{{1,3}})\s?(?:st|nd|rd|th|\.)\s{{0,2}}-?)?
         (?P<word>{_WORD})
         (?:-(?P<tail>writethru|writethrough|updating|revised))?
         (?:\s{{0,2}}(?P<number>\d{{1,3}})\b)?
         (?P<rest>(?:-\d{{1,2}}|\s(?:and\s)?(?:\d{{1,2}}|[a-z]{{3,9}}\.?)){{0,3}})\)?""",
    re.VERBOSE | re.IGNORECASE,
)
_REFERENCE: Final = re.compile(r"[a-zA-Z]{1,2}\d{3,5}")
_COUNT: Final = re.compile(r"\d{1,6}")
_BRACKET: Final = re.compile(r"\s{0,3}\((?P<labels>[^()]{2,80})\)\s{0,3}$")
_HEADED: Final = re.compile(
    r"(?P<label>(?:UPDATE|WRAPUP|RPT|REPEAT|REFILE|CORRECTED|CORRECTION|CORRECTIVE|RECASTS|ADVISORY"
    r"|CLARIFICATION|KILL|WITHDRAWN|STORY WITHDRAWN)(?: \d{1,2})?)(?:\s?\((?:[A-Z][\w ]{2,30})\))?"
    r"\s?(?:-|:\s|–\s?|—\s?)(?=\S)"
)
_LONGEST: Final = 240


def read_version(label: str) -> Version | None:
    """Read one version label; None when the words are none.

    >>> read_version("2nd Ld-Writethru").number
    2
    >>> read_version("10thAdd").part
    10
    """
    text = label.strip(" .=\t")
    return _version(text) if 2 <= len(text) <= 60 else None


@lru_cache(maxsize=4_096)
def _version(text: str) -> Version | None:
    found = _LABEL.fullmatch(text)
    if found is None:
        return None
    kind = _WORDS[found["word"].lower()]
    if (found["rest"] or "").strip() and kind is not VersionKind.ADVANCE:
        return None
    if found["tail"] and kind is VersionKind.LEAD:
        kind = VersionKind.WRITETHRU
    counted = found["ordinal"] or found["number"]
    number = int(counted) if counted and kind is not VersionKind.ADVANCE else None
    if kind in PARTIAL:
        return Version(label=text, kind=kind, part=number or 1)
    return Version(label=text, kind=kind, number=number)


def read_slugline(line: str) -> Slugline:
    """Read a keyword line or slug: ``BC-US--Slug, 1st Ld-Writethru, a0512,300`` or ``TOWN-FIRE/ (UPDATE 1)``.

    What is no version word stays in the slug.
    """
    text = " ".join(line[:_LONGEST].split())
    if not text:
        return Slugline()
    bracket = _BRACKET.search(text)
    versions: list[Version] = []
    if bracket and (
        told := [found for part in bracket["labels"].split(",") if (found := read_version(part))]
    ):
        versions.extend(told)
        text = text[: bracket.start()]
    slug, *parts = (part.strip() for part in text.split(","))
    kept = [slug]
    replaces: str | None = None
    words: int | None = None
    hold: str | None = None
    for number, part in enumerate(parts):
        if version := read_version(part):
            versions.append(version)
            if version.kind is VersionKind.ADVANCE:
                hold = part
        elif number == len(parts) - 1 and _COUNT.fullmatch(part):
            words = int(part)
        elif _REFERENCE.fullmatch(part):
            replaces = part
        elif part:
            kept.append(part)
    slug = ", ".join(kept)
    if not versions:
        slug, versions = _trailing(slug)
    return Slugline(
        slug=slug.strip(" ,") or None,
        version=strongest(versions),
        replaces=replaces,
        words=words,
        hold=hold,
    )


def _trailing(slug: str) -> tuple[str, list[Version]]:
    """Cut version words that stand behind a slug without comma, as in the cut header of ANPA."""
    words = slug.split(" ")
    for count in (3, 2, 1):
        if len(words) <= count:
            continue
        label = " ".join(words[-count:])
        version = read_version(label)
        certain = version is not None and (label[0].isdigit() or label.isupper() or label[-1].isdigit())
        if version is not None and certain and version.kind is not VersionKind.ADVISORY:
            return " ".join(words[:-count]), [version]
    return slug, []


def headline_version(headline: str | None) -> Version | None:
    """Read the label that opens a headline, such as ``UPDATE 2-``, ``CORRECTED-`` or ``REFILE-``."""
    if not headline:
        return None
    text = headline.lstrip()
    versions: list[Version] = []
    for _ in range(3):
        found = _HEADED.match(text)
        version = read_version(found["label"]) if found else None
        if found is None or version is None:
            break
        versions.append(version)
        text = text[found.end() :]
    return strongest(versions)


def strongest(versions: Sequence[Version]) -> Version | None:
    """Choose the label that decides when several stand together: a kill above a correction above a lead.

    The number of another label is kept: ``CORRECTED-UPDATE 2-`` is a correction and the second update.
    """
    if len(versions) < 2:
        return versions[0] if versions else None
    best = max(versions, key=lambda version: _RANK[version.kind])
    if best.number is not None:
        return best
    return replace(best, number=next((one.number for one in versions if one.number is not None), None))


_RANK: Final[Mapping[VersionKind, int]] = MappingProxyType(
    {
        kind: rank
        for rank, kind in enumerate(
            (
                VersionKind.ADVANCE,
                VersionKind.REPEAT,
                VersionKind.URGENT,
                VersionKind.ALERT,
                VersionKind.LEAD,
                VersionKind.UPDATE,
                VersionKind.WRITETHRU,
                VersionKind.TAKE,
                VersionKind.INSERT,
                VersionKind.SUB,
                VersionKind.ADD,
                VersionKind.REFILE,
                VersionKind.CORRECTED,
                VersionKind.CLARIFICATION,
                VersionKind.CORRECTIVE,
                VersionKind.ADVISORY,
                VersionKind.DISREGARD,
                VersionKind.WITHHOLD,
                VersionKind.KILL,
            )
        )
    }
)
