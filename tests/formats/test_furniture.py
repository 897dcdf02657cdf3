import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.formats.furniture import (
    ends_in_source,
    furniture_kind,
    heads_related,
    is_navigation,
    is_photo_credit,
)
from worker.story import FurnitureKind as Kind

FURNITURE = [
    ("IE 9 is not supported. For an optimal experience visit our site on another browser.", Kind.NOTICE),
    ("This site uses cookies to make the experience better.", Kind.NOTICE),
    ("Your browser does not support the audio element.", Kind.NOTICE),
    ("Story continues below advertisement", Kind.NOTICE),
    ("This article is more than 3 years old", Kind.NOTICE),
    ("This story has been updated with details of the vote.", Kind.NOTICE),
    ("Loading...", Kind.NOTICE),
    ("ADVERTISEMENT", Kind.PROMOTION),
    ("Advertisement:", Kind.PROMOTION),
    ("Sign up for the Harrow Bell newsletter and never miss a tide.", Kind.PROMOTION),
    ("Get more news from the Harrow Bell", Kind.PROMOTION),
    ("Recipes and garden tips every week Frequency: Weekly", Kind.PROMOTION),
    ("CLICK HERE TO GET THE BELL APP", Kind.PROMOTION),
    ("Like us on Facebook and follow us on Twitter", Kind.PROMOTION),
    ("Subscribe to our podcast wherever you listen", Kind.PROMOTION),
    ("READ ALSO: Ferry fares to rise in spring", Kind.RELATED),
    ("MORE: Ferry fares to rise in spring", Kind.RELATED),
    ("Related: Ferry fares to rise", Kind.RELATED),
    ("See also: Ferry fares to rise", Kind.RELATED),
    ("Ferry fares to rise, port says Read more", Kind.RELATED),
    ("Ferry fares:What the port told its customers this week", Kind.RELATED),
    ("Share Tweet Email", Kind.SHARE),
    ("TT", Kind.SHARE),
    ("SHARE THIS ARTICLE Share Tweet Post Email", Kind.SHARE),
    ("1.2k shares", Kind.SHARE),
    ("FILE PHOTO: A ferry leaves the port of Harrow, June 3, 2019. REUTERS/Ada Quill", Kind.CAPTION),
    (
        "FILE - In this June 3, 2019, file photo, a ferry leaves Harrow. (AP Photo/Ada Quill, File)",
        Kind.CAPTION,
    ),
    ("A ferry leaves the port of Harrow on Monday. Ada Quill / Getty Images", Kind.CAPTION),
    ("A ferry leaves the port of Harrow. (Ada Quill/Reuters)", Kind.CAPTION),
    ("Enlarge this image toggle caption Ada Quill/AP Ada Quill/AP", Kind.CAPTION),
    ("The old ferry in its dock. Hide Caption 3 of 37", Kind.CAPTION),
    ("Ada Quill / The Harrow Bell", Kind.CAPTION),
    ("(Ada Quill/Reuters)", Kind.CAPTION),
    ("CLOSE", Kind.NOTICE),
    ("Got a tip? Call the Bell.", Kind.AUTHOR),
    ("To read the rest of our coverage of the ferry, please click here.", Kind.RELATED),
    ("Tides every day. Sign Up Loading By signing up you agree to receive mail.", Kind.PROMOTION),
    ("Slideshow (5 Images)", Kind.CAPTION),
    ("___", Kind.SEPARATOR),
    ("* * *", Kind.SEPARATOR),
    ("—", Kind.SEPARATOR),
    ("All rights reserved.", Kind.COPYRIGHT),
    ("Follow Ada Quill on Twitter: @adaquill", Kind.AUTHOR),
    ("Write to Ada Quill at ada@bell.example", Kind.AUTHOR),
    ("The opinions expressed here are those of the author.", Kind.AUTHOR),
    ("Updated at 5:54 p.m. ET", Kind.OTHER),
    ("Opinion contributor", Kind.OTHER),
]

PROSE = [
    "Get out of the harbour, the master told his crew, and they did.",
    "Sign up for the lifeboat, she said, and see what the sea is like.",
    "Follow the money and you reach the port, the auditor wrote.",
    "Read the contract, he told the council.",
    "More than forty ferries were cancelled on Monday.",
    "The harbour master said the newsletter of the port had been wrong.",
    "Photographs of the wreck were shown to the jury on Tuesday.",
    "Share prices fell in early trading.",
    "This story begins in a small town by the sea.",
    "Advertisements for the ferry ran all summer, and nobody came.",
    "Click went the lock, and the crew was trapped.",
    "The vote was 12-3 at 5:30 p.m. on Tuesday: Harrow won.",
    "“Yes,” he said.",
    "20",
    "Relatives waited at the pier through the night.",
    "Watch officers saw the light at 3 a.m., the report says.",
    "Visit the pier at dawn and you will find Ada Quill mending nets.",
]


@pytest.mark.parametrize(("line", "kind"), FURNITURE)
def test_furniture_is_known_by_its_shape(line, kind):
    assert furniture_kind(line) is kind


@pytest.mark.parametrize("line", PROSE)
def test_prose_is_left_alone(line):
    assert furniture_kind(line) is None


def test_a_caption_or_a_brief_may_end_in_its_source():
    assert ends_in_source("The ferry in the port of Harrow on Monday. (AP)")
    assert not ends_in_source("The ferry (AP) was late on Monday.")


def test_a_photographer_and_a_source_make_a_photo_credit():
    assert is_photo_credit("Ada Quill/AP")
    assert not is_photo_credit("The vote was yes/no.")


@given(st.text(min_size=1, max_size=1200).map(str.strip).filter(bool))
def test_any_line_gets_an_answer_soon(line):
    assert furniture_kind(line) in {None, *Kind}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("3 min read", Kind.SHARE),
        ("12-minute listen", Kind.SHARE),
        ("Copy link", Kind.SHARE),
        ("Print this page | E-mail to a friend", Kind.SHARE),
        ("for-phone-onlyfor-tablet-portrait-upfor-desktop-up", Kind.OTHER),
        (".ferry-box > p { margin: 0; color: #333 }", Kind.OTHER),
        ("PUBLISHED: | UPDATED:", Kind.OTHER),
        ("Guter Journalismus kostet Geld. Deshalb gibt es ein Abo.", Kind.PROMOTION),
        ("Bell Insider content is written by a trusted community of sailors.", Kind.PROMOTION),
        ("Three minutes were read out in the council.", None),
        (
            "The museum says that every label it shows to visitors and their content is written by hand.",
            None,
        ),
        ("Copy that they could not read", None),
        ("well-being-first", None),
    ],
)
def test_buttons_menus_and_style_sheets_are_furniture(line, kind):
    assert furniture_kind(line) is kind


def test_menus_and_headings_of_related_stories_are_known_by_their_words():
    assert is_navigation("Weather | Obituaries | Classifieds")
    assert not is_navigation("Harrow 3 | New Quay 1 | Full time")
    assert heads_related("RELATED STORIES:")
    assert not heads_related("Related: the ferry that came back")
