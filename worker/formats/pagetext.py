"""The plain text of a web page, as a crawler delivers it: one paragraph a line, furniture between."""

from collections.abc import Iterator

from worker.errors import NoCopy
from worker.formats.draft import Item, Source
from worker.formats.page import read_page


def parse(source: Source) -> Iterator[Item]:
    """Yield the stories of a page's text; a story that is furniture alone is yielded as NoCopy."""
    for draft in read_page(source.text, outlet=source.outlet):
        yield draft if draft.paragraphs else NoCopy("furniture alone, no copy")
