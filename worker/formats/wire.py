"""What wire formats leave to be read from the copy: dateline, credits, agency, kind, version, victim."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from worker.dialects.agencies import agency_called, agency_named
from worker.dialects.bulletins import referred
from worker.dialects.credits import agency_of, byline_credit, credit_of
from worker.dialects.datelines import dateline_of
from worker.dialects.embargoes import find_embargo
from worker.dialects.kinds import corrects, is_brief, kind_of, types_version
from worker.dialects.language import guess_language, language_code
from worker.dialects.status import read_status
from worker.dialects.versions import Version, VersionKind, headline_version, read_slugline, strongest
from worker.formats.furniture import furniture_kind
from worker.story import (
    Credit,
    CreditKind,
    Draft,
    Furniture,
    FurnitureKind,
    Kind,
    Paragraph,
    PubStatus,
    Role,
)

NO_TIME: Final = "embargoed without a time that can be read"

_BULLETINS: Final = frozenset({Kind.KILL, Kind.WITHHOLD, Kind.CORRECTION, Kind.ADVISORY})
_HEADLINE_LONGEST: Final = 160
_NOTE_WORDS: Final = 200
_STOP_WITHIN: Final = 400
_STOP: Final = re.compile(
    r"(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})(?:[.]|(?<=[!?]))\s+(?=[A-ZÀ-Þ\"“'‘`])"
)
"""The end of a sentence; an initial or a short title (``U.S.``, ``Dr.``, ``Gov.``) is none."""


def finish(  # noqa: PLR0913 - what formats know and copy does not
    draft: Draft,
    *,
    slugline: str | None = None,
    labels: Sequence[Version] = (),
    status: str | None = None,
    signals: Sequence[str] = (),
    provider: str | None = None,
) -> Draft:
    """Fill the fields that words tell and no field did; ``from_text`` names them.

    ``slugline`` may hold version words, ``labels`` are those found elsewhere, ``status`` and ``provider``
    are written as the format writes them.
    """
    slug = read_slugline(slugline or "")
    told = (slug.version, types_version(draft.editorial_types), headline_version(draft.headline), *labels)
    versions = [found for found in told if found]
    version = strongest(versions)
    advance = next((found for found in versions if found.kind is VersionKind.ADVANCE), None)
    pub_status, warning = read_status(status)
    draft = _credited(draft, provider)
    draft, pub_status = _held(draft, pub_status, advance, slug.slug)
    kind = kind_of(
        headline=draft.headline,
        slug=slug.slug or draft.slug,
        version=version,
        ed_note=draft.ed_note,
        status=status,
        urgency=draft.urgency,
        agency=draft.agency,
        signals=signals,
        paragraphs=draft.paragraphs,
    )
    if kind is Kind.KILL:
        pub_status = PubStatus.CANCELED if status else pub_status
    draft = replace(
        draft,
        kind=kind,
        slug=slug.slug or draft.slug,
        version_kind=(version.kind.value if version else None) or draft.version_kind,
        version_no=version.number if version and version.number is not None else draft.version_no,
        part_no=version.part if version and version.part is not None else draft.part_no,
        pub_status=pub_status,
        language=(language_code(draft.language) if draft.language else None)
        or guess_language(" ".join(paragraph.text for paragraph in draft.paragraphs[:3])),
        refers_to=_victims(draft, kind, slug.replaces, refiled=_is_refiled(kind, version)),
        warnings=(*draft.warnings, warning) if warning else draft.warnings,
    )
    return _titled(draft)


def _held(
    draft: Draft, pub_status: PubStatus, advance: Version | None, slug: str | None
) -> tuple[Draft, PubStatus]:
    """Hold back what a field or words embargo; a time in prose counts where no field has one."""
    if draft.embargo_until:
        return draft, PubStatus.EMBARGOED if pub_status is PubStatus.USABLE else pub_status
    if pub_status not in (PubStatus.USABLE, PubStatus.EMBARGOED):
        return draft, pub_status
    found = find_embargo(
        notes=(draft.ed_note,),
        openings=(draft.headline, *(part.text for part in draft.paragraphs[:2])),
        advance=advance.label if advance else None,
        written=draft.version_created or draft.published or draft.first_created,
        cycle=slug[:2] if slug and slug[2:3] == "-" else None,
        agency=draft.agency,
    )
    if found is None:
        return draft, pub_status
    if found.until is None:
        warning = f"held for release, no time that can be read: {found.words[:40]!r}"
        return replace(draft, warnings=(*draft.warnings, warning)), PubStatus.EMBARGOED
    told = (each for each in draft.warnings if each != NO_TIME)
    draft = replace(
        draft, embargo_until=found.until, warnings=tuple(told), from_text=(*draft.from_text, "embargo_until")
    )
    return draft, PubStatus.EMBARGOED


def _credited(draft: Draft, provider: str | None) -> Draft:
    first = next((part.text for part in draft.paragraphs if part.role is Role.COPY), None)
    found = dateline_of(first) if first else None
    dateline = draft.dateline or found
    given: list[Credit] = list(draft.credits)
    if dateline and dateline.agency:
        given.insert(0, Credit(kind=CreditKind.DATELINE, text=dateline.text, agency=dateline.agency))
    elif found and found.agency:
        given.insert(0, Credit(kind=CreditKind.DATELINE, text=found.text, agency=found.agency))
    if provider:
        agency = agency_called(provider) or agency_named(provider)
        given.append(Credit(kind=CreditKind.FIELD, text=provider, agency=agency))
    if credit := byline_credit(draft.byline):
        given.append(credit)
    told = ("dateline",) if draft.dateline is None and found else ()
    return replace(
        draft,
        dateline=dateline,
        credits=tuple(given),
        agency=draft.agency or agency_of(tuple(given)),
        from_text=(*draft.from_text, *told),
    )


def _is_refiled(kind: Kind, version: Version | None) -> bool:
    """Tell a story sent again, corrected, from a notice about another: only a notice's text names victims."""
    notices = (VersionKind.CORRECTIVE, VersionKind.CLARIFICATION)
    return kind is Kind.CORRECTION and (version is None or version.kind not in notices)


