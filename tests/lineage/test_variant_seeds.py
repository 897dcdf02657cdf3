"""The metadata of the seeds, against the first of them."""

from pathlib import Path

import pytest

from worker.lineage.placement import Change, Kept, Relation, Swap, Variant
from worker.lineage.variant import describe
from worker.matching.narrative import read
from worker.pipeline import split
from worker.story import Coordinates, Payload, Story

pytestmark = pytest.mark.shared


def first_story(shared: Path, number: str) -> Story:
    [path] = (shared / "seeds").glob(f"{number}_*")
    payload = Payload(
        body=path.read_bytes(), coordinates=Coordinates(topic="", partition=0, offset=int(number))
    )
    return next(part for part in split(payload) if isinstance(part, Story))


@pytest.fixture
def variant_of_000(shared):
    canonical = first_story(shared, "000")

    def describe_seed(number: str) -> Variant:
        story = first_story(shared, number)
        return describe(
            canonical=canonical,
            canonical_narrative=read(list(canonical.copy())),
            variant=story,
            variant_narrative=read(list(story.copy())),
        )

    return describe_seed


def test_the_machine_paraphrase_is_told_with_its_wrong_names(variant_of_000):
    found = variant_of_000("001")
    assert found.relation == Relation.PARAPHRASED
    assert set(found.names) == {
        Swap(canonical="Antony", variant="Anthony"),
        Swap(canonical="Giorgia", variant="Giorgio"),
        Swap(canonical="Ridge", variant="Rich"),
        Swap(canonical="Alkonis", variant="Alcornis"),
    }
    assert found.figures == ()
    assert Swap(canonical="%", variant="percent") in found.house_style
    assert (found.credit, found.agency) == (Kept.KEPT, "AP")
    assert found.credit_lines.dateline == Kept.ALTERED
    assert found.credit_lines.contributor == Kept.ADDED


def test_the_uncredited_reprint_is_told_as_stripped(variant_of_000):
    found = variant_of_000("002")
    assert found.relation in {Relation.TRIMMED, Relation.EDITED}
    assert (found.credit, found.agency) == (Kept.STRIPPED, "AP")
    assert found.names == found.figures == ()
    added = [row.variant for row in found.paragraphs if row.change == Change.ADDED]
    assert len(added) == 1  # the subheading that the desk put in


def test_the_trimmed_reprint_is_told_with_its_house_style(variant_of_000):
    found = variant_of_000("003")
    assert found.relation == Relation.TRIMMED
    assert found.house_style == (Swap(canonical="U.S.", variant="US"),)
    assert found.names == found.figures == ()
    assert found.novelty == 0
    halves = [row.variant for row in found.paragraphs if row.canonical == 10]
    assert halves == [10, 11]  # one paragraph became two
    assert [row.canonical for row in found.paragraphs if row.change == Change.DROPPED] == [26]
