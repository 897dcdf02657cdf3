"""The grammar of furniture: what buttons, notices, captions and promotions of news pages look like.

A rule must be sure: a line that is partly prose stays copy, because what recurs across unrelated stories
is learned later, and copy that was peeled by mistake is lost to matching.
"""

import re
from typing import Final, NamedTuple

from worker.dialects.agencies import ALIAS
from worker.story import FurnitureKind as Kind


class Rule(NamedTuple):
    """A shape: the words a line may open with (or a word that it holds), and the pattern of the line.

    ``needs`` are spellings of a word of the pattern, one of which the line holds: where prose opens so, too.
    """

    kind: Kind
    openings: str
    pattern: re.Pattern[str]
    needs: tuple[str, ...] = ()


def _rule(kind: Kind, openings: str, pattern: str, *needs: str) -> Rule:
    return Rule(kind, openings, re.compile(pattern, re.IGNORECASE | re.VERBOSE), needs)


_SITES: Final = (
    r"(?:twitter|facebook|instagram|youtube|linkedin|telegram|tiktok|whatsapp|threads|snapchat|x\b)"
)
_MAIL: Final = r"[\w.+\-]{1,40}@[\w\-]{1,40}\."
_LETTER: Final = r"(?:newsletters?|inbox|e-?mails?|alerts?|briefings?|updates|roundup|digest|podcast)\b"

