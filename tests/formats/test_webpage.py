import pytest

from worker.errors import NoCopy, TooDeep
from worker.formats import PARSERS
from worker.formats.html_text import parse_html
from worker.formats.sniff import sniff

COPY = (
    "HARROW (AP) — The ferry between Harrow and the outer islands will stop running in March, the port said.",
    "About 400 people use the boat every day, many of them pupils, and the next bridge is an hour away.",
    "The port blamed the cost of fuel, which has doubled since the summer, and the age of its only vessel.",
)
BODY = "".join(f"<p>{text}</p>" for text in COPY)


def stories(html):
    return [item for source in sniff(html.encode()) for item in PARSERS[source.format](source)]


def test_a_page_tells_its_headline_outlet_time_and_copy():
    (story,) = stories(
        f"""<!DOCTYPE html><html lang="en-GB"><head><title>Ferry | Bell</title>
        <meta property="og:title" content="Harrow to Lose Its Ferry">
        <meta property="og:site_name" content="Harrow Bell">
        <meta property="article:published_time" content="2021-03-01T08:00:00Z">
        <link rel="canonical" href="https://bell.example/ferry"></head>
        <body><nav><a href="/">Home</a></nav>
        <article><h1>Harrow to Lose Its Ferry</h1>{BODY}</article></body></html>"""
    )
    assert (story.headline, story.outlet) == ("Harrow to Lose Its Ferry", "Harrow Bell")
    assert (story.published, story.url) == ("2021-03-01T08:00:00Z", "https://bell.example/ferry")
    assert (story.language, story.agency) == ("en", "AP")
    assert [paragraph.text for paragraph in story.paragraphs] == list(COPY)


def test_json_ld_is_found_in_lists_and_graphs_and_broken_blocks_are_passed_over():
    (story,) = stories(
        f"""<html><head><script type="application/ld+json">{{broken</script>
        <script type="application/ld+json">[{{"@graph": [{{"@type": "WebSite", "name": "Bell"}},
        {{"@type": ["ReportageNewsArticle"], "headline": "Harrow &amp; its ferry",
          "author": [{{"name": "Ada Quill"}}, "Bo Chan"], "publisher": {{"name": "Harrow Bell"}}}}]}}]
        </script></head>
        <body><article>{BODY}</article></body></html>"""
    )
    assert (story.headline, story.byline, story.outlet) == (
        "Harrow & its ferry",
        "Ada Quill, Bo Chan",
        "Harrow Bell",
    )


def test_the_article_body_that_a_page_declares_is_its_copy():
    declared = "\\n\\n".join(COPY)
    (story,) = stories(
        f"""<html><head><script type="application/ld+json">
        {{"@type": "NewsArticle", "articleBody": "{declared}"}}</script></head>
        <body><div>Tides, weather and a very long list of other things to read.</div></body></html>"""
    )
    assert [paragraph.text for paragraph in story.paragraphs] == list(COPY)


@pytest.mark.parametrize(
    "html",
    ["<html></html>", "<html><body><nav>Home</nav></body></html>", "<html><body><h1>404</h1></body></html>"],
)
def test_a_page_without_an_article_is_refused(html):
    with pytest.raises(NoCopy):
        stories(html)


@pytest.mark.parametrize(
    "tag",
    """a article aside b blockquote body button center cite code dd details div dl em fieldset figure font
    footer form h1 h6 header i iframe ins label main nav nobr ol q s section small span strike strong
    sub sup svg table template u ul x-box DIV Span""".split(),
)
def test_a_page_nested_without_end_is_refused_at_once(tag):
    with pytest.raises(TooDeep):
        parse_html(f"<{tag}>" * 50_000, nesting=64)


def test_a_long_flat_page_is_not_deep():
    assert parse_html("<ul><li>ferry<p>boat" + "<br><img><hr>" * 2000 + "<div></div>" * 9000, nesting=64)
