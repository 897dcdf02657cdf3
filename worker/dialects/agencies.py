"""Which agency a credit names, and by what short name this project calls it."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

AGENCIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "AP": ("Associated Press", "The Associated Press", "AP"),
        "Reuters": ("Reuters", "REUTERS", "Thomson Reuters", "Reuters News"),
        "AFP": ("Agence France-Presse", "Agence France Presse", "AFP"),
        "PA": ("Press Association", "PA Media", "PA"),
        "dpa": ("Deutsche Presse-Agentur", "dpa", "DPA"),
        "EFE": ("Agencia EFE", "EFE", "Efe"),
        "UPI": ("United Press International", "UPI"),
        "Xinhua": ("Xinhua News Agency", "Xinhua", "XINHUA"),
        "TASS": ("ITAR-TASS", "TASS"),
        "Interfax": ("Interfax", "INTERFAX"),
        "ANSA": ("Agenzia ANSA", "ANSA"),
        "Kyodo": ("Kyodo News", "Kyodo", "KYODO", "KYODONEWS"),
        "Jiji": ("Jiji Press", "Jiji"),
        "Yonhap": ("Yonhap News Agency", "Yonhap", "YONHAP"),
        "PTI": ("Press Trust of India", "PTI"),
        "ANI": ("Asian News International", "ANI"),
        "IANS": ("Indo-Asian News Service", "IANS"),
        "AAP": ("Australian Associated Press", "AAP"),
        "CP": ("The Canadian Press", "Canadian Press", "CP"),
        "NAN": ("News Agency of Nigeria", "NAN"),
        "Anadolu": ("Anadolu Agency", "Anadolu"),
        "Lusa": ("Agência Lusa", "Lusa", "LUSA"),
        "Belga": ("Belga", "BELGA"),
        "ANP": ("Algemeen Nederlands Persbureau", "ANP"),
        "TT": ("TT News Agency", "Tidningarnas Telegrambyrå"),
        "NTB": ("NTB",),
        "Ritzau": ("Ritzau", "ritzau", "RITZAU"),
        "STT": ("STT-Lehtikuva", "STT"),
        "APA": ("Austria Presse Agentur", "APA"),
        "Keystone-SDA": ("Keystone-SDA", "Keystone-ATS", "SDA-ATS", "SDA", "ATS", "ats", "sda"),
        "ANA-MPA": ("ANA-MPA", "ANA-MPE", "AMNA"),
        "MENA": ("Middle East News Agency", "MENA"),
        "Bernama": ("Bernama", "BERNAMA"),
        "Antara": ("Antara", "ANTARA"),
        "EPA": ("European Pressphoto Agency", "EPA"),
        "Business Wire": ("Business Wire", "BUSINESS WIRE"),
        "PR Newswire": ("PR Newswire", "PRNewswire", "PRNEWSWIRE"),
        "GlobeNewswire": ("GlobeNewswire", "GLOBE NEWSWIRE", "GLOBENEWSWIRE"),
        "Accesswire": ("Accesswire", "ACCESSWIRE"),
        "TNS": ("Tribune News Service", "Tribune Content Agency", "TNS"),
        "Bloomberg": ("Bloomberg News", "Bloomberg"),
        "States Newsroom": ("States Newsroom",),
        "KFF Health News": ("KFF Health News", "Kaiser Health News"),
    }
)
"""Short name to the spellings met in credit lines, as the agencies themselves write them.

Read only inside a credit: a bare ``PA`` or ``CP`` in prose is no agency.
"""

PRESS_RELEASES: Final = frozenset({"Business Wire", "PR Newswire", "GlobeNewswire", "Accesswire"})
"""Agencies that carry what their customers wrote."""

_SHORT: Final[Mapping[str, str]] = MappingProxyType(
    {alias: short for short, aliases in AGENCIES.items() for alias in aliases}
)

ALIAS: Final = "|".join(re.escape(alias) for alias in sorted(_SHORT, key=len, reverse=True))
"""Alternation of all spellings, longest first, for other grammars to embed."""

_NAMED: Final = re.compile(rf"(?:{ALIAS})(?![\w-])")
_RUN: Final = re.compile(r"[\w-]+")
_FIRST: Final = frozenset([found.group() for alias in _SHORT if (found := _RUN.match(alias))])
"""Words with which the spellings begin: only there is an agency looked for."""

_EXACT: Final[Mapping[str, str]] = MappingProxyType(
    {alias.casefold(): short for alias, short in _SHORT.items()}
)


def agency_named(credit: str) -> str | None:
    """Return the short name of the first agency that a credit line names, or None.

    >>> agency_named("Matthew Lee, Associated Press")
    'AP'
    """
    for run in _RUN.finditer(credit):
        if run.group() in _FIRST and (found := _NAMED.match(credit, run.start())):
            return _SHORT[found.group()]
    return None


def agency_called(name: str | None) -> str | None:
    """Return the short name of the agency that ``name`` is as a whole, or None.

    >>> agency_called("the associated press")
    'AP'
    """
    return _EXACT.get(" ".join(name.split()).casefold()) if name else None


def agency_at(name: str | None) -> str | None:
    """Return the short name of the agency that a field names: whole, by its domain, or within more words.

    >>> agency_at("reuters.com"), agency_at("PA Sport")
    ('Reuters', 'PA')
    """
    if not name:
        return None
    return _known(name) if len(name) <= _SHORT_NAME else _at(name)


def _at(name: str) -> str | None:
    domain = _DOMAIN.fullmatch(name.strip().lower())
    if domain:
        return agency_called(domain[1]) or agency_called(domain[1].replace("-", " ")) or _SITES.get(domain[1])
    return _FIELDS.get(name.strip()) or agency_called(name) or agency_named(name)


_SHORT_NAME: Final = 80
_known: Final = lru_cache(maxsize=4_096)(_at)
"""Feeds repeat a few names for ever; a long one is read anew, so that what is remembered stays small."""

_DOMAIN: Final = re.compile(r"(?:https?://)?(?:www\.)?([a-z0-9\-]{2,40})(?:\.[a-z]{2,10}){1,2}/?")
_FIELDS: Final = {"TT": "TT"}
"""Names that are agencies in a field and mean something else in a page: ``TT`` is a switch of text size."""

_SITES: Final = {
    "businesswire": "Business Wire",
    "globenewswire": "GlobeNewswire",
    "prnewswire": "PR Newswire",
    "itar-tass": "TASS",
    "sda-ats": "Keystone-SDA",
    "kyodonews": "Kyodo",
}
