"""One story as its agency sends it in every format, and as an outlet shows it, is one canonical story."""

import html
import json
from itertools import permutations

import pytest

from tests.stream.life import FIRST, HEADLINE, SLUG, anpa, page
from worker.commands.payloads import Delivery
from worker.commands.trace import trace_lines
from worker.story import Payload

COPY = [text.replace(" _ ", " — ") for text in FIRST]
PARAGRAPHS = "".join(f"<p>{html.escape(text)}</p>" for text in COPY)
CREATED = "2023-03-14T09:29:00Z"


def ap_media() -> bytes:
    nitf = f"<nitf><body><body.content><block>{PARAGRAPHS}</block></body.content></body></nitf>"
    item = {
        "altids": {"itemid": "5f0c9d", "etag": "5f0c9d_1", "transref": "f1002", "referenceid": SLUG[3:]},
        "uri": "https://api.ap.example/media/v/content/5f0c9d",
        "version": 1,
        "type": "text",
        "urgency": 4,
        "pubstatus": "usable",
        "versioncreated": CREATED,
        "firstcreated": "2023-03-14T08:58:00Z",
        "headline": HEADLINE,
        "slugline": f"{SLUG}, 1st Ld-Writethru",
        "provider": "AP",
        "renditions": {"nitf": {"value": nitf}},
    }
    return json.dumps({"api_version": "1.1", "data": {"item": item}}).encode()


def newsml_g2() -> bytes:
    return f"""<?xml version="1.0"?><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"
 guid="tag:ap.example,2023:5f0c9d" version="2"><itemMeta><itemClass qcode="ninat:text"/>
<provider literal="AP"/><versionCreated>{CREATED}</versionCreated><pubStatus qcode="stat:usable"/></itemMeta>
<contentMeta><urgency>4</urgency><slugline>{SLUG}</slugline><headline>{HEADLINE}</headline>
<creditline>AP</creditline></contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml">
<html xmlns="http://www.w3.org/1999/xhtml"><body>{PARAGRAPHS}</body></html></inlineXML></contentSet>
</newsItem>""".encode()


def newsml() -> bytes:
    return f"""<?xml version="1.0"?><NewsML Version="1.2"><NewsItem><Identification><NewsIdentifier>
<ProviderId>ap.example</ProviderId><DateId>20230314</DateId><NewsItemId>5f0c9d</NewsItemId>
<RevisionId PreviousRevision="1" Update="N">2</RevisionId>
<PublicIdentifier>urn:newsml:ap.example:20230314:5f0c9d:2</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><NewsItemType FormalName="News"/><FirstCreated>20230314T085800Z</FirstCreated>
<ThisRevisionCreated>20230314T092900Z</ThisRevisionCreated><Status FormalName="Usable"/></NewsManagement>
<NewsComponent><NewsLines><HeadLine>{HEADLINE}</HeadLine><SlugLine>{SLUG}</SlugLine></NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="AP"/></Provider></AdministrativeMetadata>
<ContentItem><MediaType FormalName="Text"/><DataContent>{PARAGRAPHS}</DataContent></ContentItem>
</NewsComponent></NewsItem></NewsML>""".encode()


FORMS = {
    "anpa-1312": anpa(FIRST, number="f1002", keyword=f"{SLUG}, 1st Ld-Writethru,230", time="0929"),
    "ap-media-json": ap_media(),
    "newsml-g2": newsml_g2(),
    "newsml-1.2": newsml(),
    "html-page": page(FIRST),
}


def lines(names):
    for index, name in enumerate(names):
        outlet = "Argus" if name == "html-page" else None
        payload = Payload(body=FORMS[name], outlet=outlet)
        yield Delivery(
            kind="path", name=name, index=index, item=name, outlet=outlet, published=None, payload=payload
        )


@pytest.mark.parametrize("first", FORMS)
def test_a_story_in_all_formats_and_on_a_page_is_one_canonical_story(first):
    rest = [name for name in FORMS if name != first]
    for order in list(permutations(rest))[::5]:
        told = list(trace_lines(lines((first, *order))))
        assert [each["story"]["source_format"] for each in told] == [first, *order]
        assert {each["status"] for each in told} == {"placed"}
        assert len({each["canonical_id"] for each in told}) == 1
        shown = next(each["variant"] for each in told if each["outlet"] == "Argus")
        assert shown["relation"] in {"original", "verbatim"}
        assert shown["agency"] == "AP"
