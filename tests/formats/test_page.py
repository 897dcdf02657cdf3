from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from worker.formats.lines import same_words
from worker.formats.page import read_page
from worker.formats.page_head import repeats
from worker.story import CreditKind, FurnitureKind, Role

COPY = (
    "The ferry between Harrow and the outer islands will stop running at the end of March, the port said.",
    "About 400 people use the boat every day, many of them pupils, and the next bridge is an hour away.",
    "“We were told by letter,” said Ada Quill, who has sailed to her school on the island for years.",
    "The port blamed the cost of fuel, which has doubled since the summer, and the age of its only vessel.",
)


def one(text, **given):
    stories = list(read_page(text, **given))
    assert len(stories) == 1
    return stories[0]


def page(*lines, gap="\n\n"):
    return gap.join(lines)


def texts(draft):
    return [paragraph.text for paragraph in draft.paragraphs]


def kinds(draft):
    return {item.text: item.kind for item in draft.furniture}


def accounted(drafts):
    """Every line that some story accounts for, white space folded."""
    lines = Counter()
    for draft in drafts:
        for text in (draft.headline, *(draft.deck or "").split("\n"), draft.byline):
            lines.update([" ".join((text or "").split())])
        lines.update(" ".join(part.text.split()) for part in (*draft.paragraphs, *draft.furniture))
    del lines[""]
    return lines


