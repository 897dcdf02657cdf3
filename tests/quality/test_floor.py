"""The matcher may not get worse on the labelled development set; the floors are pinned to its digest."""

import hashlib
import json
from pathlib import Path

import pytest

from worker.commands.evaluate import collect
from worker.commands.gluing import glue
from worker.commands.payloads import read_payloads
from worker.lineage.evaluation import read_pairs
from worker.lineage.fold import Fold
from worker.lineage.placement import LinkType

FLOORS = json.loads(Path(__file__).with_name("floors.json").read_text())


@pytest.fixture(scope="module")
def evaluation(shared):
    stream, pairs = shared / "news" / "stream.jsonl.gz", shared / "news" / "pairs.tsv"
    digest = hashlib.blake2b(stream.read_bytes() + pairs.read_bytes(), digest_size=16).hexdigest()
    assert digest == FLOORS["digest"], "another corpus needs other floors: a commit of its own"
    deliveries = list(read_payloads([stream]))
    fold = Fold()
    scorer = collect(deliveries, fold)
    with pairs.open(encoding="utf-8") as lines:
        score = scorer.score(read_pairs(lines))
    gluing = glue(fold, scorer, [each.payload.body for each in deliveries], pages=FLOORS["glued_pages"])
    return scorer, score, gluing


@pytest.mark.shared
def test_variants_are_told_from_everything_else(evaluation):
    _, score, _ = evaluation
    assert not score.missing
    assert score.f1 >= FLOORS["f1"]
    assert score.share("Q", outcome="same") <= FLOORS["q_merged_most"]
    assert score.share("B", outcome="same") <= FLOORS["b_merged_most"]


@pytest.mark.shared
def test_borrowing_is_linked_and_not_merged(evaluation):
    _, score, _ = evaluation
    assert score.share("P", link=LinkType.DERIVES_FROM) >= FLOORS["p_linked"]
    assert score.share("P", outcome="same") <= FLOORS["p_merged_most"]
    assert score.share("QBET", link=LinkType.DERIVES_FROM) <= FLOORS["derives_wrong_most"]


@pytest.mark.shared
def test_independent_reports_of_one_event_are_linked(evaluation):
    _, score, _ = evaluation
    assert score.share("E", link=LinkType.SAME_EVENT) >= FLOORS["e_linked"]
    assert score.share("T", link=LinkType.SAME_EVENT) <= FLOORS["t_linked_most"]


@pytest.mark.shared
def test_no_canonical_story_is_a_giant(evaluation):
    scorer, _, _ = evaluation
    assert len(scorer.clusters()[0].members) <= FLOORS["largest_most"]


@pytest.mark.shared
def test_glued_pages_come_apart_and_single_pages_stay_whole(evaluation):
    _, _, gluing = evaluation
    assert gluing.joined >= FLOORS["glued_joined"]
    assert gluing.whole >= FLOORS["single_whole"]
