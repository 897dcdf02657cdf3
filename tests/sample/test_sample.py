"""The sample stream holds what its manifest and its truth say."""

import html
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from worker import sample
from worker.errors import Reason
from worker.lineage.placement import Kept, LinkType, Relation, Status

MANIFEST: list[dict[str, Any]] = [
    json.loads(line) for line in sample.manifest().read_text(encoding="utf-8").splitlines()
]
TRUTH: dict[str, Any] = json.loads(sample.truth().read_text(encoding="utf-8"))
PAYLOADS: list[dict[str, Any]] = TRUTH["payloads"]
STORIES = "ABCDEF"


def plain(text: str) -> str:
    """Put single spaces between words, as the truth does."""
    return " ".join(text.split())


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))


def readable(name: str) -> str:
    """Undo the payload's own escapes, so that what the truth quotes can be looked up in it."""
    raw = (sample.folder() / "payloads" / name).read_bytes().decode("utf-8", "replace")
    if name.endswith(".json"):
        article = json.loads(raw)
        raw = "\n".join(str(article.get(key, "")) for key in ("title", "byline", "text", "html"))
    if name.endswith(".html") or "<p>" in raw:
        raw = html.unescape(raw)
    return plain(raw)


def parts() -> list[tuple[str, dict[str, Any]]]:
    return [(payload["file"], part) for payload in PAYLOADS for part in payload["parts"]]


def placed() -> list[tuple[str, dict[str, Any]]]:
    return [(name, part) for name, part in parts() if part["status"] == Status.PLACED]


def test_files_manifest_and_truth_name_the_same_payloads_in_the_same_order() -> None:
    names = [path.name for path in sample.files()]
    assert names == [row["file"] for row in MANIFEST]
    assert names == [payload["file"] for payload in PAYLOADS]
    assert [int(name[:3]) for name in names] == list(range(1, len(names) + 1))


def test_every_payload_is_reachable_and_the_stream_is_small() -> None:
    sizes = [len(path.read_bytes()) for path in sample.files()]
    assert len(sizes) >= 36
    assert sum(sizes) < 250_000


def test_six_wire_stories_run_through_ten_outlets() -> None:
    assert len({row["outlet"] for row in MANIFEST}) == 10
    assert "".join(TRUTH["canonicals"]) == STORIES
    runs = Counter(part["canonical"] for _, part in placed())
    assert all(runs[story] >= 5 for story in STORIES)


def test_an_outlet_owns_its_addresses_and_its_file_names() -> None:
    for row in MANIFEST:
        outlet = row["outlet"].removeprefix("The ").lower()
        host = row["url"].removeprefix("https://").split("/")[0]
        assert host.endswith(".example")
        assert outlet.replace(" ", "") in host
        assert outlet.replace(" ", "-") in row["file"]


def test_payloads_are_delivered_over_two_hours_of_one_day() -> None:
    times = [datetime.fromisoformat(row["published"]) for row in MANIFEST]
    assert all(one < two for one, two in pairwise(times))
    assert timedelta(hours=1, minutes=45) < times[-1] - times[0] < timedelta(hours=2, minutes=15)
    assert {time.astimezone(UTC).date() for time in times} == {times[0].date()}


def test_a_json_article_agrees_with_the_manifest() -> None:
    for row, payload in zip(MANIFEST, PAYLOADS, strict=True):
        if row["file"].endswith(".json") and payload["status"] == "split":
            article = json.loads((sample.folder() / "payloads" / row["file"]).read_bytes())
            assert article["outlet"] == row["outlet"]
            assert article.get("published", row["published"]) == row["published"]
            assert article.get("url", row["url"]) == row["url"]


def test_the_truth_speaks_the_words_of_the_core() -> None:
    for payload in PAYLOADS:
        assert payload["status"] in {"split", "rejected"}
        assert bool(payload["parts"]) == (payload["status"] == "split")
        assert {Reason(reason) for reason in payload.get("reasons", ())} or payload["parts"]
    for _, part in parts():
        assert part["status"] in {Status.PLACED, Status.KEPT}
        assert {link["type"] for link in part["links"]} <= set(LinkType)
        assert all(link["canonical"] in STORIES for link in part["links"])
    for _, part in placed():
        assert [Relation(relation) for relation in part["relations"]]
        assert [Kept(credit) for credit in part["credit"]]
        assert part["canonical"] in [*STORIES, "own"]
        assert (part["agency"] is None) == (part["canonical"] == "own")


