"""When the right to a story ends, in every format that has a field for it."""

import json

import pytest

from worker.pipeline import split
from worker.story import Payload

COPY = "<p>PORT ELDER (AP) — The night ferry limped home on one engine, the harbour master said.</p>"
JSON = {
    "type": "text",
    "versioncreated": "2026-11-22T20:00:00Z",
    "headline": "Ferry limps home",
    "body_xhtml": COPY,
}
COMPONENT = "<NewsLines><HeadLine>Ferry</HeadLine></NewsLines>"
PICTURE = (
    '<NewsComponent><Role FormalName="Photo"/><RightsMetadata><UsageRights><EndDate>2026-01-01</EndDate>'
    "</UsageRights></RightsMetadata><ContentItem><DataContent><p>The ferry in May.</p></DataContent>"
    "</ContentItem></NewsComponent>"
)


def ninjs(expires):
    return json.dumps({"uri": "http://agency.example/ferry", **JSON, "expires": expires})


def ap(expires):
    item = {"altids": {"itemid": "5e56"}, **JSON, "expires": expires}
    return json.dumps({"api_version": "1.1", "data": {"item": item}})


def nitf(expires):
    return (
        f'<nitf><head><docdata><date.expire norm="{expires}"/></docdata></head>'
        f"<body><body.content>{COPY}</body.content></body></nitf>"
    )


def newsml_g2(expires):
    return (
        '<newsItem guid="urn:ferry" version="1"><itemMeta><itemClass qcode="ninat:text"/>'
        f"<expires>{expires}</expires>"
        f"</itemMeta><contentSet><inlineXML><html><body>{COPY}</body></html></inlineXML></contentSet></newsItem>"
    )


def newsml(expires):
    rights = "".join(
        f"<UsageRights><UsageType>{use}</UsageType><EndDate>{end}</EndDate></UsageRights>"
        for use, end in (("Archive", "2099-12-31"), ("Online", expires))
    )
    return (
        "<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>1</NewsItemId></NewsIdentifier></Identification>"
        f"<NewsComponent>{COMPONENT}<RightsMetadata>{rights}</RightsMetadata>{PICTURE}"
        f"<ContentItem><DataContent>{COPY}</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"
    )


def rss(expires):
    return (
        '<rss xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item>'
        "<title>Ferry limps home</title><guid>ferry-1</guid>"
        f"<content:encoded><![CDATA[{COPY}]]></content:encoded>"
        f"<dcterms:valid>start=2026-11-22; end={expires};</dcterms:valid></item></channel></rss>"
    )


FORMATS = pytest.mark.parametrize("payload", [ninjs, ap, nitf, newsml_g2, newsml, rss])


def one(text):
    (story,) = split(Payload(body=text.encode()))
    return story


@FORMATS
def test_the_end_of_the_right_is_read(payload):
    story = one(payload("2026-12-22T20:00:00+01:00"))
    assert story.expires == "2026-12-22T20:00:00+01:00"
    assert not any("no date" in warning for warning in story.warnings)


@FORMATS
def test_a_day_ends_the_right_as_it_begins(payload):
    assert one(payload("2026-12-22")).expires == "2026-12-22T00:00:00Z"


@FORMATS
def test_an_end_that_is_no_date_is_told_and_the_copy_stays(payload):
    story = one(payload("in a month"))
    assert story.paragraphs
    assert any("is no date: 'in a month'" in warning for warning in story.warnings)
    assert story.expires in {None, "2099-12-31T00:00:00Z"}


@FORMATS
def test_an_empty_end_is_none(payload):
    story = one(payload(""))
    assert not any("no date" in warning for warning in story.warnings)


def test_the_right_to_the_whole_item_may_end_before_the_item_does():
    rights = (
        '<rightsInfo validto="2026-12-01T00:00:00Z"/><rightsInfo idrefs="picture" validto="2026-01-01"/>'
        "<itemMeta>"
    )
    both = newsml_g2("2026-12-22T20:00:00Z").replace("<itemMeta>", rights)
    assert one(both).expires == "2026-12-01T00:00:00Z"
    assert one(both.replace("2026-12-01T00:00:00Z", "2027-01-01")).expires == "2026-12-22T20:00:00Z"


def test_an_item_of_rss_0_93_names_its_end_in_an_element_of_its_own():
    item = rss("").replace("<guid>", "<expirationDate>Tue, 22 Dec 2026 20:00:00 GMT</expirationDate><guid>")
    assert one(item).expires == "2026-12-22T20:00:00Z"