OPENED: Final = (
    _rule(
        Kind.NOTICE,
        "ie internet",
        r"(?:ie|internet\sexplorer)\s\d{1,2}.{0,20}\bis\s(?:not|no\slonger)\ssupported.{0,160}",
    ),
    _rule(Kind.NOTICE, "your this", r"(?:your|this)\sbrowser\b.{0,200}"),
    _rule(Kind.NOTICE, "please", r"please\s(?:enable|turn\son|refresh|update|upgrade|disable)\b.{0,160}"),
    _rule(
        Kind.NOTICE,
        "you",
        r"you\s(?:are\susing\san?\s(?:outdated|unsupported)|need\sto\s(?:enable|have)\sjava).{0,200}",
    ),
    _rule(Kind.NOTICE, "javascript", r"javascript\s(?:is|must|needs)\b.{0,160}"),
    _rule(
        Kind.NOTICE,
        "we this by our the",
        r".{0,60}\b(?:uses?|use\sof|accept)\s(?:\w{1,12}\s){0,3}cookies\b.{0,300}",
        *("ookies", "OOKIES"),
    ),
    _rule(Kind.NOTICE, "by", r"by\s(?:signing\sup|continuing|clicking|subscribing|submitting)\b.{0,240}"),
    _rule(Kind.NOTICE, "loading", r"loading(?:\s?(?:\.{2,3}|…)).{0,60}"),
    _rule(
        Kind.NOTICE,
        "sorry",
        r"sorry,?\s(?:this|the|your)\s(?:video|audio|content|browser|media)\b.{0,120}",
    ),
    _rule(
        Kind.NOTICE,
        "this",
        r"this\s(?:article|story)\sis\s(?:more\sthan|over)\s\d{1,3}\s(?:years?|months?)\sold",
    ),
    _rule(
        Kind.NOTICE,
        "this",
        r"this\s(?:story|article|post|report|piece|file|page|live\sblog)\s(?:has\sbeen|was|will\sbe|is)\s"
        r"(?:first\s|originally\s|being\s|last\s)?(?:updated|corrected|published|amended)\b.{0,200}",
    ),
    _rule(Kind.NOTICE, "this", r"this\sis\sa\s(?:breaking|developing)\s(?:news\s)?story\b.{0,120}"),
    _rule(
        Kind.NOTICE,
        "story article continue skip",
        r"(?:story|article)\scontinue[sd]\b.{0,40}|continue\sreading\b.{0,40}|skip\s(?:to|past)\b"
        r".{0,60}|skip\sadvertisement",
    ),
    _rule(Kind.NOTICE, "close", r"close"),
    _rule(
        Kind.RELATED,
        "read to",
        r"(?:to\s)?read\sthe\s(?:rest|full|original)\s(?:of|report|story|article)\b.{0,120}",
    ),
    _rule(Kind.AUTHOR, "got have", r"(?:got|have)\sa\s(?:news\s)?tip\?.{0,300}"),
    _rule(Kind.NOTICE, "scroll", r"scroll\s(?:down|to|for)\b.{0,60}"),
    _rule(
        Kind.NOTICE,
        "don't don’t can't can’t",
        r"(?:don|can)['’]t\ssee\s.{1,60}(?:click|visit|tap)\b.{0,60}",
    ),
    _rule(
        Kind.PROMOTION,
        "advertisement advertising ad ads sponsored",
        r"(?:advertisements?|advertising|ads?|sponsored(?:\scontent)?)\s?[:.]?",
    ),
    _rule(
        Kind.PROMOTION,
        "sign",
        rf"sign\sup\s(?:for|to|here|now|today|free)\b.{{0,200}}(?:{_LETTER}|\bhere\b|\bfree\b"
        rf"|\bclub\b).{{0,240}}|sign\sup\s(?:here|now|today|for\sfree)\b.{{0,60}}",
    ),
    _rule(Kind.PROMOTION, "subscribe", r"subscribe\s(?:to|now|today|here|for)\b.{0,200}|subscribe[.!]?"),
    _rule(
        Kind.PROMOTION,
        "get",
        rf"get\s(?:the|our|more|your|all|exclusive|breaking|daily|top|free|stories|updates|news)\b"
        rf".{{0,200}}(?:{_LETTER}|\bapp\b|delivered\b|straight\sto).{{0,240}}",
    ),
    _rule(
        Kind.PROMOTION,
        "get",
        r"get\s(?:more|the\slatest|breaking|all\sthe)\s(?:information|news|stories|headlines|updates"
        r"|coverage)\sfrom\s(?:the\s)?[\w'’ .\-]{3,60}",
    ),
    _rule(
        Kind.PROMOTION,
        "want",
        rf"want\s(?:more|the\sbest|to\s(?:get|read|know|receive|stay)|our|these)\b.{{0,160}}"
        rf"(?:{_LETTER}|sign\sup|subscribe|\bhere\b).{{0,160}}",
    ),
    _rule(
        Kind.PROMOTION,
        "stay catch keep",
        rf"(?:stay|catch|keep)\s(?:up|informed|connected|tuned)\b.{{0,160}}(?:{_LETTER}).{{0,100}}",
    ),
    _rule(Kind.PROMOTION, "click", r"(?:\[)?click\s(?:here|to|on|below)\b.{0,200}"),
    _rule(Kind.PROMOTION, "visit", r"visit\s[\w'’. ]{2,60}\s(?:homepage|website|for\smore)\b.{0,100}"),
    _rule(Kind.PROMOTION, "download", r"download\s(?:the|our)\b.{0,60}\bapp\b.{0,100}"),
    _rule(
        Kind.PROMOTION,
        "like join follow",
        rf"(?:like|join|follow|find)\s(?:us|the\sconversation)\b.{{0,60}}\b{_SITES}.{{0,160}}",
    ),
    _rule(
        Kind.PROMOTION,
        "thank thanks",
        r"thank(?:s|\syou)\sfor\s(?:signing|subscribing|reading|your\ssubscription)\b.{0,160}",
    ),
    _rule(
        Kind.PROMOTION,
        "support become already enjoy",
        r"(?:support\s(?:our|independent|quality)\s(?:\w{1,14}\s)?journalism|become\sa\s(?:member"
        r"|subscriber|supporter)|already\sa\s(?:member|subscriber)|enjoy(?:ed|ing)?\sthis\s"
        r"(?:article|story)\?).{0,200}",
    ),
    _rule(
        Kind.PROMOTION,
        "something if",
        r"(?:something\sto\sconsider\s)?if\syou\s(?:enjoyed|liked|like)\sthis\s(?:article|story"
        r"|piece)\b.{0,400}",
    ),
    _rule(Kind.PROMOTION, "manage", r"manage\snewsletters"),
    _rule(Kind.PROMOTION, "vox-mark", r"vox-mark\b.{0,500}"),
    _rule(
        Kind.RELATED,
        "read also see more related recommended don't don’t you must watch listen full",
        r"""(?:read\salso|also\sread|also\ssee|see\salso|read\smore|read\snext|read\sthis(?:\snext)?|must[\s-]read
             |related(?:\s(?:stories|articles|news|coverage|content|video))?|recommended(?:\sfor\syou|\sreading)?
             |don['’]t\smiss|you\s(?:may|might)\salso\s(?:like|be\sinterested\sin)|more\son\sthis
             |more\sfrom\s[\w'’ .&]{2,40}|full\scoverage|watch\s(?:more|now|also)|listen\snow)
            \s{0,2}(?:[:|–—»>\-]\s{0,2}.{0,240}|\.{2,3}|…)?""",
    ),
    _rule(Kind.RELATED, "more more:", r"more\s?:.{1,240}[^.]"),
    _rule(
        Kind.RELATED,
        "read watch listen video:",
        r"(?:read|watch|listen|video)\s?:\s?.{0,140}[^.,;]|(?:watch|listen)\s?:",
    ),
    _rule(Kind.RELATED, "just", r"just\swatched\b.{0,600}"),
    _rule(
        Kind.SHARE,
        "share",
        r"share\s(?:all\ssharing\soptions|this\s(?:article|story|post|page)|on\s(?:facebook|twitter"
        r"|whatsapp))\b.{0,200}",
    ),
    _rule(Kind.SHARE, "click", r"click\sto\s(?:email|share|print)\b.{0,120}"),
    _rule(Kind.SHARE, "read", r"read\sor\sshare\sthis\sstory\b.{0,240}"),
    _rule(Kind.SHARE, "listen", r"listen\sto\s(?:this\s)?(?:article|story)\b.{0,100}"),
    _rule(
        Kind.CAPTION,
        "enlarge toggle hide show",
        r"(?:enlarge\sthis\simage|toggle\scaption|hide\scaption|show\scaption)\b.{0,900}",
    ),
    _rule(Kind.CAPTION, "media", r"media\s(?:playback\sis|caption)\b.{0,400}"),
    _rule(Kind.CAPTION, "image", r"image\s(?:copyright|caption|source|credit)\b.{0,500}"),
    _rule(Kind.CAPTION, "file filephoto", r"file\s?(?:photo|picture|image)?\s?[:\-–—]\s?.{1,900}"),
    _rule(
        Kind.CAPTION,
        "photo photograph photos picture image photographer",
        r"(?:photo(?:graph)?s?|picture|image)\s?(?:credit|by|courtesy|illustration)?\s?:\s?.{1,300}"
        r"|photos?\s(?:by|courtesy\sof)\s.{1,80}",
    ),
    _rule(
        Kind.CAPTION,
        "slideshow gallery",
        r"(?:slideshow|gallery)\s?(?:\(\d{1,3}\s(?:images|photos|pictures)\)|:.{0,200})",
    ),
    _rule(Kind.CAPTION, "play", r"play\svideo\b.{0,200}"),
    _rule(Kind.CAPTION, "facebook", r"facebook\stwitter\spinterest\b.{1,600}"),
    _rule(Kind.COPYRIGHT, "all", r"all\srights\sreserved\b.{0,200}"),
    _rule(Kind.COPYRIGHT, "this", r"this\smaterial\smay\snot\sbe\spublished\b.{0,200}"),
    _rule(
        Kind.COPYRIGHT,
        "content",
        r"content\screated\sby\s.{3,60}\sis\savailable\swithout\scharge\b.{0,400}",
    ),
    _rule(
        Kind.AUTHOR,
        "follow",
        rf"follow\s(?:\S{{1,24}}\s){{1,8}}?on\s{_SITES}.{{0,200}}|follow\s(?:\S{{1,24}}\s){{0,6}}?"
        rf"(?:at\s|on\s)?@\w{{1,30}}.{{0,100}}",
    ),
    _rule(
        Kind.AUTHOR,
        "write email e-mail contact reach send you let letters",
        rf"(?:write\sto|e-?mail|contact|reach|send|letters\sto|let\sus\sknow|you\scan\s(?:reach|email"
        rf"|contact|follow))\b.{{0,100}}(?:{_MAIL}|@\w).{{0,80}}",
    ),
    _rule(
        Kind.AUTHOR,
        "the views opinions this",
        r"(?:the\s|this\s)?(?:(?:views|opinions)\s(?:and\s\w{1,12}\s)?(?:expressed|are)|(?:column"
        r"|article|commentary)\s(?:does\snot|reflects|represents))\b.{0,300}",
    ),
    _rule(Kind.OTHER, "breaking latest top", r"(?:breaking|latest|top)\s(?:news|stories|headlines)"),
    _rule(
        Kind.OTHER,
        "published published: updated updated: posted posted:",
        r"(?:(?:published|updated|posted)\s?:?[\s|]{0,4}){1,3}",
    ),
    _rule(
        Kind.PROMOTION,
        "submit send",
        r"(?:submit|send)\s(?:your|a|us\syour)\s(?:letters?|op-eds?|opinions?|comments?|stor(?:y|ies)|news\stips?|photos?)\b"
        r".{0,200}",
    ),
    _rule(
        Kind.PROMOTION,
        "guter alles ihre sie jetzt weiterlesen mehr lesen",
        r"guter\sjournalismus\s(?:kostet|ist)\b.{0,600}|alles\skostenlos\?|mehr\sinfos?\shier\b.{0,20}"
        r"|sie\shaben\snoch\s\d{1,3}\s?%.{0,200}|jetzt\s(?:abonnieren|weiterlesen|testen|anmelden)\b.{0,80}"
        r"|weiterlesen\smit\b.{0,120}|lesen\ssie\s(?:auch|mehr|weiter)\b.{0,200}",
    ),
    _rule(
        Kind.PROMOTION,
        "continue to this subscribe you you’ve you've already",
        r"(?:to\s)?continue\sreading\b.{0,160}|this\s(?:article|content|story)\sis\s(?:for|only\savailable|reserved|exclusive)\b"
        r".{0,160}|you(?:['’]ve|\shave)\s(?:reached|read|used)\s.{0,40}\b(?:free|limit|articles?)\b.{0,160}"
        r"|already\s(?:a|have)\s(?:an?\s)?(?:subscri|account|member).{0,120}",
    ),
    _rule(
        Kind.OTHER,
        "opinion analysis/opinion analysis commentary",
        r"(?:opinion|analysis|commentary|analysis/opinion)\s?(?::|contributors?|columnists?)?",
    ),
    _rule(
        Kind.OTHER,
        "updated published posted last first -",
        r"(?:-\s)?(?:last\s|first\s)?(?:updated|published|posted|modified)\b[^.!?]{0,12}\d[^.!?]{0,60}"
        r"(?:[ap]\.m\.[^.!?]{0,30})?",
    ),
)  # fmt: skip

