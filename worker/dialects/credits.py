"""Lines in which a page says whose copy it runs: source, contributor and copyright lines."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from worker.dialects.agencies import AGENCIES, ALIAS, agency_called, agency_named
from worker.story import Credit, CreditKind

_LONGEST: Final = 600
_LONGEST_SOURCE: Final = 80

_SOURCE: Final = re.compile(
    rf"""(?:[/—–\-]{{0,2}}\s{{0,2}}(?:Source|SOURCE|Sources|Agency|Via|With\sinputs?\sfrom|From)\s{{0,2}}[:\-]?
            \s{{0,2}}\(?(?:the\s|The\s)?(?:{ALIAS})\b[^.!?]{{0,40}}\)?\.?
        |[/(\[—–\-]{{0,2}}\s{{0,2}}(?:the\s|The\s)?(?:{ALIAS})(?:\s(?:News|Staff|staff|wire|Wire))?\s{{0,2}}[)\]]?\.?)""",
    re.VERBOSE,
)
"""``/ Source: The Associated Press``, ``(Reuters)``, ``— AFP`` as a whole line."""

_CONTRIBUTED: Final = re.compile(
    r"contribut(?:ed|ing)\s(?:reporting\b|to\s(?:this|the)\s(?:report|story|article|piece|post|file)|(?:from|in)\s[A-Z])"
)
_CONTRIBUTORS: Final = re.compile(r"[\W_]{0,4}Contributing:|.{0,80}\scontributed\.?$")
_HELPED: Final = re.compile(
    r"""[\W_]{0,4}+(?:(?:Additional\s|additional\s)[Rr]eporting|Reporting|Writing|Editing)[ ]by[ ][A-Z]
        |[\W_]{0,4}+With[ ](?:assistance|reporting|contributions?|files)\s(?:by|from)\s
        |This[ ](?:report|story|article)\s(?:contains|includes)
            \s(?:material|information|reporting)\sfrom\s[A-Z]""",
    re.VERBOSE,
)
_REPORTED: Final = re.compile(
    r"[\W_]{0,4}+(?:[A-Z][\w.'’\-]{1,20}+\s){1,4}[A-Z][\w.'’\-]{1,20}+ reported from [A-Z][^.]{2,60}\.?$"
)
_NAMED_WITHIN: Final = 130
"""Characters within which five names and ``reported from`` stand."""

_WROTE: Final = re.compile(
    rf"(?:{ALIAS})\s(?:[A-Z][\w\-]{{2,20}}\s|national\s|political\s|sports?\s|business\s|science\s|medical\s|White\sHouse\s"
    r"|news\s|staff\s|video\s|data\s){0,5}(?:[Ww]riter|[Rr]eporter|[Jj]ournalist|[Cc]orrespondent|[Ee]ditor)s?\b"
)
_HOLDER: Final = re.compile(
    r"(?:[Cc]opyright|COPYRIGHT|©|\([cC]\))[\s\W]{0,6}(?:\d{4}(?:\s?[-–]\s?\d{4})?)?[\s,]{0,3}(?:by\s)?"
    rf"(?:The\s|the\s)?(?P<agency>{ALIAS})\b"
)
_OWNED: Final = re.compile(r"\s{0,2}(?:Copyright\b|COPYRIGHT\b|©|\([cC]\)\s?(?:\d{4}|[Cc]opyright))")
_OWNERS: Final = " \tC©("  # what a copyright line begins with
_RIGHTS: Final = re.compile(
    r"all rights reserved|may not be (?:published|reproduced|reprinted)|without permission", re.IGNORECASE
)


OPENINGS: Final[Mapping[str, int]] = MappingProxyType(
    {alias: _LONGEST_SOURCE for aliases in AGENCIES.values() for alias in aliases if alias[:4] != "The "}
    | dict.fromkeys(("source", "sources", "agency", "via", "with", "from"), _LONGEST_SOURCE)
    | dict.fromkeys(("additional", "reporting", "writing", "editing", "with", "this", "copyright"), _LONGEST)
)
"""Words with which credits open, behind "the" or without it, and how long such a line is at most."""

HELD: Final = (("ontribut", _LONGEST), (" reported from ", _LONGEST))
"""What credits hold that open with other words."""


def credit_of(line: str) -> Credit | None:
    """Read a whole line as a credit; None when it is anything else.

    A line that merely mentions an agency is no credit: a footer that names AP says nothing about the
    copy above it.
    """
    if len(line) > _LONGEST:
        return None
    if len(line) <= _LONGEST_SOURCE and _SOURCE.fullmatch(line):
        return Credit(kind=CreditKind.SOURCE, text=line, agency=agency_named(line))
    owned = _OWNED.match(line) if line[0] in _OWNERS else None
    if owned and (len(line) <= 160 or _RIGHTS.search(line)):
        holder = _HOLDER.search(line)
        return Credit(
            kind=CreditKind.COPYRIGHT, text=line, agency=agency_named(holder["agency"]) if holder else None
        )
    return contributor_of(line)


def contributor_of(line: str) -> Credit | None:
    """Read a whole line as the credit of those who helped; None when it is anything else."""
    if not is_contributor(line):
        return None
    return Credit(kind=CreditKind.CONTRIBUTOR, text=line, agency=agency_named(line))


def is_contributor(line: str) -> bool:
    """Tell whether a whole line names who helped to report, write or edit."""
    if not _helps(line):
        return False
    # A paragraph of prose may end with the sentence; such a line stays copy.
    sentences = re.split(r"(?<=[a-z)\]][.!?])\s+(?=[A-Z“\"])", line)
    return all(len(part) <= 12 or _helps(part) or _SIGNED.match(part) for part in sentences)


def _helps(line: str) -> bool:
    """Tell whether words of help open a line or stand in it; prose costs a look at its first letters."""
    return bool(
        _HELPED.match(line)
        or ("ontribut" in line and (_CONTRIBUTED.search(line) or _CONTRIBUTORS.match(line)))
        or (" reported from " in line[:_NAMED_WITHIN] and _REPORTED.match(line))
    )


_SIGNED: Final = re.compile(
    r"(?:[Ff]ollow|Edited|Produced|Graphics?|Video|Photos?|Research|Illustrations?|Copy)\b.{0,160}$"
)


def byline_credit(byline: str | None) -> Credit | None:
    """Read the agency that a byline names; None when it names people alone."""
    if not byline or not (agency := agency_called(byline) or agency_named(byline)):
        return None
    return Credit(kind=CreditKind.BYLINE, text=byline, agency=agency)


def agency_of(credits_given: tuple[Credit, ...]) -> str | None:
    """Choose whose copy a story is from what its credits say, the plainest kind first.

    ``The Associated Press contributed to this report`` under another newsroom's own story is help, not
    authorship: a contributor line counts only when it names the agency's own writers.
    """
    for kind in _WEIGHT:
        for credit in credits_given:
            if credit.kind is kind and credit.agency is not None:
                if kind is CreditKind.CONTRIBUTOR and not _WROTE.search(credit.text):
                    continue
                return credit.agency
    return None


_WEIGHT: Final = (
    CreditKind.DATELINE,
    CreditKind.SOURCE,
    CreditKind.FIELD,
    CreditKind.BYLINE,
    CreditKind.COPYRIGHT,
    CreditKind.CONTRIBUTOR,
)
