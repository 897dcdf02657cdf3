"""Formats of payloads: a further one is a file here, a row in the table, and a mark in ``sniff.py``."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from worker.formats import (
    anpa,
    ap_media,
    article,
    feed,
    flat_json,
    genericxml,
    iptc7901,
    json_feed,
    mail,
    newsml,
    newsml_g2,
    ninjs,
    nitf,
    pagetext,
    ritzau,
    webpage,
)
from worker.formats.draft import Format, Hollow, Item, Parser, Source

__all__ = ["PARSERS", "Format", "Hollow", "Item", "Parser", "Source"]

PARSERS: Final[Mapping[Format, Parser]] = MappingProxyType(
    {
        Format.ARTICLE: article.parse,
        Format.WEBPAGE: webpage.parse,
        Format.PAGETEXT: pagetext.parse,
        Format.ANPA: anpa.parse,
        Format.IPTC7901: iptc7901.parse,
        Format.AP_MEDIA: ap_media.parse,
        Format.NINJS: ninjs.parse,
        Format.JSON_FEED: json_feed.parse,
        Format.FLAT_JSON: flat_json.parse,
        Format.MAIL: mail.parse,
        Format.NITF: nitf.parse,
        Format.NEWSML: newsml.parse,
        Format.NEWSML_G2: newsml_g2.parse,
        Format.RITZAU: ritzau.parse,
        Format.RSS: feed.parse,
        Format.ATOM: feed.parse,
        Format.XML: genericxml.parse,
    }
)