BEHIND_THE: Final = ("views", "opinions", "column", "article", "commentary")
"""What stands behind "the" where a rule above opens with it, but for one with ``needs``: prose opens so."""

HELD: Final = (
    _rule(Kind.PROMOTION, "signing up", r".{0,900}\bby\ssigning\sup,?\s(?:you|to)\b.{0,900}"),
    _rule(
        Kind.CAPTION,
        "aption",
        r".{0,4000}?\bhide\scaption\b.{0,6000}|.{0,400}\bimage\scaption\b.{0,400}",
    ),
    _rule(
        Kind.CAPTION,
        "Getty",
        r".{1,600}\bgetty(?:\simages)?(?:\s(?:file|news|sport))?(?:\s?/\s?[\w ]{1,40})?"
        r"\s?[).\]]{0,2}",
    ),
    _rule(Kind.CAPTION, "AP Photo", r".{0,900}\(?AP\sPhoto\b[^().]{0,80}\)?\.?"),
    _rule(Kind.CAPTION, "REUTERS", r".{1,600}\bREUTERS\s?/[^.]{2,60}\.?|.{1,500}\bREUTERS"),
    _rule(
        Kind.CAPTION,
        "hoto",
        r".{0,700}\((?:file\s)?(?:photo|picture|image|photograph)(?:\s?(?:by|:|courtesy|credit|from"
        r"|illustration)|/)[^()]{0,100}\)\.?|.{0,400}\bphotograph:\s[^.]{3,80}",
    ),
    _rule(
        Kind.PROMOTION,
        "requency:",
        r".{0,500}\bfrequency:\s?(?:daily|weekly|twice|once|three|monthly|hourly|as\s|every|seasonal"
        r"|mon|tue|wed|thu|fri|sat|sun|occasional|breaking|up\sto|varies).{0,60}",
    ),
    _rule(
        Kind.PROMOTION,
        "ewsletter",
        r".{0,240}\b(?:sign\sup|subscribe|join|get|delivered|free)\b.{0,120}\bnewsletters?\b"
        r".{0,120}[^.]|.{0,200}\bsign\sup\s(?:for|to)\s(?:our|the|his|her|my|this)\b"
        r".{0,80}\bnewsletters?\b.{0,80}",
    ),
    _rule(
        Kind.PROMOTION,
        "ontent is ",
        r".{0,40}\bcontent\sis\s(?:paid\sfor|written(?:\sand\sedited)?|sponsored|provided|produced)\sby\b.{0,600}",
    ),
    _rule(Kind.RELATED, "ead more", r"[^.]{1,160}\sread\smore"),
    _rule(Kind.RELATED, "MUST WATCH", r".{0,600}\bMUST\sWATCH\b.{0,400}"),
)  # fmt: skip

