from pathlib import Path

from worker.errors import Reason
from worker.pipeline import split
from worker.story import Payload

DESK = (Path(__file__).parent / "desk.xml").read_bytes()


def test_unknown_xml_is_read_by_its_names_and_says_that_it_is_a_guess():
    first, second = split(Payload(body=DESK))
    assert (first.headline, first.byline, first.native_id) == ("Ferry limps home", "By Mara Elling", "7")
    assert first.published == "2026-11-22T20:58:00Z"
    assert first.paragraphs[0].text.startswith("The night ferry to Saint Orla")
    assert second.headline == "Port reopens"
    assert all("low confidence" in story.warnings[-1] for story in (first, second))
    assert first.source_format == "xml"


def test_xml_without_title_and_text_is_an_unknown_format():
    (rejected,) = split(Payload(body=b"<?xml version='1.0'?><prices><price>4</price></prices>"))
    assert rejected.reason is Reason.UNKNOWN_FORMAT


def test_xhtml_with_a_declaration_is_a_page():
    page = (
        "<?xml version='1.0'?><html><body><h1>Port reopens</h1><p>The port of Elder reopened on Monday after "
        "two days, the harbour master said.</p></body></html>"
    )
    (story,) = split(Payload(body=page.encode()))
    assert story.source_format == "html-page"
