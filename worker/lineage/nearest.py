"""Which version of the agency's does a copy carry? The nearest by copy; and what of it was wrong."""

from dataclasses import replace
from typing import Final

import numpy as np

from worker.lineage.chain import Chain, Edition, edition_of
from worker.lineage.copies import Copies
from worker.lineage.placement import Change, Relation, Variant
from worker.lineage.reach import ALL
from worker.matching.narrative import Narrative
from worker.matching.sketch import BOUND, WIDTH, sampled_hashes
from worker.matching.tokens import Hashes
from worker.story import Story

NEAR: Final = 2  # shingles by which two versions may differ and are equally near


def nearest(copies: Copies, chain: Chain | None, narrative: Narrative) -> Edition | None:
    """Choose the version that a copy has most of; of equals the one it is more of, then the later."""
    living = [] if chain is None else [each for each in chain.editions if _lives(copies, each)]
    if len(living) < 2:
        return living[0] if living else None
    sampled = any(copies.is_bare(each.document) for each in living)
    own = _shingles(narrative, sampled=sampled)
    scored = []
    for place, each in enumerate(living):
        if copies.is_bare(each.document):
            theirs = sampled_hashes(copies.story(each.document).fingerprint)
        else:
            theirs = _shingles(copies.narrative(each.document), sampled=sampled)
        common = len(np.intersect1d(own, theirs, assume_unique=True))
        scored.append((common, round(2 * common / max(len(own) + len(theirs), 1), 2), place))
    most = max(common for common, _, _ in scored)
    return living[max(each[1:] for each in scored if each[0] >= most - NEAR)[1]]


def _shingles(narrative: Narrative, *, sampled: bool) -> Hashes:
    """List the shingles of a copy; of one that is compared with samples those that are sampled."""
    found = np.unique(narrative.shingles)
    return found[found < np.uint64(BOUND)] if sampled else found


def with_version(variant: Variant, story: Story, *, carried: Edition | None, is_version: bool) -> Variant:
    """Say in a variant which version it carries; a version carries itself and updates the nearest other."""
    if is_version:
        founds = variant.relation is Relation.ORIGINAL
        return replace(
            variant,
            version=edition_of(story, document=0, copy=0).version,
            against=carried.story_id if carried else None,
            relation=Relation.ORIGINAL if founds else Relation.UPDATED,
        )
    if carried is None:
        return variant
    return replace(variant, version=carried.version, against=carried.story_id)


def kept_paragraphs(variant: Variant) -> int:
    """Mark the paragraphs of the version that a variant kept, a bit each."""
    bits = 0
    for row in variant.paragraphs:
        if row.canonical is not None and row.change != Change.DROPPED:
            bits |= 1 << row.canonical
    return bits or ALL


def wrong_paragraphs(copies: Copies, chain: Chain, edition: Edition) -> int:
    """Mark the paragraphs of a version that hold wording which the agency corrected later, a bit each.

    What cannot be compared any more is wrong as a whole: who carries it should look.
    """
    bits = 0
    place = chain.place_of(edition.story_id)
    for correction, last in chain.wrong.items():
        if last is not None:
            bits |= ALL if place <= chain.place_of(last) else 0
            continue
        right = chain.place_of(correction)
        if place >= right:
            continue
        bits |= _changed(copies, chain, edition, right)
    return bits


def _changed(copies: Copies, chain: Chain, edition: Edition, right: int) -> int:
    """Mark the paragraphs of a version with wording that the corrected version dropped."""
    before, corrected = chain.editions[right - 1], chain.editions[right]
    compared = (edition, before, corrected)
    if not all(_lives(copies, each) and not copies.is_bare(each.document) for each in compared):
        return ALL
    theirs = copies.narrative(corrected.document).shingles
    dropped = np.setdiff1d(copies.narrative(before.document).shingles, theirs)
    own = copies.narrative(edition.document)
    hits = np.isin(own.shingles, dropped).nonzero()[0]
    bits = 0
    for word in hits.tolist():
        first, last = own.paragraph(word), own.paragraph(min(word + WIDTH, len(own.words)) - 1)
        if first == last:
            bits |= 1 << first
    if bits:
        return bits
    return ALL if edition is before else 0


def _lives(copies: Copies, edition: Edition) -> bool:
    return not edition.void and copies.is_held(edition.document)