CREDITED: Final = re.compile(
    rf".{{12,900}}\s\(?(?:[A-ZÀ-Þ][\w.'’\-]{{0,20}}\s){{0,3}}[A-ZÀ-Þ][\w.'’\-]{{1,20}}\s?/\s?"
    rf"(?:{ALIAS}|Getty|Bloomberg|Staff"
    r"|The\s[A-Z]\w{2,16}(?:\s[A-Z]\w{2,16}){0,2})(?:\s(?:via\s\w{2,12}|Images|Photo|File|file))?(?:"
    r"\s(?:via\s)?(?:AP|Getty\sImages))?\)?"
    r"|.{12,900}\s\([A-ZÀ-Þ][\w.'’\-]{0,20}\s[^()/]{2,60}/\s?[A-ZÀ-Þ][^()/]{2,50}\)"
)
"""``... in Tehran. Ann Lee / AP`` and ``... (Ann Lee/Reuters)``: a sentence that ends in a photo credit."""

CREDIT_LONGEST: Final = 120
"""Characters within which such a sentence ends behind the bar, and more."""

PHOTOGRAPHER: Final = re.compile(
    r"(?:[A-ZÀ-Þ][\w.'’\-]{0,20}\s){1,4}/\s?(?:The\s)?[A-ZÀ-Þ][\w&.'’\-]{1,20}(?:"
    r"\s[A-ZÀ-Þ][\w&.'’\-]{1,20}){0,4}"
    r"|(?:[A-ZÀ-Þ][\w.'’\-]{0,20}\s){0,3}[A-ZÀ-Þ][\w.'’\-]{1,20}/(?:AP|AFP|EPA|Reuters|REUTERS|Getty"
    r"(?:\sImages)?)(?:\sPhoto|\sImages|\svia\s[\w ]{2,20})?"
    r"|\([A-ZÀ-Þ][\w.'’\-]{0,20}\s[^()/]{2,60}/\s?[A-ZÀ-Þ][^()/]{2,50}\)"
)
"""``Ann Lee / The Daily Bell`` as a whole line."""

