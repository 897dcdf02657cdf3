from pathlib import Path

from worker.pipeline import Empty, Rejected, split
from worker.story import Kind, Payload, PubStatus, Role

MESSAGE = (Path(__file__).parent / "message.xml").read_bytes()


def parts(text):
    return split(Payload(body=text if isinstance(text, bytes) else text.encode()))


def item(meta="", about="", content="", guid="urn:a", version="1"):
    return (
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" version="{version}">'
        f'<itemMeta><itemClass qcode="ninat:text"/>{meta}</itemMeta>'
        f"<contentMeta>{about}</contentMeta><contentSet>{content}</contentSet></newsItem>"
    )


COPY = "<inlineXML><html><body><p>The port reopened, the harbour master said.</p></body></html></inlineXML>"


def test_a_message_gives_its_text_items_and_nothing_for_pictures_and_packages():
    stories = parts(MESSAGE)
    assert [story.native_id for story in stories] == ["tag:reuters.com,2026:newsml_L4N1", "urn:two"]
    assert [story.coordinates.part for story in stories] == [0, 1]
    assert stories[1].paragraphs[0].text == "The port reopened & the ferry sailed."
    assert stories[1].paragraphs[1].text == "Tails count too."


def test_a_story_wrapped_by_hand_in_one_paragraph_comes_apart():
    story = parts(MESSAGE)[0]
    assert story.byline == "By Mara Elling"
    assert story.ed_note.startswith("Corrects day")
    assert "adds harbour master" in story.ed_note
    assert [part.role for part in story.paragraphs] == [Role.LIST, Role.LIST, Role.COPY, Role.COPY]
    lead = story.paragraphs[2].text
    assert lead.startswith("PORT ELDER, Nov 22 (Reuters) - The night ferry to Saint Orla limped home")
    assert lead.endswith("mixed with sea water.")
    assert {"byline", "ed_note"} <= set(story.from_text)


def test_a_correction_says_so_in_every_place():
    story = parts(MESSAGE)[0]
    assert (story.kind, story.slug) == (Kind.CORRECTION, "ELDER-FERRY/")
    assert (story.version_kind, story.version_no) == ("corrected", 2)
    assert story.deck == "Harbour master blames fuel"
    assert story.refers_to == ("tag:reuters.com,2026:newsml_L4N0",)
    assert story.native_ids == ("tag:reuters.com,2026:newsml_L4N1", "L4N1")
    assert [each.code for each in story.subjects] == ["SHP"]
    assert (story.dateline.place, story.agency, story.urgency) == ("PORT ELDER", "Reuters", 3)
    assert story.pub_status is PubStatus.USABLE


def test_a_canceled_item_with_empty_body_is_a_kill():
    (story,) = parts(item('<pubStatus qcode="stat:canceled"/>', "<headline>Port reopens</headline>"))
    assert (story.kind, story.pub_status, story.headline) == (Kind.KILL, PubStatus.CANCELED, "Port reopens")


def test_a_usable_item_with_an_embargo_is_embargoed():
    until = "<embargoed>2026-12-01T12:00:00Z</embargoed>"
    (story,) = parts(item(f'{until}<pubStatus qcode="stat:usable"/>', content=COPY))
    assert (story.pub_status, story.embargo_until) == (PubStatus.EMBARGOED, "2026-12-01T12:00:00Z")
    (held,) = parts(item("<embargoed>next week</embargoed>", content=COPY))
    assert (held.pub_status, held.embargo_until) == (PubStatus.EMBARGOED, None)


def test_an_unknown_status_holds_the_story_and_says_so():
    (story,) = parts(item('<pubStatus qcode="stat:perhaps"/>', content=COPY))
    assert story.pub_status is PubStatus.WITHHELD
    assert any("perhaps" in warning for warning in story.warnings)


