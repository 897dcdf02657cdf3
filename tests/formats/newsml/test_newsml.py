from pathlib import Path

from worker.pipeline import Empty, Rejected, split
from worker.story import FurnitureKind, Kind, Payload, PubStatus

AFP = (Path(__file__).parent / "afp.xml").read_text(encoding="utf-8")


def parts(text):
    return split(Payload(body=text.encode()))


def item(inner="", management="", number="1"):
    return (
        f"<NewsItem><Identification><NewsIdentifier><ProviderId>elder.example</ProviderId><DateId>20261122</DateId>"
        f"<NewsItemId>{number}</NewsItemId><RevisionId>1</RevisionId></NewsIdentifier></Identification>"
        f"<NewsManagement>{management}</NewsManagement>{inner}</NewsItem>"
    )


def component(headline, copy, role="Main", more=""):
    return (
        f'<NewsComponent {more}><Role FormalName="{role}"/>'
        f"<NewsLines><HeadLine>{headline}</HeadLine></NewsLines><ContentItem><DataContent><p>{copy}</p></DataContent></ContentItem></NewsComponent>"
    )


def test_an_item_gives_its_chain_its_revision_and_its_lines():
    (story,) = parts(AFP)
    assert story.source_format == "newsml-1.2"
    assert story.native_id == "urn:newsml:afp.com:20261122T205902Z:TX-PAR-ABC12"
    assert f"{story.native_id}:2" in story.native_ids
    assert (story.native_version, story.version_kind, story.slug) == ("2", "update", "Elder-ferry")
    assert (story.headline, story.deck) == ("Ferry limps home on one engine", "Harbour master blames fuel")
    assert (story.first_created, story.version_created) == ("2026-11-22T20:19:51Z", "2026-11-22T20:49:51Z")
    assert (story.language, story.urgency, story.agency) == ("en", 4, "AFP")
    assert story.refers_to == ("urn:newsml:afp.com:20261122T190000Z:TX-PAR-ABC11:1",)


def test_the_dateline_may_stand_in_the_news_lines_alone():
    (story,) = parts(AFP)
    assert (story.dateline.place, story.dateline.date, story.dateline.agency) == (
        "PORT ELDER",
        "Nov 22, 2026",
        "AFP",
    )


def test_captions_and_initials_are_no_copy():
    (story,) = parts(AFP)
    assert [part.text for part in story.paragraphs][-1] == "Nobody was hurt."
    assert len(story.paragraphs) == 2
    assert [(each.text, each.kind) for each in story.furniture] == [("me/ib/th", FurnitureKind.CREDIT)]


def test_html_in_cdata_is_read_as_html():
    copy = (
        "<![CDATA[<P>The port reopened.</P><P> </P><P>© Elder News Agency 2026. All rights reserved.</P>]]>"
    )
    text = f"<NewsComponent><ContentItem><DataContent>{copy}</DataContent></ContentItem></NewsComponent>"
    (story,) = parts(f"<NewsML>{item(text)}</NewsML>")
    assert [part.text for part in story.paragraphs] == ["The port reopened."]
    assert story.furniture[0].kind is FurnitureKind.COPYRIGHT


def test_the_parts_of_a_press_release_are_one_story():
    bodies = (
        component("", "Elder Line today announced a ferry.", role="Body")
        + component("", "Call Mara on 555.", role="Contact")
        + component("", "ELDER LINE ANNOUNCES", role="HeadLine")
    )
    lines = "<NewsLines><HeadLine>Elder Line Announces Ferry</HeadLine></NewsLines>"
    envelope = '<NewsEnvelope><NewsService FormalName="Business Wire"/></NewsEnvelope>'
    (story,) = parts(f"<NewsML>{envelope}{item(f'<NewsComponent>{lines}{bodies}</NewsComponent>')}</NewsML>")
    assert (story.kind, story.agency) == (Kind.PRESS_RELEASE, "Business Wire")
    assert [part.text for part in story.paragraphs] == ["Elder Line today announced a ferry."]


def test_components_with_headlines_of_their_own_are_stories_of_their_own():
    two = component("Ferry limps home", "The ferry limped home.") + component(
        "Port reopens", "The port reopened."
    )
    stories = parts(f"<NewsML>{item(f'<NewsComponent>{two}</NewsComponent>')}</NewsML>")
    assert [story.headline for story in stories] == ["Ferry limps home", "Port reopens"]
    assert len({story.native_id for story in stories}) == 2


def test_a_release_in_two_languages_is_two_stories_and_text_around_them_joins_the_first():
    def release(headline, copy):
        lines = f"<NewsLines><HeadLine>{headline}</HeadLine></NewsLines>"
        body = f"<ContentItem><DataContent><p>{copy}</p></DataContent></ContentItem>"
        part = f'<NewsComponent><Role FormalName="Body"/>{body}</NewsComponent>'
        return f"<NewsComponent>{lines}{part}</NewsComponent>"

    both = release("Ferry", "The ferry limped home.") + release("Fähre", "Die Fähre kam heim.")
    inner = item(f"<NewsComponent>{both}</NewsComponent>")
    stories = parts(f"<NewsML>{inner}</NewsML>")
    assert [story.headline for story in stories] == ["Ferry", "Fähre"]


def test_alternatives_are_one_story():
    two = component("Ferry limps home", "The ferry limped home.") + component("Fähre", "Die Fähre kam heim.")
    choice = f'<NewsComponent EquivalentsList="yes">{two}</NewsComponent>'
    (story,) = parts(f"<NewsML>{item(choice)}</NewsML>")
    assert story.headline == "Ferry limps home"


def test_an_embargo_ends_when_the_status_will_change():
    management = (
        '<Status FormalName="Embargoed"/><StatusWillChange><FutureStatus FormalName="Usable"/>'
        "<DateAndTime>20261201T060000+0000</DateAndTime></StatusWillChange>"
    )
    (story,) = parts(f"<NewsML>{item(component('Ferry', 'The ferry limped home.'), management)}</NewsML>")
    assert (story.pub_status, story.embargo_until) == (PubStatus.EMBARGOED, "2026-12-01T06:00:00Z")


def test_a_canceled_item_without_copy_is_a_kill():
    canceled = item("", '<Status FormalName="Canceled"/>')
    (story,) = parts(f"<NewsML>{canceled}</NewsML>")
    assert (story.kind, story.pub_status) == (Kind.KILL, PubStatus.CANCELED)


def test_a_picture_item_is_no_story():
    photo = '<ContentItem Href="a.jpg"><MediaType FormalName="Photo"/></ContentItem>'
    picture = item(f"<NewsComponent>{photo}</NewsComponent>")
    (empty,) = parts(f"<NewsML>{picture}</NewsML>")
    assert isinstance(empty, Empty)


def test_a_broken_item_fails_alone():
    good = item(component("Ferry", "The ferry limped home."))
    told = parts(f"<NewsML>{good}{good.replace('</p>', '')}{good}</NewsML>")
    assert [isinstance(part, Rejected) for part in told] == [False, True, False]
