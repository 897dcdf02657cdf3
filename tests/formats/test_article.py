import orjson
import pytest

from worker.errors import NoCopy
from worker.formats import PARSERS
from worker.formats.sniff import sniff

COPY = "The ferry between Harrow and the outer islands will stop running at the end of March, the port said."
MORE = "About 400 people use the boat every day, many of them pupils, and the next bridge is an hour away."


def stories(article):
    return [item for source in sniff(orjson.dumps(article)) for item in PARSERS[source.format](source)]


def test_the_fields_of_an_article_become_the_fields_of_its_story():
    (story,) = stories(
        {
            "id": "harrow-1",
            "outlet": "Harrow Bell",
            "url": "https://bell.example/ferry",
            "published": "2021-03-01",
            "title": "Harrow to Lose Its Ferry",
            "byline": "Ada Quill, Associated Press",
            "text": f"{COPY}\n\n{MORE}",
            "language": "en",
        }
    )
    assert (story.payload_id, story.outlet, story.url) == (
        "harrow-1",
        "Harrow Bell",
        "https://bell.example/ferry",
    )
    assert (story.published, story.language) == ("2021-03-01T00:00:00Z", "en")
    assert (story.headline, story.byline, story.agency) == (
        "Harrow to Lose Its Ferry",
        "Ada Quill, Associated Press",
        "AP",
    )
    assert [paragraph.text for paragraph in story.paragraphs] == [COPY, MORE]


def test_html_is_read_when_there_is_no_text():
    (story,) = stories({"text": "", "html": f"<p>{COPY}</p><div>{MORE}<br>And a dog.</div>"})
    assert [paragraph.text for paragraph in story.paragraphs] == [COPY, MORE, "And a dog."]


def test_a_date_that_is_none_is_dropped_with_a_warning():
    (story,) = stories({"text": COPY, "published": "last Tuesday"})
    assert story.published is None
    assert any("published" in warning for warning in story.warnings)


def test_fields_of_the_wrong_type_are_dropped_with_a_warning():
    (story,) = stories({"text": COPY, "title": ["Ferry"], "outlet": 7, "id": 12})
    assert (story.headline, story.outlet, story.payload_id) == (None, None, "12")
    assert len(story.warnings) == 2


@pytest.mark.parametrize(
    "article", [{}, {"title": "Ferry"}, {"text": "  "}, {"text": None, "html": ""}, {"text": 3}]
)
def test_an_article_without_copy_is_refused(article):
    with pytest.raises(NoCopy):
        stories(article)


def test_an_article_of_furniture_alone_is_refused():
    (item,) = stories({"text": "Advertisement\nShare Tweet Email"})
    assert isinstance(item, NoCopy)
