"""Formats of payloads: a further one is a file here, a row in the table, and a mark in ``sniff.py``."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from worker.formats import article, pagetext, webpage
from worker.formats.draft import Draft, Format, Hollow, Item, Parser, Source

__all__ = ["PARSERS", "Draft", "Format", "Hollow", "Item", "Parser", "Source"]

PARSERS: Final[Mapping[Format, Parser]] = MappingProxyType(
    {
        Format.ARTICLE: article.parse,
        Format.WEBPAGE: webpage.parse,
        Format.PAGETEXT: pagetext.parse,
    }
)
