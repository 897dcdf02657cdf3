"""What an HTML page says of itself, and what is no copy on it."""

import pytest

from worker.pipeline import split
from worker.story import Kind, Payload, Role, Story

COPY = (
    "The ferry between Harrow and the outer islands will stop running at the end of March, the port said.",
    "About 400 people use the boat every day, many of them pupils, and the next bridge is an hour away.",
    "The port blamed the cost of fuel, which has doubled since the summer, and the age of its only vessel.",
    "The island council said it would look for another operator and asked the province for money.",
)
BODY = "".join(f"<p>{text}</p>" for text in COPY)


def page(head="", body=BODY, before="", after=""):
    html = (
        f"<!DOCTYPE html><html lang='en'><head><title>Ferry</title>{head}</head>"
        "<body class='single postid-9041'>"
        f"<article><h1>Harrow to lose its ferry</h1>{before}{body}{after}</article></body></html>"
    )
    return [part for part in split(Payload(body=html.encode())) if isinstance(part, Story)]


def texts(story):
    return [part.text for part in story.paragraphs]


def ld(fields):
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {fields}}}</script>'


def canonical(url):
    return f'<link rel="canonical" href="{url}">'


@pytest.mark.parametrize(
    ("url", "ids", "slug"),
    [
        (
            "https://www.reuters.com/article/us-harrow-ferry-idUSKBN1AB0CD",
            {"idUSKBN1AB0CD"},
            "us-harrow-ferry",
        ),
        ("https://bell.example/nachrichten_-Faehre-_arid,133777.html", {"133777"}, None),
        ("https://bell.example/ferry-leaves-harrow/146000/", {"146000"}, None),
        ("https://bell.example/20210301/ferry", set(), None),
    ],
)
def test_the_ids_of_a_page_are_in_its_address_and_its_classes(url, ids, slug):
    (story,) = page(canonical(url))
    assert ids | {url, "9041"} == set(story.native_ids)
    assert (story.native_id, story.slug) == (url, slug)


def test_the_agency_that_an_article_names_is_its_source_and_a_footer_is_none():
    (told,) = page(ld('"headline": "Ferry", "sourceOrganization": {"name": "Associated Press"}'))
    assert told.agency == "AP"
    (credited,) = page(before='<div class="article-source">Source: Reuters</div>')
    assert credited.agency == "Reuters"
    (photo,) = page(before='<figure><img src="a.jpg"><span class="credit">AFP</span></figure>')
    assert photo.agency is None


def test_times_keywords_and_correction_are_kept():
    (story,) = page(
        ld(
            '"headline": "Ferry", "datePublished": "2020-01-28T15:49:47ZZ",'
            '"correction": "The day was wrong.",'
            '"dateModified": "Tue Jan 28 16:49:07 CET 2020", "keywords": [["ferry", "harrow"]]'
        )
    )
    assert (story.published, story.version_created) == ("2020-01-28T15:49:47Z", "2020-01-28T16:49:07+01:00")
    assert (story.keywords, story.ed_note) == (("ferry", "harrow"), "The day was wrong.")


def test_a_summary_that_the_lead_says_again_is_a_deck():
    summary = "The ferry between Harrow and its islands will stop running in March."
    (story,) = page(f'<meta property="og:description" content="{summary}">', before=f"<p>{summary}</p>")
    assert story.deck == summary
    assert texts(story) == list(COPY)
    (lead,) = page(f'<meta property="og:description" content="{COPY[0]}">')
    assert texts(lead) == list(COPY)


def test_class_names_menus_paywalls_and_related_stories_are_no_copy():
    (story,) = page(
        before="<p>for-phone-onlyfor-tablet-portrait-upfor-desktop-up</p><p>Home | Islands | Tides</p>",
        after="<p>Additional reporting by Bo Chan; Editing by Cy Dow</p>"
        "<p>Print this page | E-mail to a friend</p>"
        "<p>Guter Journalismus kostet Geld. Deshalb gibt es ein Abo.</p>"
        "<p>Suggested articles</p><p>Night boats are back</p>",
    )
    assert texts(story) == list(COPY)


def test_a_page_of_letters_is_a_digest_whose_headings_are_no_copy():
    letters = "".join(
        f"<p>{top}</p><p>{bottom}</p><p>{text}</p><p>{name}</p><p>Harrow</p>"
        for top, bottom, text, name in (
            ("Our ferry is", "worth keeping", COPY[1], "Ada Quill"),
            ("A bridge is", "no answer", COPY[2], "Bo Chan"),
        )
    )
    (story,) = page(ld('"headline": "Letters: Ferry | Bridge"'), body=letters)
    assert story.kind is Kind.DIGEST
    assert next(part.text for part in story.paragraphs if part.role is Role.COPY) == COPY[1]


def test_a_kill_note_that_an_outlet_runs_as_an_article_is_a_kill():
    (story,) = page(
        ld('"headline": "BC-HR--Ferry, KILL"'),
        body="<p>Kill the Harrow Ferry-Fire story, V5307, sent on Monday to all members.</p>"
        "<p>The harbor master was misidentified. A kill is mandatory.</p>",
    )
    assert story.kind is Kind.KILL
    assert "V5307" in story.refers_to
