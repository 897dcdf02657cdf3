"""How is a story compared with copy whose text is gone? By the sampled shingles that were kept of it.

One shingle of the narrative in twelve tells less than all words do: shares are estimates, and nothing is
told of quotation, paragraphs, names and figures.
"""

import numpy as np

from worker.lineage.credits import attribution, credit, credit_lines
from worker.lineage.lapse import told_shingles
from worker.lineage.placement import Variant
from worker.lineage.variant import is_refiled, relation_of
from worker.matching import sketch
from worker.matching.narrative import UNPROSAIC, Mask, Narrative
from worker.matching.sketch import BOUND, sampled_hashes
from worker.matching.tokens import Hashes, Positions
from worker.matching.verify import Evidence, Side, solid_words
from worker.story import Fingerprint, Story


def compare_sampled(
    ours: Narrative, theirs: Fingerprint, *, recurrent: Mask | None = None
) -> Evidence | None:
    """Estimate what ``verify.compare`` would find; None when nothing is in common, or cannot be known.

    Each word of ours is taken as common where the sampled shingle that is nearest to it is.
    """
    keys = _keys(theirs)
    places, found = _found(ours, keys)
    if not found.any():
        return None
    middles = (places[1:] + places[:-1]) // 2
    words = np.arange(len(ours.words))
    near = found[np.searchsorted(middles, words)]
    between = np.searchsorted(places, words, side="right")  # two samples in common, no other between them
    solid = np.concatenate(([False], found[1:] & found[:-1], [False]))[between]
    told = ours.told if recurrent is None else ours.told & ~recurrent
    prose = ours.marks != UNPROSAIC
    covered = near & told
    common = round(theirs.words * _share(keys, ours))
    return Evidence(
        ours=Side(
            words=int(np.count_nonzero(prose)),
            told=int(np.count_nonzero(told)),
            common=int(np.count_nonzero(covered)),
            solid=solid_words(solid & told),
            shared=int(np.count_nonzero(near & prose)),
            quoted=0,
            covered=covered,
        ),
        theirs=Side(
            words=theirs.words,
            told=theirs.words,
            common=common,
            solid=common,
            shared=common,
            quoted=0,
            covered=np.zeros(0, np.bool_),
        ),
        inherited=covered,
        there=np.full(len(ours.shingles), -1, np.int32),
    )


def describe_sampled(  # noqa: PLR0913 - as ``variant.describe``
    *,
    canonical: Story,
    variant: Story,
    variant_narrative: Narrative,
    agency: str | None,
    parent: str | None,
    hops: int,
) -> Variant:
    """Describe a story as a variant of copy whose text is gone, as well as its fingerprint can tell."""
    keys = _keys(canonical.fingerprint)
    _, found = _found(variant_narrative, keys)
    coverage = round(_share(keys, variant_narrative), 4)
    novelty = round(1 - float(np.count_nonzero(found)) / max(len(found), 1), 4)
    before, after = attribution(canonical), attribution(variant)
    agency = before.agency or agency
    return Variant(
        relation=relation_of(
            coverage=coverage,
            novelty=novelty,
            moved=0,
            reworded=False,
            refiled=is_refiled(canonical, variant),
        ),
        coverage=coverage,
        novelty=novelty,
        sequence=0,
        parent=parent,
        hops=hops,
        agency=after.agency or agency,
        credit=credit(agency, after.agency),
        credit_lines=credit_lines(before, after),
    )


def _keys(theirs: Fingerprint) -> Hashes:
    """Read sampled hashes; none of another version, which are no hashes of the same words."""
    return sampled_hashes(theirs) if theirs.version == sketch.VERSION else np.empty(0, np.uint64)


def _found(ours: Narrative, keys: Hashes) -> tuple[Positions, Mask]:
    """Find where ours has shingles that theirs would have sampled, and which of them it has sampled."""
    if not len(keys):
        return np.empty(0, np.int64), np.zeros(0, np.bool_)
    sampled = ours.shingles <= max(np.uint64(BOUND), keys[-1])
    places: Positions = np.flatnonzero(sampled & told_shingles(ours))
    return places, np.isin(ours.shingles[places], keys)


def _share(keys: Hashes, ours: Narrative) -> float:
    """Measure how much of what theirs has sampled is in ours, 0 to 1."""
    return float(np.isin(keys, ours.shingles).mean()) if len(keys) else 0.0
