import json

from worker.pipeline import Empty, split
from worker.story import Kind, Payload

LONG = "".join(
    f"<p>The ferry of Harrow made trip number {n} on Monday, the port said in its notice.</p>"
    for n in range(9)
)
FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harrow Bell",
    "language": "en",
    "items": [
        {
            "id": "4711",
            "url": "https://bell.example/ferry",
            "title": "The last ferry leaves Harrow",
            "content_html": LONG,
            "date_published": "2021-03-01T08:00:00Z",
            "authors": [{"name": "Ada Quill"}],
            "tags": ["ferry"],
        },
        {"id": 4712, "title": "A bridge is far", "summary": "An hour by road."},
        {"id": "4713"},
    ],
}


def parts(tree):
    return split(Payload(body=json.dumps(tree).encode()))


def test_each_item_is_a_story_and_a_teaser_is_a_stub():
    whole, teaser, bare = parts(FEED)
    assert (whole.kind, whole.native_id, whole.outlet, whole.byline) == (
        Kind.STORY,
        "4711",
        "Harrow Bell",
        "Ada Quill",
    )
    assert (len(whole.paragraphs), whole.keywords, whole.source_format) == (9, ("ferry",), "json-feed")
    assert (teaser.kind, teaser.native_id) == (Kind.STUB, "4712")
    assert bare.kind is Kind.STUB


def test_a_feed_without_items_is_empty():
    (empty,) = parts({**FEED, "items": []})
    assert isinstance(empty, Empty)
