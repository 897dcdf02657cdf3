"""Does a variant still say whose copy it is? Credit lines of two stories → kept, altered, stripped, added.

Credits lie, so they explain a match and decide none.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from worker.lineage.placement import CreditLines, Kept
from worker.matching.known import Known
from worker.matching.words import words
from worker.story import CreditKind, Story
from worker.values import quick

LINES: Final = (
    CreditKind.SOURCE,
    CreditKind.BYLINE,
    CreditKind.DATELINE,
    CreditKind.CONTRIBUTOR,
    CreditKind.COPYRIGHT,
)
_NOT_A_NAME: Final = frozenset(
    {"by", "and", "the", "in", "of", "for", "writer", "writers", "source", "all", "c"}
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Whose copy a story says it is: the agency, and the words of each kind of credit line.

    It is what the fold keeps of a story to compare the credits of later ones.
    """

    agency: str | None = None
    lines: dict[CreditKind, tuple[str, ...]] = field(default_factory=dict)
    agencies: dict[CreditKind, str] = field(default_factory=dict)


def attribution(story: Story) -> Attribution:
    """Read the credits of a story: its fields first, then its credit lines."""
    lines: dict[CreditKind, tuple[str, ...]] = {}
    agencies: dict[CreditKind, str] = {}
    if story.dateline is not None:
        # The date moves from desk to desk, the place and the agency do not.
        lines[CreditKind.DATELINE] = tuple(words(story.dateline.place or story.dateline.text))
        if story.dateline.agency:
            agencies[CreditKind.DATELINE] = story.dateline.agency
    if story.byline:
        lines[CreditKind.BYLINE] = _NAMES[story.byline]
    for credit in story.credits:
        if credit.kind in LINES:
            lines.setdefault(credit.kind, _NAMES[credit.text])
            if credit.agency:
                agencies.setdefault(credit.kind, credit.agency)
    return Attribution(agency=credited(story), lines=lines, agencies=agencies)


def credited(story: Story) -> str | None:
    """Tell the agency that a story credits: by its fields, else by its credit lines, else in its dateline."""
    if story.agency:
        return story.agency
    for each in story.credits:
        if each.agency:
            return each.agency
    return None if story.dateline is None else story.dateline.agency


def _read(text: str) -> tuple[str, ...]:
    return tuple([word for word in words(text) if word not in _NOT_A_NAME and not _YEAR.fullmatch(word)])


_NAMES: Final = Known(_read)  # the words of a credit line that name somebody


def credit(canonical: str | None, variant: str | None) -> Kept:
    """Tell what became of the agency's credit.

    >>> credit("AP", None).value, credit("AP", "AP").value, credit("AP", "Reuters").value
    ('stripped', 'kept', 'altered')
    """
    return _kept(canonical, variant)


def _kept(canonical: object, variant: object) -> Kept:
    if not canonical:
        return Kept.ADDED if variant else Kept.NONE
    if not variant:
        return Kept.STRIPPED
    return Kept.KEPT if canonical == variant else Kept.ALTERED


def credit_lines(canonical: Attribution, variant: Attribution) -> CreditLines:
    """Tell for each kind of credit line what became of it on the way to the variant.

    A line is altered when it names other people, another place or another agency.
    """
    kinds = canonical.lines.keys() | variant.lines.keys()
    return CreditLines(**{kind.value: _line(kind, canonical, variant) for kind in LINES if kind in kinds})


def _line(kind: CreditKind, canonical: Attribution, variant: Attribution) -> Kept:
    before = kind in canonical.lines and (canonical.lines[kind], canonical.agencies.get(kind))
    after = kind in variant.lines and (variant.lines[kind], variant.agencies.get(kind))
    return _kept(before, after)
