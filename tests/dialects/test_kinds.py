import pytest

from worker.dialects.bulletins import referred
from worker.dialects.kinds import corrects, kind_of, types_version
from worker.dialects.status import read_status, read_urgency
from worker.dialects.versions import VersionKind, read_version
from worker.story import Kind, Paragraph, PubStatus, Role

COPY = (
    Paragraph(text="HARROW (AP) _ The last ferry left on Monday with nine people on board, the port said."),
    Paragraph(text="The next bridge is an hour away."),
)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"headline": "Last ferry leaves Harrow"}, Kind.STORY),
        ({"status": "canceled"}, Kind.KILL),
        ({"status": "withheld"}, Kind.WITHHOLD),
        ({"headline": "ADVISORY: Harrow story is withdrawn"}, Kind.KILL),
        ({"ed_note": "A kill is mandatory."}, Kind.KILL),
        ({"headline": "HOLD HOLD HOLD"}, Kind.WITHHOLD),
        ({"version": read_version("Advisory")}, Kind.ADVISORY),
        ({"headline": "News Coverage Advisory"}, Kind.DIGEST),
        ({"headline": "Attention editors: ferry copy moves at noon"}, Kind.ADVISORY),
        ({"version": read_version("Clarification")}, Kind.CORRECTION),
        ({"headline": "REFILE-Last ferry leaves Harrow"}, Kind.CORRECTION),
        ({"ed_note": "Eds: CORRECTS spelling of name in 3rd graf."}, Kind.CORRECTION),
        ({"ed_note": "Eds: SUBS 2nd graf to correct day to Monday."}, Kind.CORRECTION),
        ({"ed_note": "Eds: Minor edits. With AP Photos."}, Kind.STORY),
        ({"headline": "AP Top Harbor News at 9:05 a.m. EST"}, Kind.DIGEST),
        ({"headline": "10 Things to Know for Monday"}, Kind.DIGEST),
        ({"headline": "Letters: Ferry | Bridge | Tides"}, Kind.DIGEST),
        ({"headline": "Impressum"}, Kind.SERVICE),
        ({"signals": ["Test"]}, Kind.SERVICE),
        ({"agency": "Business Wire"}, Kind.PRESS_RELEASE),
        ({"slug": "BC-US--APNewsAlert"}, Kind.ALERT),
        ({"slug": "BC-BBO--Harrow Glance", "paragraphs": ()}, Kind.TABLE),
        ({"paragraphs": ()}, Kind.STUB),
    ],
)
def test_the_words_decide_what_an_item_is(given, kind):
    assert kind_of(**{"paragraphs": COPY, **given}) is kind


@pytest.mark.parametrize(
    "headline",
    """News in Brief|NEWS SUMMARY|Harrow News Summary at 9|Update on the latest in sports|Ten Things to Know
    |AP 10 things to know for Monday|Five Things to Know for June 1|Top Headlines at 9|Top Harbor Stories at 9
    |Harrow news digest|Media Coverage Advisory|This day in history|Today in History|Main stories on Monday
    |The Harrow news diary|Letters to the editor: Ferry|SPORT TRIVIA|Morning Newsbrief
    |At a glance: the news|The main stories of the day""".replace("\n    ", "").split("|"),
)
def test_a_headline_that_gathers_news_heads_a_digest(headline):
    assert kind_of(headline=headline, paragraphs=COPY) is Kind.DIGEST


@pytest.mark.parametrize(
    "text",
    [
        *(
            "A kill is mandatory.",
            "A killing is mandatory",
            "KILL KILL KILL",
            "BULLETIN KILL",
            "A mandatory kill",
        ),
        *("Please kill the Harrow story, V5307.", "ADVISORY: both are withdrawn", "STORY WITHDRAWN"),
    ],
)
def test_words_of_a_kill_withdraw_a_story(text):
    assert kind_of(ed_note=text, paragraphs=COPY) is Kind.KILL


def test_one_urgent_sentence_without_headline_is_an_alert_and_rows_are_a_table():
    assert kind_of(urgency=1, paragraphs=COPY[:1]) is Kind.ALERT
    assert kind_of(urgency=1, headline="Ferry leaves", paragraphs=COPY[:1]) is Kind.STORY
    rows = tuple(Paragraph(text=f"Harrow; {n}", role=Role.TABLE) for n in range(5))
    assert kind_of(urgency=3, paragraphs=(*COPY[:1], *rows)) is Kind.TABLE


def test_editorial_types_are_version_words():
    assert types_version(["Lead", "Writethru"]).kind is VersionKind.WRITETHRU
    assert types_version(["HoldForRelease"]).kind is VersionKind.ADVANCE
    assert types_version(["Lead", "Kill"]).kind is VersionKind.KILL
    assert types_version(["Feature"]) is None


@pytest.mark.parametrize("note", [None, "", "No correction needed.", "Corrections officers speak."])
def test_milder_notes_correct_nothing(note):
    assert not corrects(note)


@pytest.mark.parametrize(
    ("note", "named"),
    [
        ("Kill the Harrow Ferry-Fire story, V5307.", {"V5307", "Harrow Ferry-Fire"}),
        (
            'Please hold item dpa 157 "Last ferry leaves the island".',
            {"dpa 157", "Last ferry leaves the island"},
        ),
        ("Subscribers who used BC-HR--Ferry, of March 1 and 2, are asked to run this.", {"BC-HR--Ferry"}),
    ],
)
def test_a_bulletin_names_its_victim(note, named):
    assert named <= set(referred([note]))


@pytest.mark.parametrize(
    ("word", "status", "warns"),
    [
        (None, PubStatus.USABLE, False),
        ("", PubStatus.USABLE, False),
        ("stat:usable", PubStatus.USABLE, False),
        ("Canceled", PubStatus.CANCELED, False),
        ("Embargoed", PubStatus.EMBARGOED, False),
        ("frozen", PubStatus.WITHHELD, True),
    ],
)
def test_a_status_nobody_knows_holds_the_story(word, status, warns):
    told, warning = read_status(word)
    assert (told, warning is not None) == (status, warns)


@pytest.mark.parametrize(
    ("value", "urgency"),
    [
        ("f", 1),
        ("b", 2),
        ("U", 3),
        ("s", 8),
        ("4", 4),
        (5, 5),
        (0, None),
        ("", None),
        (True, None),
        ("12", None),
    ],
)
def test_urgency_has_one_scale(value, urgency):
    assert read_urgency(value) == urgency
