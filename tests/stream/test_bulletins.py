"""Kills and holds as each format sends them reach the outlet that runs the story."""

import json

import pytest

from tests.stream.life import FIRST, HEADLINE, SLUG, anpa, article
from worker.commands.payloads import Delivery
from worker.commands.trace import trace_lines
from worker.story import Payload

COPY = [text.replace(" _ ", " — ") for text in FIRST]
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in COPY)


def ap_media(*, version, status, body=PARAGRAPHS, note=None):
    item = {
        "altids": {"itemid": "5f0c9d", "etag": f"5f0c9d_{version}"},
        "version": version,
        "type": "text",
        "pubstatus": status,
        "versioncreated": f"2023-03-14T09:{30 + version}:00Z",
        "headline": HEADLINE,
        "ednote": note,
        "renditions": {"nitf": {"value": f"<nitf><body><body.content>{body}</body.content></body></nitf>"}},
    }
    return json.dumps({"api_version": "1.1", "data": {"item": item}}).encode()


def newsml_g2(*, version, status, body=PARAGRAPHS):
    return f"""<?xml version="1.0"?><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"
 guid="tag:reuters.example,2023:newsml_L4N1" version="{version}"><itemMeta>
<itemClass qcode="icls:text"/><provider literal="reuters.com"/>
<versionCreated>2023-03-14T09:{version}:00Z</versionCreated><pubStatus qcode="stat:{status}"/></itemMeta>
<contentMeta><headline>{HEADLINE}</headline></contentMeta><contentSet>
<inlineXML contenttype="application/xhtml+xml"><html><body>{body}</body></html></inlineXML></contentSet>
</newsItem>""".encode()


def newsml(*, version, status, body=PARAGRAPHS):
    return f"""<?xml version="1.0"?><NewsML Version="1.2"><NewsItem><Identification><NewsIdentifier>
<ProviderId>afp.example</ProviderId><DateId>20230314</DateId><NewsItemId>TX-1</NewsItemId>
<RevisionId PreviousRevision="{version - 1}" Update="U">{version}</RevisionId>
<PublicIdentifier>urn:newsml:afp.example:20230314:TX-1:{version}</PublicIdentifier></NewsIdentifier>
</Identification><NewsManagement><NewsItemType FormalName="News"/><Status FormalName="{status}"/>
</NewsManagement><NewsComponent><NewsLines><HeadLine>{HEADLINE}</HeadLine></NewsLines>
<ContentItem><MediaType FormalName="Text"/><DataContent>{body}</DataContent></ContentItem>
</NewsComponent></NewsItem></NewsML>""".encode()


def nitf(doc_id, docdata="", body=PARAGRAPHS):
    return f"""<?xml version="1.0"?><nitf><head><title>{HEADLINE}</title><docdata {docdata}>
<doc-id id-string="{doc_id}"/></docdata></head><body><body.head><hedline><hl1>{HEADLINE}</hl1></hedline>
</body.head><body.content>{body}</body.content></body></nitf>""".encode()


def iptc7901(number, heading, copy):
    lines = "\r\n\r\n".join(f"   {text}" for text in copy)
    return (
        f"\x01eca{number} 4 i 211 ccccb   dpa {number}\r\n\r\nPellmouth-elevator/\r\n"
        f"\x02{heading} =\r\n\r\n{lines}\r\n\r\n\x03140929 GMT Mar 23\r\n\x7f\n\x7f\x04"
    ).encode("cp1252")


KILL = [
    "Kill the Pellmouth Elevator story, f1002. A kill is mandatory.",
    "Make certain that the story is not published.",
]
ORDERS = {
    "anpa-slug-and-number": (
        "kill",
        anpa(FIRST, number="f1002", keyword=f"{SLUG},230"),
        anpa(KILL, number="f1009", keyword=f"{SLUG}, KILL,20", priority="b", headline=None),
    ),
    "ap-media-status": (
        "kill",
        ap_media(version=0, status="usable"),
        ap_media(version=1, status="canceled", body="", note="A kill is mandatory."),
    ),
    "ap-media-withheld": (
        "withhold",
        ap_media(version=0, status="usable"),
        ap_media(version=1, status="withheld", body=""),
    ),
    "newsml-g2-same-guid": (
        "kill",
        newsml_g2(version=11, status="usable"),
        newsml_g2(version=12, status="canceled", body=""),
    ),
    "newsml-same-id": (
        "kill",
        newsml(version=1, status="Usable"),
        newsml(version=2, status="Canceled", body=""),
    ),
    "nitf-names-the-document": (
        "kill",
        nitf("elevator.1"),
        nitf(
            "elevator.2",
            'management-status="canceled" management-doc-idref="elevator.1"',
            "<p>See the note.</p>",
        ),
    ),
    "dpa-number-and-headline": (
        "withhold",
        iptc7901("157", HEADLINE, COPY),
        iptc7901("161", "HOLD HOLD HOLD", [f'Please hold item dpa 157 "{HEADLINE}".']),
    ),
    "dpa-headline": (
        "withhold",
        iptc7901("157", HEADLINE, COPY),
        iptc7901("161", "HOLD HOLD HOLD", [f'Please hold the item "{HEADLINE}".']),
    ),
}


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_reaches_the_outlet(order):
    action, story, bulletin = ORDERS[order]
    payloads = [(None, story), ("Argus", article(COPY, "Argus")), (None, bulletin)]
    told = list(
        trace_lines(
            Delivery(
                kind="path",
                name=str(index),
                index=index,
                item=str(index),
                outlet=outlet,
                published=None,
                payload=Payload(body=body, outlet=outlet),
            )
            for index, (outlet, body) in enumerate(payloads)
        )
    )
    assert [each["status"] for each in told] == ["placed", "placed", "notice", "reach"]
    assert told[3]["canonical_id"] == told[0]["canonical_id"] == told[1]["canonical_id"]
    assert (told[3]["action"], told[3]["cause"]) == (action, "ordered")
    assert [each["outlet"] for each in told[3]["carriers"]] == ["Argus"]
    assert told[3]["carriers"][0]["version"] == told[0]["story_id"]
