"""XML that no format claims: elements with a title and a text are read as stories, with a warning.

Which elements those are is a guess from their names in the languages of the feeds; nothing but headline,
copy, byline, time and id is taken from them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from worker.errors import UnknownFormat
from worker.formats import webpage
from worker.formats.blocks import Block, html_blocks, tree_blocks
from worker.formats.draft import Item, Source
from worker.formats.fields import once, told_time
from worker.formats.wire import finish
from worker.formats.wirecopy import sort_blocks
from worker.formats.wiretext import line_of
from worker.formats.xmltext import root_name
from worker.formats.xmltree import Element, attribute, children, local, raw_text, read_xml, text_of
from worker.story import Draft

_TITLE: Final = re.compile(
    r"(?:main)?(?:head_?line|title|titel|titre|titolo|titulo|t[ií]tulo|kop|overskrift|rubrik|hl1)",
    re.IGNORECASE,
)
_TEXT: Final = re.compile(
    r"(?:full_?|body_?|main_?|story_?|article_?|news_?)?(?:text|body|content|copy|story|texto|texte|testo|tekst|brodtekst"
    r"|cuerpo|corpo|inhalt|html|bodytext|fulltext|maintext|description|paragraphs)",
    re.IGNORECASE,
)
_BYLINE: Final = re.compile(r"by_?line|author|autor|auteur|creator|writer", re.IGNORECASE)
_TIME: Final = re.compile(
    r"(?:pub|published|publication|issue|created|updated?)?(?:_?(?:date|time|datum|fecha|at|on))(?:_?time)?|published|created"
    r"|pub(?:lish)?ed|issued",
    re.IGNORECASE,
)
_ID: Final = re.compile(r"(?:news_?|story_?|article_?|item_?)?(?:id|guid|uuid|usn)", re.IGNORECASE)
_SLUG: Final = re.compile(r"slug(?:_?line)?|keyword_?line", re.IGNORECASE)
_HTML: Final = re.compile(r"<(?:html|head|body|div|p|script)[\s>/]", re.IGNORECASE)
_LOOK: Final = 65_536
_TITLE_LONGEST: Final = 300
_LEAST_WORDS: Final = 12
_WARNING: Final = "XML of no known format, read by the names of its elements: low confidence"


def parse(source: Source) -> Iterator[Item]:
    """Yield what looks like stories. Raises UnknownFormat when nothing does, Malformed, TooDeep."""
    root, repairs = read_xml(source.text)
    found = False
    for element in list(_stories(root)):
        draft = _story(element, (*source.warnings, *repairs, _WARNING))
        if draft.paragraphs:
            found = True
            yield draft
    if not found and _HTML.search(source.text, 0, _LOOK):
        yield from webpage.parse(source)
    elif not found:
        raise UnknownFormat(f"no format claims the root {root_name(source.text)!r}")


def _stories(root: Element) -> Iterator[Element]:
    """Find the elements with a title and a text, the outermost where they nest in one another."""
    taken: set[Element] = set()
    for element in root.iter():
        if any(parent in taken for parent in element.iterancestors()):
            continue
        if local(element) and _named(element, _TITLE) is not None and _is_told(element):
            taken.add(element)
            yield element


def _is_told(element: Element) -> bool:
    text = _named(element, _TEXT)
    title = _named(element, _TITLE)
    if text is None or title is None or len(text_of(title) or "") > _TITLE_LONGEST:
        return False
    return len(raw_text(text).split()) >= _LEAST_WORDS


def _named(element: Element, pattern: re.Pattern[str]) -> Element | None:
    """Return the child of such a name with the most text."""
    found = [each for each in children(element) if pattern.fullmatch(local(each))]
    return max(found, key=lambda each: len(raw_text(each)), default=None)


def _value(element: Element, pattern: re.Pattern[str]) -> str | None:
    return line_of(text_of(_named(element, pattern)))


def _story(element: Element, warnings: tuple[str, ...]) -> Draft:
    told = list(warnings)
    language = attribute(element, "lang", "language") or attribute(element.getroottree().getroot(), "lang")
    native = _value(element, _ID) or attribute(element, "id", "guid", "uuid")
    moment = told_time(_value(element, _TIME), "date", told)
    draft = Draft(
        headline=_value(element, _TITLE),
        byline=_value(element, _BYLINE),
        native_id=native,
        native_ids=once((native,)),
        published=moment,
        version_created=moment,
        language=language.replace("_", "-").split("-")[0].lower() if language else None,
    )
    draft = sort_blocks(draft, _blocks(_named(element, _TEXT)))
    return finish(replace(draft, warnings=tuple(told)), slugline=_value(element, _SLUG))


def _blocks(text: Element | None) -> list[Block]:
    if text is None:
        return []
    return tree_blocks(text) if len(text) else html_blocks(raw_text(text))
