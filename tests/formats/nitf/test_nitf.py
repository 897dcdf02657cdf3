from pathlib import Path

import pytest

from worker.errors import Reason
from worker.pipeline import Rejected, split
from worker.story import FurnitureKind, Kind, Payload, PubStatus, Role

HERE = Path(__file__).parent
HARBOUR = (HERE / "harbour.xml").read_text(encoding="utf-8")


def one(text, **headers):
    body = text if isinstance(text, bytes) else text.encode()
    (part,) = split(Payload(body=body, **headers))
    return part


def nitf(docdata="", body="<p>The port reopened on Monday, the harbour master said.</p>", head="", meta=""):
    return (
        f"<nitf><head>{meta}<docdata {docdata}>{head}</docdata></head><body><body.head><hedline>"
        f"<hl1>Port reopens</hl1></hedline></body.head><body.content>{body}</body.content></body></nitf>"
    )


def test_a_document_gives_its_fields_whatever_its_declaration_says():
    story = one(HARBOUR)
    assert story.source_format == "nitf"
    assert (story.native_id, story.slug, story.part_no) == ("pa-harbour-77", "HARBOUR Ferry", 3)
    assert story.headline == "NIGHT FERRY 'LIMPED HOME ON ONE ENGINE'"
    assert story.byline == "By Mara Elling, Harbour Correspondent"
    assert (story.agency, story.distributor, story.urgency) == ("PA", None, 4)
    assert story.dateline.place == "Port Elder"
    assert story.copyright == "Press Association 2026"
    assert story.keywords == ("Ferry",)
    assert [(each.scheme, each.code) for each in story.subjects] == [
        ("IPTC", "04015000"),
        ("category", "HHH"),
    ]
    assert "(see also HARBOUR Port)" in story.ed_note
    assert "Picture to follow." in story.ed_note


def test_an_embargo_is_held_until_its_release():
    story = one(HARBOUR)
    assert story.pub_status is PubStatus.EMBARGOED
    assert story.embargo_until == "2026-09-09T00:01:00+01:00"
    held = one(nitf('management-status="embargoed"', head='<date.release norm="soon"/>'))
    assert (held.pub_status, held.embargo_until) == (PubStatus.EMBARGOED, None)
    assert any("without a time" in warning for warning in held.warnings)


def test_every_paragraph_outside_blocks_counts_and_has_its_role():
    story = one(HARBOUR)
    assert [(part.role, part.text) for part in story.paragraphs] == [
        (Role.COPY, "The night ferry to Saint Orla limped home on one engine, Ilse Brandt's crew said."),
        (Role.COPY, "It had cost £25 million and carried 212 passengers."),
        (Role.SUBHEAD, "What went wrong"),
        (Role.COPY, "Fuel had mixed with sea water, the harbour master said on Tuesday."),
        (Role.TABLE, "Boat\tYear\nOrla Star\t1998"),
        (Role.LIST, "No one was hurt."),
    ]
    furniture = {each.text: each.kind for each in story.furniture}
    assert furniture["The ferry in May."] is FurnitureKind.CAPTION
    assert furniture["ends"] is FurnitureKind.CREDIT
    assert furniture["Elder correspondents contributed."] is FurnitureKind.CREDIT


def test_a_canceled_document_is_a_kill_of_the_document_it_names():
    story = one(
        nitf(
            'management-status="canceled" management-doc-idref="port.1"', head='<doc-id id-string="port.2"/>'
        )
    )
    assert (story.kind, story.pub_status) == (Kind.KILL, PubStatus.CANCELED)
    assert "port.1" in story.refers_to
    notice = one(
        nitf('management-doc-idref="port.1" management-idref-status="canceled"', body="<p>See above.</p>")
    )
    assert notice.kind is Kind.KILL


def test_a_press_release_that_an_agency_relays_is_its_writers():
    head = '<doc-id regsrc="AP"/><doc.copyright holder="Business Wire" year="2026"/>'
    text = nitf(head=head).replace(
        "</body.head>", "<distributor>The Associated Press</distributor></body.head>"
    )
    story = one(text)
    assert (story.kind, story.agency, story.distributor) == (Kind.PRESS_RELEASE, "Business Wire", "AP")


def test_agencies_keep_the_slug_in_different_places():
    take = '<meta name="anpa-takekey" content="2nd Ld"/>'
    aap = one(nitf(meta=f'<meta name="anpa-keyword" content="RL Roosters"/>{take}'))
    assert (aap.slug, aap.version_kind, aap.version_no) == ("RL Roosters", "lead", 2)
    ntb = one(nitf(meta='<meta name="NTBStikkord" content="FERJE"/><meta name="NTBID" content="NTBRED1"/>'))
    assert (ntb.slug, ntb.agency) == ("FERJE", "NTB")
    assert "NTBRED1" in ntb.native_ids
    efe = one(
        "<nitf><body><body.head><hedline><hl1>Puerto reabre</hl1><hl2>PUERTO ELDER</hl2></hedline>"
        "<rights><rights.owner>Agencia EFE</rights.owner></rights><byline>gr/bp</byline></body.head>"
        "<body.content><p>Puerto Elder, 2 ene (EFE).- El puerto reabre.</p></body.content></body></nitf>"
    )
    assert (efe.slug, efe.byline, efe.deck) == ("PUERTO ELDER", None, None)
    assert efe.dateline.agency == "EFE"


def test_a_time_without_zone_is_its_agencys():
    story = one(
        nitf(head='<doc.copyright holder="Australian Associated Press"/><date.issue norm="20150218T160141"/>')
    )
    assert story.version_created == "2015-02-18T16:01:41+11:00"
    assert any("no zone" in warning for warning in story.warnings)


def test_an_empty_item_is_a_stub():
    story = one(nitf(body=""))
    assert (story.kind, story.headline, story.paragraphs) == (Kind.STUB, "Port reopens", ())


def test_documents_joined_end_to_end_are_stories_and_a_broken_one_fails_alone():
    whole = nitf()
    broken = whole.replace("</p>", "")
    parts = split(Payload(body="\n".join([whole, '<?xml version="1.0"?>' + broken, whole]).encode()))
    assert [part.reason if isinstance(part, Rejected) else part.headline for part in parts] == [
        "Port reopens",
        Reason.MALFORMED,
        "Port reopens",
    ]


@pytest.mark.parametrize("namespace", ["http://iptc.org/std/NITF/2006-10-18/", "http://wrong.example/"])
def test_names_count_whatever_the_namespace(namespace):
    assert one(nitf().replace("<nitf>", f'<nitf xmlns="{namespace}">')).headline == "Port reopens"


def test_entities_of_html_and_bare_ampersands_are_repaired():
    story = one(nitf(body="<p>Fish &amp;amp; chips&nbsp;at Elder & Sons cost 5 pounds.\x0b</p>"))
    assert story.paragraphs[0].text == "Fish & chips at Elder & Sons cost 5 pounds."
    assert any("repaired" in warning for warning in story.warnings)


def test_a_heading_without_levels_is_the_headline_and_its_language_one_code():
    body = (
        b'<nitf baselang="es-ES"><head><title>other</title>'
        b'<pubdata date.publication="20260301T100000Z"/></head>'
        b"<body><body.head><hedline>Ferry stops in harbour</hedline></body.head><body.content><p>The last "
        b"ferry stopped.</p></body.content></body></nitf>"
    )
    (story,) = split(Payload(body=body))
    assert (story.headline, story.language, story.published) == (
        "Ferry stops in harbour",
        "es",
        "2026-03-01T10:00:00Z",
    )