def test_ids_of_ap_and_dpa_link_to_their_other_formats():
    about = (
        '<altId type="ap:itemId">5e56</altId><altId type="ap:recordSequenceNumber">1</altId>'
        "<slugline>BC-EU--Ferry, 1st Ld-Writethru</slugline>"
    )
    (ap,) = parts(item(about=about, content=COPY, version="2"))
    assert (ap.native_id, ap.native_version, ap.native_ids) == ("5e56", "1", ("5e56", "urn:a"))
    assert (ap.slug, ap.version_kind, ap.version_no) == ("BC-EU--Ferry", "writethru", 1)
    about = '<altId type="dpa7901rendition:iptc7901Id">bdt:0123:4:pl:345:dpa:0061</altId>'
    (dpa,) = parts(item(about=about, content=COPY))
    assert dpa.transmission_no == "dpa 0061"


def test_inline_nitf_is_read_without_its_head():
    content = (
        '<inlineXML><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.head>'
        "<headline><hl1>Port reopens</hl1></headline><byline>By Mara Elling</byline></body.head>"
        "<body.content><p>By Mara Elling</p>"
        "<p>PORT ELDER (AP) _ The port reopened.</p></body.content></body></nitf></inlineXML>"
    )
    (story,) = parts(item(content=content))
    assert (story.headline, story.byline) == ("Port reopens", "By Mara Elling")
    assert [part.text for part in story.paragraphs] == ["PORT ELDER (AP) _ The port reopened."]


def test_what_a_class_marks_as_notepad_or_byline_is_no_copy():
    content = (
        "<inlineXML><html><body><header><h1>Port reopens</h1></header><section class='main'>"
        "<p><span class='dateline'>Elder (dpa) - </span>The port reopened.</p></section>"
        "<section class='notepad public'><h2>Notizblock</h2><p>Call the desk.</p></section>"
        "</body></html></inlineXML>"
    )
    (story,) = parts(item(about="<headline>Port reopens</headline>", content=content))
    assert [part.text for part in story.paragraphs] == ["Elder (dpa) - The port reopened."]
    assert [line.text for line in story.furniture] == ["Port reopens", "Notizblock", "Call the desk."]
    assert story.agency == "dpa"


def test_a_package_alone_is_empty_and_names_its_references():
    text = '<packageItem guid="urn:p"><groupSet><itemRef residref="urn:x"/></groupSet></packageItem>'
    (empty,) = parts(text)
    assert isinstance(empty, Empty)
    assert "urn:x" in empty.reason


def test_a_broken_item_does_not_take_its_neighbours_with_it():
    good = item(content=COPY, guid="urn:good")
    broken = item(content=COPY, guid="urn:bad").replace("</p>", "")
    told = parts(f"<newsMessage><itemSet>{good}{broken}{good}</itemSet></newsMessage>")
    assert [isinstance(part, Rejected) for part in told] == [False, True, False]
    cut = f"<newsMessage><itemSet>{good}{good}"[:-40]
    assert [isinstance(part, Rejected) for part in parts(cut)] == [False, True]


def test_pseudo_markup_and_disclaimers_are_no_copy():
    content = (
        "<inlineXML><html><body><p>*** DISCLAIMER: TRANSLATED BY A MACHINE ***</p>"
        "<p>It costs 35&lt;endash&gt;-&lt;/endash&gt;40 marks, the <Company>Elder Line</Company>s say.</p>"
        "</body></html></inlineXML>"
    )
    (story,) = parts(item(content=content))
    assert [part.text for part in story.paragraphs] == ["It costs 35-40 marks, the Elder Lines say."]


def test_of_several_headlines_the_main_one_in_the_language_of_the_copy_is_chosen():
    body = (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="g" version="1" xml:lang="sv">'
        "<itemMeta>"
        '<itemClass qcode="ninat:text"/></itemMeta><contentMeta><language tag="en"/>'
        '<headline role="x:extendedHeadline">Ferry stops in harbour, nobody knows why</headline>'
        '<headline xml:lang="sv">Färjan</headline><headline xml:lang="en">Ferry stops</headline>'
        "</contentMeta>"
        "<contentSet><inlineData>The last ferry stopped on Monday, the master of the harbour said."
        "</inlineData></contentSet></newsItem>"
    )
    (story,) = split(Payload(body=body.encode()))
    assert (story.headline, story.language) == ("Ferry stops", "en")
