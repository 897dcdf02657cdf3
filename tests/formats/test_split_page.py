from worker.formats.page import read_page

FERRY = [
    "The ferry between Harrow and the outer islands will stop running at the end of March, the port said.",
    "About 400 people use the boat every day, many of them pupils, and Ada Quill of Harrow is one.",
    "The port blamed the cost of fuel, which has doubled, and the age of its vessel, the old Marigold.",
    "Islanders led by Bo Chan will meet in the Fisher Hall of Harrow to talk about a boat of their own.",
]
VOTE = [
    "Voters in Lindenburg chose Karla Blum as their mayor on Sunday, the first woman in the office.",
    "In the run-off the lawyer Blum beat Otto Reiner of the Farmers Party by nine hundred votes.",
    "The new mayor promised trams to Sankt Veit and a swimming bath, and thanked her rival Reiner.",
    "Turnout in Lindenburg was the highest since 1998, said Erna Falk of the electoral office.",
]
CAPTION = (
    "The ferry Marigold in the port of Harrow on the morning after the news, Monday, March 1, 2021. (AP)"
)
OTHER = (
    "Karla Blum waves to voters from the steps of the town hall in Lindenburg, Sunday, March 7, 2021. (AP)"
)


def firsts(text, **given):
    return [draft.paragraphs[0].text for draft in read_page(text, **given)]


def page(*lines):
    return "\n\n".join(lines)


def test_a_page_that_opens_twice_the_same_way_holds_two_stories():
    text = (
        page(
            "Harrow Loses Its Ferry",
            f"{CAPTION}\n{CAPTION}\nTT\n20",
            "Harrow Loses Its Ferry",
            f"{CAPTION}\n{CAPTION}",
            *FERRY,
        )
        + "\n\n\n\n"
        + page(
            "Lindenburg Elects Karla Blum",
            f"{OTHER}\n{OTHER}\nTT\n20",
            "Lindenburg Elects Karla Blum",
            OTHER,
            *VOTE,
        )
    )
    ferry, vote = read_page(text)
    assert [paragraph.text for paragraph in ferry.paragraphs] == FERRY
    assert [paragraph.text for paragraph in vote.paragraphs] == VOTE
    assert (ferry.headline, vote.headline) == ("Harrow Loses Its Ferry", "Lindenburg Elects Karla Blum")


def test_a_headline_and_a_dateline_after_a_copyright_line_begin_another_story():
    text = page(
        "Harrow Loses Its Ferry",
        *FERRY,
        "Copyright 2021 The Associated Press. All rights reserved.",
        "Lindenburg Elects Karla Blum",
        f"LINDENBURG (AP) — {VOTE[0]}",
        *VOTE[1:],
    )
    assert firsts(text) == [FERRY[0], f"LINDENBURG (AP) — {VOTE[0]}"]


def test_a_column_of_briefs_is_cut_at_its_rulers():
    text = page(f"HARROW (AP) — {FERRY[0]}", FERRY[1], "___", f"LINDENBURG (AP) — {VOTE[0]}", VOTE[1])
    assert len(firsts(text)) == 2


def test_a_wide_gap_with_a_headline_and_new_names_begins_another_story():
    text = page(*FERRY) + "\n\n\n\n" + page("Lindenburg elects its first woman mayor", *VOTE)
    assert firsts(text) == [FERRY[0], VOTE[0]]


def test_a_wide_gap_before_a_sidebar_about_the_same_people_cuts_nothing():
    text = page(*FERRY) + "\n\n\n\n" + page("What the islanders of Harrow say", *FERRY[::-1])
    assert len(firsts(text)) == 1


def test_rulers_and_subheadings_alone_cut_nothing():
    text = page("Harrow Loses Its Ferry", FERRY[0], FERRY[1], "___", "What the port says", FERRY[2], FERRY[3])
    assert len(firsts(text)) == 1


def test_a_post_that_is_printed_twice_cuts_nothing():
    post = "Our boat is gone and nobody asked us"
    text = page("Harrow Loses Its Ferry", *FERRY[:2], post, "Ada on her boat", post, *FERRY[2:], *VOTE)
    assert len(firsts(text)) == 1


def test_a_live_file_is_cut_at_its_clock_times():
    text = page(
        "The Latest on the vote in Lindenburg (all times local):",
        "9:15 p.m.",
        VOTE[0],
        "___",
        "8:40 p.m.",
        VOTE[1],
        VOTE[2],
        "___",
        "7 p.m.",
        VOTE[3],
    )
    drafts = list(read_page(text, title="The Latest: Lindenburg votes"))
    assert [draft.paragraphs[0].text for draft in drafts] == [VOTE[0], VOTE[1], VOTE[3]]
    assert {draft.headline for draft in drafts} == {"The Latest: Lindenburg votes"}


def test_clock_times_in_a_story_cut_nothing():
    text = page(VOTE[0], "9:15 p.m.", VOTE[1], "8:40 p.m.", VOTE[2], "7 p.m.", VOTE[3])
    assert len(firsts(text)) == 1