def _victims(draft: Draft, kind: Kind, replaces: str | None, *, refiled: bool) -> tuple[str, ...]:
    named = dict.fromkeys((*draft.refers_to, *((replaces,) if replaces else ())))
    brief = kind in _BULLETINS and is_brief(draft.paragraphs, _NOTE_WORDS)
    if kind in _BULLETINS and (brief or corrects(draft.ed_note)):
        texts = [draft.headline, draft.ed_note]
        if brief and not refiled:
            texts.extend(part.text for part in draft.paragraphs[:6])
        named.update(dict.fromkeys(referred(texts)))
    own = {draft.transmission_no, draft.native_id, *draft.native_ids}
    return tuple(name for name in named if name not in own)


def _titled(draft: Draft) -> Draft:
    """Give an item without headline the first sentence after its dateline."""
    if draft.headline or not draft.paragraphs:
        return draft
    first = next((part.text for part in draft.paragraphs if part.role is Role.COPY), None)
    if first is None:
        return draft
    if draft.dateline and first.startswith(draft.dateline.text):
        first = first[len(draft.dateline.text) :]
    headline = first_sentence(first)
    return replace(draft, headline=headline, from_text=(*draft.from_text, "headline")) if headline else draft


def first_sentence(text: str) -> str | None:
    """Cut the first sentence, or the first words of a long one, without its full stop."""
    flat = " ".join(text.split()).lstrip("_-—– ")
    found = _STOP.search(flat[:_STOP_WITHIN])
    sentence = flat[: found.start()] if found else flat.rstrip(".")
    if len(sentence) > _HEADLINE_LONGEST:
        sentence = sentence[:_HEADLINE_LONGEST].rsplit(" ", 1)[0]
    return sentence or None


class Sorter:
    """Sorts the lines of wire copy into paragraphs, furniture and credits, in order."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.furniture: list[Furniture] = []
        self.credits: list[Credit] = []

    def add(self, text: str, role: Role = Role.COPY) -> None:
        """Sort one paragraph: a separator, a credit line, or copy of ``role``."""
        flat = text.strip()
        if not flat:
            return
        if role is Role.COPY:
            if credit := credit_of(flat):
                self.credits.append(credit)
                kind = (
                    FurnitureKind.COPYRIGHT if credit.kind is CreditKind.COPYRIGHT else FurnitureKind.CREDIT
                )
                self.peel(flat, kind)
                return
            if is_separator(flat):
                self.peel(flat, FurnitureKind.SEPARATOR)
                return
        self.paragraphs.append(Paragraph(text=flat, role=role))

    def peel(self, text: str, kind: FurnitureKind) -> None:
        """Put a line aside as furniture."""
        self.furniture.append(Furniture(text=text, kind=kind, before=len(self.paragraphs)))

    def fill(self, draft: Draft, **told: Any) -> Draft:  # noqa: ANN401 - other fields of the draft
        """Give a draft what was sorted, behind what it has, and what else was ``told``."""
        return replace(
            draft,
            **told,
            paragraphs=tuple(self.paragraphs),
            furniture=(*draft.furniture, *self.furniture),
            credits=(*draft.credits, *self.credits),
        )


def is_separator(text: str) -> bool:
    """Tell whether a paragraph is a rule such as ``___`` or ``* * *``."""
    return len(text) <= 40 and furniture_kind(text) is FurnitureKind.SEPARATOR