NAMED_SOURCE: Final = re.compile(rf".{{20,900}}\((?:{ALIAS})(?:\s(?:Photo|photo|file|File|Images))?\)\.?\s?")
GLUED: Final = re.compile(r"(?!https?:)[^\s:.][^:.]{3,60}:[A-Z0-9'\"‘“][^\s].{3,140}[^.,;:\s]")
MARKS_ONLY: Final = re.compile(r"[\W_]{1,200}")
RULERS: Final = frozenset("_*-–—―=•·.~#…+ \t\xa0▪■●◆|")
COUNTED: Final = re.compile(
    r"\d{1,3}(?:[.,]\d{1,3})?\s?[kKmM]?\s(?:shares?|comments?|likes?|views?|retweets?)"
    r"|\d{1,3}[\s-]?(?:mins?\.?|minutes?)[\s-](?:read|listen|watch|video)",
    re.IGNORECASE,
)
"""``214 shares``, ``3 min read``."""

NAVIGATION: Final = re.compile(
    r"(?:[^\W\d_][^\d|•·»›.,;:!?]{1,28}?\s{0,3}[|•·»›]\s{0,3}){2,20}[^\W\d_][^\d|•·»›.,;:!?]{1,28}"
)
"""``Weather | Obituaries | Classifieds``: short words without figures between bars, a menu and no table."""

