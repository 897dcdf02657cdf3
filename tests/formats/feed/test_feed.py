from pathlib import Path

import pytest

from worker.pipeline import Empty, Rejected, split
from worker.story import FurnitureKind, Kind, Payload, PubStatus, Role

HERE = Path(__file__).parent
OUTLET = (HERE / "outlet.rss").read_text(encoding="utf-8")
AGENCY = (HERE / "agency.atom").read_text(encoding="utf-8")


def parts(text):
    return split(Payload(body=text.encode()))


def test_each_item_with_text_is_a_story_and_drafts_pictures_and_empty_ones_are_none():
    stories = parts(OUTLET)
    assert [story.headline for story in stories] == [
        "Ferry limps home & docks",
        "A teaser alone",
        "Scheduled",
    ]
    assert {story.source_format for story in stories} == {"rss"}


def test_the_encoded_content_is_the_copy_not_the_excerpt():
    story = parts(OUTLET)[0]
    assert [(part.role, part.text) for part in story.paragraphs] == [
        (Role.COPY, "PORT ELDER (AP) — The night ferry limped home on one engine."),
        (Role.QUOTE, "Nobody was hurt."),
    ]
    assert (story.furniture[0].text, story.furniture[0].kind) == ("The ferry in May.", FurnitureKind.CAPTION)
    assert (story.byline, story.deck, story.agency) == ("By Mara Elling", "A teaser.", "AP")
    assert (story.outlet, story.url, story.native_id) == (
        "Harbour Gazette",
        "https://harbour.example/ferry",
        "harbour-1",
    )
    assert (story.published, story.language, story.keywords) == (
        "2026-11-22T20:58:00Z",
        "en",
        ("Harbour",),
    )
    assert any(each.text == "Associated Press" for each in story.credits)


def test_a_short_description_alone_is_a_stub():
    story = parts(OUTLET)[1]
    assert (story.kind, story.native_id, story.url) == (
        Kind.STUB,
        "https://harbour.example/teaser",
        "https://harbour.example/teaser",
    )


def test_a_post_of_the_future_is_embargoed_and_its_blank_lines_part_paragraphs():
    story = parts(OUTLET)[2]
    assert (story.pub_status, story.embargo_until) == (PubStatus.EMBARGOED, "2026-12-01T06:00:00Z")
    assert [part.text for part in story.paragraphs] == ["First line of a post.", "Second paragraph & more."]
    assert story.slug == "scheduled"
    assert any("3013" in warning for warning in story.warnings)


def test_an_entry_gives_its_content_whatever_its_type():
    xhtml, nitf, text = parts(AGENCY)
    assert [part.text for part in xhtml.paragraphs] == ["The night ferry limped home.", "Nobody was hurt."]
    assert [part.text for part in nitf.paragraphs] == ["The port reopened on Monday."]
    assert nitf.byline == "By Ilse Brandt"
    assert text.paragraphs[0].text == "One line of text <b> as it is."


def test_an_agencys_entry_keeps_its_management():
    story = parts(AGENCY)[0]
    assert (story.source_format, story.headline, story.byline) == ("atom", "Ferry limps home", "Mara Elling")
    assert (story.native_id, story.native_version) == ("urn:publicid:ap.org:77aa", "3")
    assert (story.slug, story.version_kind, story.version_no) == ("EU--Ferry", "writethru", 2)
    assert (story.dateline.place, story.url) == ("PORT ELDER", "https://ap.example/77aa")
    assert (story.first_created, story.version_created) == ("2026-11-22T20:00:00Z", "2026-11-22T20:58:00Z")


def test_a_vendors_own_element_is_read_where_content_is_absent_and_told_where_it_is_short():
    body = "The port reopened on Monday. " * 6
    entry = (
        "<feed xmlns:v='urn:v'><entry><id>1</id><title>T</title>{}"
        "<v:first_line>First.</v:first_line><v:body>{}</v:body></entry></feed>"
    )
    (story,) = parts(entry.format("", body))
    assert [part.text for part in story.paragraphs] == ["First.", body.strip()]
    (short,) = parts(entry.format("<content>Short.</content>", body))
    assert [part.text for part in short.paragraphs] == ["Short."]
    assert any("30 words" in warning for warning in short.warnings)


def test_rdf_items_beside_the_channel_are_items():
    text = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>Elder</title></channel><item rdf:about='https://elder.example/1'>"
        "<title>Port reopens</title><description>Soon.</description></item></rdf:RDF>"
    )
    (story,) = parts(text)
    assert (story.outlet, story.native_id) == ("Elder", "https://elder.example/1")


@pytest.mark.parametrize(
    "feed", ["<rss/>", "<feed xmlns='http://www.w3.org/2005/Atom'/>", "<rss><channel/></rss>"]
)
def test_a_feed_without_items_is_empty(feed):
    (empty,) = parts(feed)
    assert isinstance(empty, Empty)


def test_a_broken_item_and_a_cut_feed_lose_no_neighbour():
    good = "<item><title>Port reopens</title><content>The port reopened.</content></item>"
    told = parts(f"<rss><channel>{good}{good.replace('</title>', '')}{good}</channel></rss>")
    assert [isinstance(part, Rejected) for part in told] == [False, True, False]
    cut = parts(f"<rss><channel>{good}{good}"[:-12])
    assert [isinstance(part, Rejected) for part in cut] == [False, True]
