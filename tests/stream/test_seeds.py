"""The seeds through the core: where each story belongs, in every order, and what is told of it."""

import itertools
from pathlib import Path

import orjson
import pytest

from worker.commands.payloads import read_payloads
from worker.commands.trace import trace_lines

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def deliveries(shared):
    return list(read_payloads([shared / "seeds"], shared / "seeds-manifest.jsonl"))


@pytest.fixture(scope="module")
def truth(shared):
    return orjson.loads((shared / "seeds-truth.json").read_bytes())["stories"]


@pytest.fixture(scope="module")
def lines(deliveries):
    return {name_of(line): line for line in trace_lines(deliveries)}


def name_of(line):
    """Name a story as the truth does: 000, or 003-1 for the first of two."""
    stem = Path(line["payload"]["path"]).name[:3]
    return f"{stem}-{line['payload']['part'] + 1}" if stem == "003" else stem


def flat(text):
    return " ".join(text.split())


def canonical_of(order):
    """Canonical ids by story after all merges."""
    homes, into = {}, {}
    for line in trace_lines(order):
        if line["status"] == "merged":
            into[line["canonical_id"]] = line["into"]
        else:
            homes[name_of(line)] = line["canonical_id"]
    return {name: resolved(home, into) for name, home in homes.items()}


def resolved(canonical, into):
    while canonical in into:
        canonical = into[canonical]
    return canonical


def test_the_order_of_the_files_does_not_change_who_belongs_together(deliveries, truth):
    expected = {(a["id"], b["id"]): a["canonical"] == b["canonical"] for a in truth for b in truth}
    for order in itertools.permutations(deliveries):
        homes = canonical_of(order)
        assert {pair: homes[pair[0]] == homes[pair[1]] for pair in expected} == expected


def test_the_copy_is_whole_and_no_furniture_is_in_it(lines, truth):
    for story in truth:
        line = lines[story["id"]]
        paragraphs = [flat(paragraph["text"]) for paragraph in line["story"]["paragraphs"]]
        copy = " ".join(paragraphs)
        dateline = line["story"]["dateline"]
        opening = copy.removeprefix(flat(dateline["text"])).lstrip(" —–-") if dateline else copy
        assert opening.startswith(flat(story["starts"]))
        assert copy.endswith(flat(story["ends"]))
        assert line["headline"] == story.get("headline")
        for furniture in story["furniture"]:
            if len(furniture) <= 2:
                assert furniture not in paragraphs
            else:
                assert not any(flat(furniture) in paragraph for paragraph in paragraphs)


def test_the_relations_and_the_credits_are_told(lines):
    assert lines["000"]["variant"]["relation"] == "original"
    assert lines["000"]["variant"]["credit"] == "kept"
    assert lines["001"]["variant"]["relation"] == "paraphrased"
    assert lines["002"]["variant"]["relation"] in {"trimmed", "edited"}
    assert lines["003-2"]["variant"]["relation"] == "original"
    assert lines["004"]["variant"]["relation"] == "original"


def test_a_story_that_names_no_agency_is_attributed_through_its_canonical_story(lines):
    assert lines["002"]["story"]["agency"] is None
    assert lines["002"]["variant"]["agency"] == "AP"
    assert lines["002"]["variant"]["credit"] == "stripped"


def test_names_that_a_paraphrase_got_wrong_and_house_style_are_told(lines):
    names = {(swap["canonical"], swap["variant"]) for swap in lines["001"]["variant"]["names"]}
    assert {("Alkonis", "Alcornis"), ("Antony", "Anthony"), ("Giorgia", "Giorgio")} <= names
    style = {(swap["canonical"], swap["variant"]) for swap in lines["003-1"]["variant"]["house_style"]}
    assert ("U.S.", "US") in style


def test_parents_and_order_are_sensible(lines):
    members = [lines[name] for name in ("000", "001", "002", "003-1")]
    assert [line["variant"]["sequence"] for line in members] == [1, 2, 3, 4]
    ids = [line["story_id"] for line in members]
    for place, line in enumerate(members[1:], start=1):
        assert line["variant"]["parent"] in ids[:place]
        assert line["variant"]["hops"] >= 1