STYLED: Final = re.compile(
    r"[a-z0-9]{2,20}(?:[-_][a-z0-9]{1,30}){3,40}"
    r"|[.#@][\w\-][\w\s\-,>.:#*()]{0,200}\{[^{}]{0,400}\}?.{0,200}"
    r"|(?:var|const|window|document|function)[\s.(][\w\s.=(]{2,60}[=({].{0,400}[;})]"
)
"""Class names, style sheets and scripts that an extractor took for text."""

RELATED_HEAD: Final = re.compile(
    r"""(?:more\s)?(?:related|recommended|suggested|popular|trending)(?:\s(?:stories|articles|news|coverage|content|reading|posts|for\syou))?
        |read\s(?:more|next|also)|also\sread|see\salso|you\s(?:may|might)\salso\s(?:like|be\sinterested\sin)
        |don['’]t\smiss|most\s(?:read|popular|viewed)|more\s(?:stories|news|headlines|on\sthis)""",
    re.IGNORECASE | re.VERBOSE,
)
"""``RELATED STORIES`` alone: what follows it are headlines of other stories."""

SHARE_WORDS: Final = frozenset(
    [
        "share",
        "tweet",
        "post",
        "email",
        "e-mail",
        "print",
        "facebook",
        "twitter",
        "pinterest",
        "whatsapp",
        "linkedin",
        "reddit",
        "flipboard",
        "tumblr",
        "telegram",
        "messenger",
        "comment",
        "comments",
        "save",
        "copy",
        "link",
        "sms",
        "viber",
        "bookmark",
        "this",
        "article",
        "story",
        "page",
        "on",
        "via",
        "all",
        "sharing",
        "options",
        "with",
        "more",
        "text",
        "size",
        "tt",
        "a+",
        "a-",
        "google+",
        "pocket",
        "gift",
        "instagram",
        "snapchat",
        "flip",
        "plus",
        "digg",
        "delicious",
        "to",
        "a",
        "friend",
        "url",
        "|",
        "/",
        "·",
        "•",
    ]
)
SHARE_SIGNS: Final = frozenset(
    [
        "tweet",
        "facebook",
        "twitter",
        "pinterest",
        "whatsapp",
        "linkedin",
        "reddit",
        "flipboard",
        "tumblr",
        "telegram",
        "viber",
        "tt",
        "email",
        "e-mail",
        "print",
        "copy",
        "instagram",
    ]
)