def folded(text):
    lines = Counter(
        " ".join(line.split()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    del lines[""]
    return lines


SHAPES = st.sampled_from(
    [
        *COPY,
        "Harrow to Lose Its Ferry in March",
        "Island Pupils Look for Another Boat",
        "By ADA QUILL, Associated Press",
        "HARROW (AP) — The last ferry left on Monday with nine people on board and a dog, the port said.",
        "BELL ISLE — The pier was empty on Tuesday, and the gulls had it for themselves, the mayor said.",
        "A ferry leaves the port of Harrow on Monday with pupils on board, June 3, 2019. (AP)",
        "Ada Quill / The Harrow Bell",
        "TT",
        "20",
        "___",
        "* * *",
        "7:05 p.m.",
        "6:30 p.m.",
        "2:15 p.m.",
        "The Latest on the ferry (all times local):",
        "READ ALSO: Fares to rise",
        "Sign up for our newsletter",
        "Bo Chan contributed to this report.",
        "Copyright 2021 The Associated Press. All rights reserved.",
        "'NO BOAT'",
        "What comes next",
        "• Fuel",
        "",
        "  ",
        "\xa0",
    ]
)


@given(
    st.lists(st.one_of(SHAPES, SHAPES, st.text(max_size=120)), max_size=40),
    st.sampled_from(["\n", "\n\n", "\r\n"]),
)
def test_every_line_of_a_page_goes_to_exactly_one_place(lines, gap):
    text = gap.join(lines)
    assert accounted(read_page(text)) == folded(text)


@given(st.lists(SHAPES, max_size=30))
def test_a_title_given_beside_the_text_loses_no_line_either(lines):
    text = "\n\n".join(lines)
    drafts = list(
        read_page(text, title="Harrow to Lose Its Ferry in March", byline="Ada Quill", outlet="Bell")
    )
    told = accounted(drafts) - Counter(["Ada Quill"])
    # The title belongs to the first story, and to every entry of a live file.
    assert folded(text) in [
        told - Counter({"Harrow to Lose Its Ferry in March": given}) for given in (1, len(drafts))
    ]


def test_headline_deck_caption_and_source_are_told_apart_from_copy():
    draft = one(
        "Harrow to Lose Its Ferry\n\n"
        "The port blames fuel. Pupils look for another boat.\nThe Ferry in Its Dock\n"
        "A ferry in Harrow on Monday.Bo Chan / Getty Images file\n/ Source: The Associated Press\n\n"
        f"HARROW — {COPY[0]}\n\n{COPY[1]}\n\n{COPY[2]}"
    )
    assert draft.headline == "Harrow to Lose Its Ferry"
    assert draft.deck == "The port blames fuel. Pupils look for another boat."
    assert texts(draft) == [f"HARROW — {COPY[0]}", COPY[1], COPY[2]]
    assert draft.dateline is not None
    assert draft.dateline.place == "HARROW"
    assert draft.agency == "AP"
    assert kinds(draft)["The Ferry in Its Dock"] is FurnitureKind.CAPTION


def test_copy_without_a_headline_has_none():
    draft = one(page(*COPY, gap="\n"))
    assert draft.headline is None
    assert texts(draft) == list(COPY)


def test_the_dateline_stays_in_the_copy_and_credits_its_agency():
    draft = one(page(f"HARROW (AP) — {COPY[0]}", *COPY[1:]))
    assert texts(draft)[0].startswith("HARROW (AP) — The ferry")
    assert draft.agency == "AP"
    assert draft.credits[0].kind is CreditKind.DATELINE


def test_what_follows_the_contributor_line_is_page_and_not_copy():
    draft = one(
        page(
            *COPY,
            "___ Associated Press writers Ada Quill in Harrow and Bo Chan contributed to this report.",
            "tide table",
            "Every tide for the week Frequency: Weekly",
            "Copyright 2021 The Associated Press. All rights reserved.",
            gap="\n",
        )
    )
    assert texts(draft) == list(COPY)
    assert kinds(draft)["tide table"] is FurnitureKind.PROMOTION
    assert {credit.kind for credit in draft.credits} == {CreditKind.CONTRIBUTOR, CreditKind.COPYRIGHT}


def test_a_subheading_inside_copy_keeps_its_place():
    draft = one(page(COPY[0], COPY[1], "'NO OTHER BOAT'", COPY[2], COPY[3]))
    assert [paragraph.role for paragraph in draft.paragraphs] == [
        Role.COPY,
        Role.COPY,
        Role.SUBHEAD,
        Role.COPY,
        Role.COPY,
    ]


def test_the_headline_printed_again_is_furniture():
    draft = one(page("Harrow to lose its ferry", *COPY), title="Harrow to Lose Its Ferry")
    assert draft.headline == "Harrow to Lose Its Ferry"
    assert kinds(draft) == {"Harrow to lose its ferry": FurnitureKind.REPEAT}


def test_a_paragraph_printed_twice_is_told_once():
    draft = one(page(COPY[0], COPY[1], COPY[1], COPY[2]))
    assert texts(draft) == list(COPY[:3])


def test_the_number_under_a_share_button_is_a_counter_and_a_number_in_copy_is_not():
    draft = one(page("Harrow to Lose Its Ferry", "TT", "20", *COPY, "20", COPY[0] + " Twice."))
    assert kinds(draft)["20"] is FurnitureKind.SHARE
    assert "20" in texts(draft)


def test_a_name_over_the_name_of_the_outlet_is_the_byline():
    draft = one(page("Ada Quill", "Harrow Bell", *COPY), title="A Boat of Our Own", outlet="Harrow Bell")
    assert draft.byline == "Ada Quill"
    assert texts(draft) == list(COPY)


def test_a_note_about_the_author_is_no_copy():
    bio = "Ada Quill is a teacher in Harrow."
    draft = one(page(*COPY, bio), byline="Ada Quill")
    assert kinds(draft) == {bio: FurnitureKind.AUTHOR}
    assert bio in texts(one(page(*COPY, bio), byline="Bo Chan"))


def test_a_brief_of_one_paragraph_is_copy_even_when_it_ends_in_its_source():
    draft = one("The ferry between Harrow and the islands has stopped running, the port said. (AFP)")
    assert len(draft.paragraphs) == 1
    assert draft.agency == "AFP"


def test_a_few_words_are_a_story_too():
    assert texts(one("Harrow ferry stops")) == ["Harrow ferry stops"]


def test_an_embedded_post_is_a_quote():
    post = "Our boat is gone and nobody asked us — Ada Quill (@adaquill) March 3, 2021"
    draft = one(page(COPY[0], post, COPY[1]))
    assert draft.paragraphs[1].role is Role.QUOTE


def test_a_footer_that_names_an_agency_is_no_credit():
    draft = one(
        page(*COPY, "Associated Press copy on this site may not be reused without the consent of its owners.")
    )
    assert draft.agency is None


def test_an_outlet_that_is_an_agency_runs_its_own_copy():
    assert one(page(*COPY), outlet="Reuters").agency == "Reuters"


def test_titles_under_a_heading_of_related_stories_are_no_copy():
    draft = one(
        page(*COPY, "RELATED STORIES", "Night boats are back in Harrow", "Why the ticket app hates you?")
    )
    assert texts(draft) == list(COPY)
    assert kinds(draft)["Night boats are back in Harrow"] is FurnitureKind.RELATED


def test_a_menu_over_the_headline_and_at_the_foot_is_no_copy():
    draft = one(
        page("Home | Islands | Tides", "Harrow to Lose Its Ferry", *COPY, "Terms | Privacy | Contact")
    )
    assert (draft.headline, texts(draft)) == ("Harrow to Lose Its Ferry", list(COPY))


def test_headings_of_two_lines_are_subheads():
    text = page(COPY[0], COPY[1], "Our ferry is", "worth keeping", COPY[2], COPY[3])
    roles = {part.text: part.role for part in one(text).paragraphs}
    assert roles["Our ferry is"] is roles["worth keeping"] is Role.SUBHEAD


@given(st.text(min_size=1).map(str.strip).filter(bool), st.text(), st.integers(0, 40))
@example("“Straße” nach Harrow gesperrt: Fähre", "STRASSE", 40)
@example("Straße nach Harrow gesperrt, Fähre", " - Bell", 30)
def test_a_headline_is_known_again_by_its_words_alone(line, more, cut):
    for known in map(same_words, (line, line + more, line[:cut], more)):
        words = same_words(line)
        same = words == known or (len(words) >= 25 and known.startswith(words))
        assert repeats(line, known) == (bool(known) and same and 8 <= len(line) <= len(known) + 4)