@pytest.mark.parametrize("story", STORIES)
def test_the_first_sighting_of_a_story_is_its_original_and_names_its_agency(story: str) -> None:
    sightings = [(name, part) for name, part in placed() if part["canonical"] == story]
    name, founder = sightings[0]
    assert TRUTH["canonicals"][story]["founder"] == f"{name}#{founder['part']}"
    assert founder["relations"] == [Relation.ORIGINAL]
    assert all(Relation.ORIGINAL not in part["relations"] for _, part in sightings[1:])
    assert {part["agency"] for _, part in sightings} == {TRUTH["canonicals"][story]["agency"]}
    assert {"AP": "Associated Press"}.get(founder["agency"], founder["agency"]) in readable(name)


@pytest.mark.parametrize(("name", "part"), parts(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_payload_holds_what_the_truth_quotes_from_it(name: str, part: dict[str, Any]) -> None:
    text = readable(name)
    quoted = [part["headline"], part["starts"], part["ends"]]
    quoted += [*part.get("furniture", ()), *part.get("added", ()), *part.get("borrowed", ())]
    quoted += part.get("moved", ())
    assert [line for line in quoted if plain(line) not in text] == []


@pytest.mark.parametrize(
    ("name", "part"), placed(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_swapped_words_stand_in_the_founding_copy_and_in_the_variant(name: str, part: dict[str, Any]) -> None:
    swaps = [*part.get("names", ()), *part.get("figures", ()), *part.get("house_style", ())]
    for was, became in swaps:
        founder = TRUTH["canonicals"][part["canonical"]]["founder"].split("#")[0]
        assert was in readable(founder)
        assert became in readable(name)


def test_a_stripped_credit_leaves_no_agency_in_the_payload() -> None:
    for name, part in placed():
        if part["credit"] == [Kept.STRIPPED] and name.endswith(".txt"):
            agency = TRUTH["canonicals"][part["canonical"]]["agency"]
            assert not re.search(rf"\b{agency}\b|Associated Press", readable(name)), name


def test_the_stream_shows_every_relation_every_link_and_every_fate_of_a_credit() -> None:
    best = {part["relations"][0] for _, part in placed()}
    assert best == set(Relation)
    assert {link["type"] for _, part in placed() for link in part["links"] if link["required"]} == set(
        LinkType
    )
    assert {part["credit"][0] for _, part in placed()} >= {Kept.KEPT, Kept.ALTERED, Kept.STRIPPED}
    assert any(len(payload["parts"]) == 2 for payload in PAYLOADS)


def test_the_broken_payloads_are_broken() -> None:
    broken = {
        payload["reasons"][0]: sample.folder() / "payloads" / payload["file"]
        for payload in PAYLOADS
        if payload["status"] == "rejected"
    }
    assert set(broken) == {Reason.EMPTY_PAYLOAD, Reason.UNKNOWN_FORMAT, Reason.MALFORMED, Reason.NO_COPY}
    assert broken[Reason.EMPTY_PAYLOAD].read_bytes() == b""
    assert broken[Reason.UNKNOWN_FORMAT].read_bytes().startswith(b"\xff\xd8\xff\xe0")
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken[Reason.MALFORMED].read_bytes())
    article = json.loads(broken[Reason.NO_COPY].read_bytes())
    assert not article.get("text")
    assert "html" not in article


def test_one_outlet_delivers_the_same_bytes_twice() -> None:
    copies = Counter(
        (row["outlet"], (sample.folder() / "payloads" / row["file"]).read_bytes()) for row in MANIFEST
    )
    assert sorted(copies.values())[-2:] == [1, 2]


@pytest.mark.shared
def test_no_sentence_of_the_seeds_is_in_the_sample(shared: Path) -> None:
    """A run of 13 words in common would be a sentence longer than 12 words taken over."""
    width = 13
    seeds: set[tuple[str, ...]] = set()
    for seed in sorted((shared / "seeds").iterdir()):
        copy = words(seed.read_text(encoding="utf-8"))
        seeds.update(zip(*(copy[start:] for start in range(width)), strict=False))
    assert seeds
    for path in sample.files():
        copy = words(path.read_bytes().decode("utf-8", "replace"))
        runs = set(zip(*(copy[start:] for start in range(width)), strict=False))
        assert not runs & seeds, path.name
