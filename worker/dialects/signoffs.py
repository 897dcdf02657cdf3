"""Lines that agencies put under copy or over it for desks, not for readers: sign-offs, notes, titles."""

import re
from typing import Final

_SIGN_OFF: Final = re.compile(
    r"""[-(\[/\s*]{0,3}(?:[Ee]nds?|ENDS?|MORE|[Mm]ore|FIN|Fin)[-)\]/\s*.]{0,3}  # PA: ends; (MORE)
        |\#\#\#|-0-|-30-
        |AAP(?:\s[A-Z]{2,5})?(?:\s[a-z]{2,4}(?:/[a-z]{2,4}){0,4})?              # AAP RTV ar/jvg
        |[a-z]{2,4}(?:/[a-z]{2,4}){1,6}                                         # AFP: hh/ph/ts
        |[A-Z]{2,4}(?:/[A-Z]{2,4}){1,4}
        |\(?E[Ff][Ee]\)?(?:\s[a-z]{2,5}(?:[/\-][a-z]{2,5}){0,4})?               # EFE gr/bp
        |dpa(?:\s[a-z]{2,4}){1,8}                                               # dpa wsz jln npr
        |/\s?(?:ritzau|RITZAU|Ritzau)\s?/(?:\s?[\w\s]{1,20}/?)?                 # /ritzau/AFP
        |\(?\s?©?\s?(?:NTB|TT|STT|ANSA|PA|CP|AP|AFP|APA|SDA|Belga|ANP)\s?\)?
        |={1,3}\s?Kyodo(?:\sNews)?                                              # ==Kyodo
        |\([A-Z]{2,5}\\?/[a-z]{2,4}(?:[\s/][a-z]{2,4}){0,4}\)                  # (SDA/mf ba)
        |Enditem|ENDITEM
        |[\[(]?[a-z]{2,4}[\])]?/?[a-z]{0,4}@[a-z.\-]{4,30}""",
    re.VERBOSE,
)
_FIRST_PUBLISHED: Final = re.compile(
    r"This (?:report|content) by The Canadian Press was first published\b.{0,80}"
)
_NOTE: Final = re.compile(
    r"""\((?:Adds|Updates|Recasts|Repeats|Corrects|Removes|Rewrites|Refiles|Changes|Fixes|Clarifies|Deletes|Drops
            |Releads|Edits|Inserts|Combines|Restores|Amends|New\sthroughout|Writes\sthrough|Repeating|Recasting
            |Updating|Correcting|For\s(?:more|full)|With\s(?:pictures|graphic|video))\b.{0,600}\)
        |(?:Eds?|EDS?|Editors?|EDITORS?)(?:['’]s?)?(?:\s(?:note|NOTE|Note))?\s{0,2}[:_—–].{0,800}
        |(?:EDITOR['’]?S['’]?|Editor['’]?s['’]?)\s(?:NOTE|Note|note)\b.{0,800}
        |\(Eds?:.{0,800}\)
        |(?:EMBARGO(?:ED)?(?:\s?:|\s(?:UNTIL|TILL?|FOR|TO|NOT|BEFORE)\b|\s\d)|Embargoed\s(?:until|to|for)\b
            |HOLD\sFOR\sRELEASE\b).{0,160}
        |(?:N\si\se\su\sw|N\se\su\se)\s.{0,60}?\b(?:vervangt|ersetzt)\b.{0,300}      # ANP: new, replaces
        |(?:Herhaling|Rectificatie|Wiederholung|Berichtigung)\s?[:(].{0,400}""",
    re.VERBOSE | re.DOTALL,
)
_TITLE: Final = re.compile(
    r"(?:The\s)?(?:AP|Associated Press|AFP|Reuters|PA|AAP|Press Association|EFE)\s(?:[\w'’\-]{1,20}\s){0,4}"
    r"(?:Writers?|Correspondents?|Editors?|Reporters?|Columnist)\.?"
)
_DISCLAIMER: Final = re.compile(r"\*{2,5}\s?\S.{0,300}\*{2,5}", re.DOTALL)
_SEPARATOR: Final = re.compile(r"[_*\-=~#•·.\s]{2,80}")


def is_sign_off(line: str) -> bool:
    """Tell whether a whole line under the copy signs it off: ``ends``, ``AAP RTV ar``, initials.

    >>> is_sign_off("hh/ph/ts/hd")
    True
    """
    return len(line) <= 160 and (
        _SIGN_OFF.fullmatch(line) is not None or _FIRST_PUBLISHED.match(line) is not None
    )


def is_desk_note(line: str) -> bool:
    """Tell whether a whole line speaks to editors: ``(Adds comment)``, ``Eds: UPDATES with arrest.``."""
    return len(line) <= 1_000 and line[:1] in "(EeNHRWB" and _NOTE.fullmatch(line) is not None


def is_writer_title(line: str) -> bool:
    """Tell whether a whole line is the title under a byline: ``AP Business Writer``."""
    return len(line) <= 80 and _TITLE.fullmatch(line) is not None


def is_disclaimer(line: str) -> bool:
    """Tell whether a line is set between stars, as machine translations and warnings are."""
    return line.startswith("**") and _DISCLAIMER.fullmatch(line) is not None


def is_separator(line: str) -> bool:
    """Tell whether a line is a rule: ``___``, ``* * *``."""
    return _SEPARATOR.fullmatch(line) is not None
