"""Flat records and envelopes around payloads of other formats."""

import json

import pytest

from worker.pipeline import Rejected, split
from worker.story import Kind, Payload, PubStatus, Story

COPY = (
    "<p>The last ferry left on Monday with nine people on board, the port said.</p><p>The bridge is far.</p>"
)
FINGERPOST = {
    "uri": "http://PA/af1f/1",
    "source-feed": "PA",
    "usn": "af1f7ad5",
    "version": "2",
    "status": "",
    "type": "text",
    "firstVersion": "2026-02-09T15:02:05.000Z",
    "versionCreated": "2026-02-09T16:02:05.000Z",
    "slug": "TRANSPORT Ferry",
    "headline": "Last ferry leaves Harrow",
    "subhead": "Bridge an hour away",
    "byline": "By Ada Quill, PA",
    "priority": "4",
    "keywords": "ferry+harrow+",
    "subjects": {"code": ["news", "transport"]},
    "ednote": "",
    "embargo": "",
    "body_text": COPY,
    "language": "en",
}
REUTERS = {
    "versionedGuid": "tag:reuters.com,2021:newsml_L1N2:3",
    "headLine": "UPDATE 2-Last ferry leaves Harrow",
    "slug": "HARROW-FERRY/ (UPDATE 2)",
    "urgency": 3,
    "bodyXhtml": COPY.replace("The last", "HARROW, March 1 (Reuters) - The last"),
    "pubStatus": "stat:usable",
}
NITF = f'<?xml version="1.0"?><nitf><body><body.content>{COPY}</body.content></body></nitf>'


def parts(tree):
    return split(Payload(body=json.dumps(tree).encode()))


def test_a_fingerpost_record_is_usable_when_its_status_is_empty():
    (story,) = parts(FINGERPOST)
    assert (story.native_id, story.native_version, story.slug) == ("af1f7ad5", "2", "TRANSPORT Ferry")
    assert (story.agency, story.pub_status, story.urgency) == ("PA", PubStatus.USABLE, 4)
    assert (story.deck, story.keywords) == ("Bridge an hour away", ("ferry", "harrow"))
    assert [subject.code for subject in story.subjects] == ["news", "transport"]
    assert (len(story.paragraphs), story.source_format) == (2, "flat-json")
    assert (story.first_created, story.version_created) == ("2026-02-09T15:02:05Z", "2026-02-09T16:02:05Z")


def test_a_reuters_record_tells_its_update():
    (story,) = parts({"data": {"item": REUTERS}})
    assert (story.slug, story.version_kind, story.version_no) == ("HARROW-FERRY/", "update", 2)
    assert (story.agency, story.dateline.place) == ("Reuters", "HARROW")


@pytest.mark.parametrize("name", ["originalContentText", "body", "raw", "value", "content", "message"])
def test_a_payload_inside_an_envelope_is_read_as_what_it_is(name):
    (story,) = parts({"id": 7, "received": "2021-03-01", name: NITF})
    assert (story.source_format, len(story.paragraphs)) == ("nitf", 2)
    (nested,) = parts({"Type": "Notification", name: json.dumps(FINGERPOST)})
    assert (nested.source_format, nested.headline) == ("flat-json", "Last ferry leaves Harrow")


def test_records_under_a_usual_name_are_each_a_story():
    told = parts({"results": [FINGERPOST, {**FINGERPOST, "usn": "b", "headline": "Bridge is far"}]})
    assert [story.headline for story in told] == ["Last ferry leaves Harrow", "Bridge is far"]


def test_an_article_of_schema_org_is_read_from_its_body():
    tree = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Ferry",
        "articleBody": "It left.",
    }
    (story,) = parts(tree)
    assert [part.text for part in story.paragraphs] == ["It left."]


def test_envelopes_inside_envelopes_come_to_an_end():
    tree = {"x": 1}
    for _ in range(20):
        tree = {"payload": tree}
    assert isinstance(parts(tree)[0], Rejected)
    text = json.dumps(FINGERPOST)
    for _ in range(8):
        text = json.dumps({"body": text})
    assert split(Payload(body=text.encode()))


def test_the_article_of_a_crawler_stays_one():
    (story,) = parts(
        {"outlet": "Bell", "title": "Ferry stops", "url": "https://b.example", "text": "The ferry stopped."}
    )
    assert isinstance(story, Story)
    assert (story.source_format, story.kind) == ("json-article", Kind.STORY)
