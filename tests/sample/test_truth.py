"""The sample stream through the core, held against what its authors say it holds."""

from collections import defaultdict
from pathlib import Path

import orjson
import pytest

from worker import sample
from worker.commands.payloads import read_payloads
from worker.commands.trace import trace_lines

TRUTH = orjson.loads(sample.truth().read_bytes())
PARTS = [
    pytest.param(payload, part, id=f"{payload['file']}#{part['part']}")
    for payload in TRUTH["payloads"]
    for part in payload.get("parts", ())
]
REFUSED = [
    pytest.param(payload, id=payload["file"])
    for payload in TRUTH["payloads"]
    if payload["status"] == "rejected"
]


@pytest.fixture(scope="module")
def lines():
    """Lines of the trace by file and part."""
    found = defaultdict(dict)
    for line in trace_lines(read_payloads(list(sample.files()), sample.manifest())):
        if line["status"] != "merged":
            found[Path(line["payload"]["path"]).name][line["payload"]["part"]] = line
    return found


@pytest.fixture(scope="module")
def canonicals(lines):
    """Canonical id of each story of the truth: that of its founder."""
    found = {}
    for name, story in TRUTH["canonicals"].items():
        file, part = story["founder"].split("#")
        found[name] = lines[file][int(part)]["canonical_id"]
    return found


def flat(text):
    return " ".join(text.split())


def texts(line):
    return [flat(paragraph["text"]) for paragraph in line["story"]["paragraphs"]]


@pytest.mark.parametrize("payload", REFUSED)
def test_a_broken_payload_is_refused_for_its_reason(lines, payload):
    (line,) = lines[payload["file"]].values()
    assert line["status"] == "rejected"
    assert line["reason"] in payload["reasons"]


@pytest.mark.parametrize(("payload", "part"), PARTS)
def test_the_copy_is_whole_and_holds_no_furniture(lines, payload, part):
    line = lines[payload["file"]][part["part"]]
    copy = texts(line)
    assert line["status"] == part["status"]
    if "headline" in part:
        assert line["headline"] == part["headline"]
    if "starts" in part:
        assert " ".join(copy).startswith(part["starts"])
    if "ends" in part:
        assert " ".join(copy).endswith(part["ends"])
    for furniture in part.get("furniture", ()):
        assert not any(flat(furniture) in paragraph for paragraph in copy if len(furniture) > 3), furniture


@pytest.mark.parametrize(("payload", "part"), PARTS)
def test_the_story_goes_where_it_belongs_and_says_how_it_differs(lines, canonicals, payload, part):
    line = lines[payload["file"]][part["part"]]
    if part["status"] != "placed":
        assert line["canonical_id"] is None
        return
    if part["canonical"] == "own":
        assert line["canonical_id"] not in canonicals.values()
    else:
        assert line["canonical_id"] == canonicals[part["canonical"]]
    variant = line["variant"]
    assert variant["relation"] in part.get("relations", [variant["relation"]])
    assert variant["credit"] in part.get("credit", [variant["credit"]])
    assert variant["agency"] == part.get("agency", variant["agency"])
    for kind in ("names", "figures"):
        told = {(swap["canonical"], swap["variant"]) for swap in variant[kind]}
        for canonical, changed in part.get(kind, ()):
            assert any(
                (a in canonical and b in changed) or (canonical in a and changed in b) for a, b in told
            ), (
                kind,
                canonical,
                changed,
                told,
            )


@pytest.mark.parametrize(("payload", "part"), PARTS)
def test_links_tie_what_truly_shares_copy_quotes_or_the_event(lines, canonicals, payload, part):
    line = lines[payload["file"]][part["part"]]
    told = {(link["type"], link["canonical_id"]) for link in line["links"]}
    expected = {(link["type"], canonicals[link["canonical"]]) for link in part.get("links", ())}
    required = {
        (link["type"], canonicals[link["canonical"]]) for link in part.get("links", ()) if link["required"]
    }
    own = {link for link in told if link[1] in canonicals.values()}
    assert required <= told
    assert own <= expected
