"""What other outlets do to copy: paragraphs in, paragraphs out. All that they add is made up here."""

import random
import re
import textwrap
from collections.abc import Callable
from typing import Final

from worker.matching.words import NUMBERS

Rewriting = Callable[[list[str], random.Random], list[str]]

OUTLET: Final = "The Marlow Ledger"  # whose header and footer these are
HEADER: Final = [OUTLET, "Home · Local · Weather · Obituaries · Classified", "Updated 4 minutes ago"]
FOOTER: Final = [
    "Have a tip for our newsroom? Write to desk@marlowledger.example or call the desk at any hour of day.",
    "The Marlow Ledger is delivered to more than forty thousand doorsteps in the valley each morning.",
    "Become a member today and read every story we publish for less than the price of one coffee a week.",
    "Readers are asked to keep comments polite and to the point; those that are not will be taken down.",
    "Share this story with your neighbours",
    "More from Marlow: Ferry timetable changes after the storm season",
    "More from Marlow: Why the old mill bridge stays closed until spring",
    "Sign up for our morning briefing, which arrives in your inbox before breakfast every day of the week.",
    "Photographs on this site may not be used again without the consent of the Ledger's picture desk.",
    "© Marlow Ledger Company. All rights are reserved by the company and its partners.",
]
HEADLINES: Final = [
    "Ferry timetable changes after the storm season",
    "Five things to know about the harbour election",
    "Why the old mill bridge stays closed until spring",
    "Watch: Lifeboat crew rescues a dog from the quay",
]
_PHRASES: Final = [
    "the ferryman/two teachers from the hill/a retired judge/our columnist/the choir/the lifeboat crew",
    "wondered aloud/told anybody who cared to listen/had long suspected/would not believe/read with a sigh",
    "what the rest of the valley makes of it/how such a thing can happen twice/why nobody had asked before",
    "at the market on Saturday/over a plate of herring/on the steps of the town hall/during the interval",
    "while the rain kept on/and the band played all the same/before the shops opened/as the tide went out",
]
BRITISH: Final = [
    (r"(?<=\w{3})iz(?=(?:e|ed|es|ing|ation)\b)", "is"),
    (r"\b([Ll]ab|[Ff]av|[Cc]ol|[Hh]on|[Nn]eighb)or", r"\1our"),
    (r"\b([Dd])efense\b", r"\1efence"),
    (r"\b([Cc])enter\b", r"\1entre"),
    (r"\b([Tt])oward\b", r"\1owards"),
    (r"\b([Pp])rogram\b", r"\1rogramme"),
    (r"\bU\.S\.", "US"),
    (r"\bpercent\b", "per cent"),
    (r"\bSen\. ", "Senator "),
    (r"\bRep\. ", "Representative "),
    (r"\bGov\. ", "Governor "),
]
_STRAIGHT: Final = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "—": "-", "–": "-", "…": "..."})
_SPELT: Final = {value: word for word, value in NUMBERS.items()}
_TENSES: Final = {"said": "says", "is": "was", "are": "were", "has": "had", "have": "had", "will": "would"}
_DAYS: Final = dict.fromkeys("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(), "yesterday")


def _prose(chance: random.Random, sentences: int = 3) -> str:
    """Write a paragraph that no other story has."""
    told = (" ".join(chance.choice(part.split("/")) for part in _PHRASES) for _ in range(sentences))
    return " ".join(sentence[0].upper() + sentence[1:] + "." for sentence in told)


def _other_quotes(copy: list[str], _: random.Random) -> list[str]:
    return [
        text.translate(_STRAIGHT)
        if re.search("[“”’‘]", text)
        else re.sub(r'(?<!\S)"', "“", text).replace('"', "”").replace("'", "’")
        for text in copy
    ]


def _british(copy: list[str], _: random.Random) -> list[str]:
    for pattern, spelling in BRITISH:
        copy = [re.sub(pattern, spelling, text) for text in copy]
    return copy


def _spelt(copy: list[str], _: random.Random) -> list[str]:
    number = re.compile(r"(?<![\w.,$])\d{1,2}(?![\w,%]|\.\d)")
    return [number.sub(lambda at: _SPELT.get(at[0], at[0]), text).replace("%", " percent") for text in copy]


def _with_headlines(copy: list[str], _: random.Random) -> list[str]:
    result: list[str] = []
    for at, text in enumerate(copy, 1):
        result += [text] if at % 3 else [text, HEADLINES[at // 3 % len(HEADLINES)]]
    return result


def _with_injected(copy: list[str], _: random.Random) -> list[str]:
    """Put related headlines into the sentences themselves."""
    result = []
    for at, text in enumerate(copy):
        words = text.split(" ")
        if at % 3 == 1 and len(words) > 12:
            words.insert(len(words) // 2, f"[Related: {HEADLINES[at // 3 % len(HEADLINES)]}]")
        result.append(" ".join(words))
    return result


def _odd_spaces(copy: list[str], chance: random.Random) -> list[str]:
    """Put no-break spaces between words and soft hyphens into long ones."""
    return [
        "".join(
            f"{part[: len(part) // 2]}\xad{part[len(part) // 2 :]}"
            if part.isalpha() and len(part) > 8
            else "\xa0"
            if part == " " and chance.random() < 0.2
            else part
            for part in re.split(r"( )", text)
        )
        for text in copy
    ]


def _thinned(copy: list[str], _: random.Random) -> list[str]:
    return [text for at, text in enumerate(copy, 1) if at % 3]


def _exchanged(copy: list[str], _: random.Random) -> list[str]:
    middle = (len(copy) + 1) // 2
    return [*copy[:1], *copy[middle:], *copy[1:middle]]


def _retold(copy: list[str], _: random.Random) -> list[str]:
    swaps = _TENSES | _DAYS
    return [" ".join(swaps.get(word, word) for word in text.split(" ")) for text in copy]


def _reworded(copy: list[str], chance: random.Random) -> list[str]:
    """Exchange one word in six for another of the same copy, as a machine that paraphrases badly."""
    stock = sorted({word for text in copy for word in text.split(" ") if word.isalpha()})
    return [
        " ".join(
            chance.choice(stock) if stock and chance.random() < 1 / 6 else word for word in text.split(" ")
        )
        for text in copy
    ]


def _framed(copy: list[str], _: random.Random) -> list[str]:
    return [*HEADER, *copy, *FOOTER]


def _all_at_once(copy: list[str], chance: random.Random) -> list[str]:
    for each in (_british, _other_quotes, _spelt, _exchanged, _with_headlines, _odd_spaces, _framed):
        copy = each(copy, chance)
    return copy


REWRITINGS: Final[dict[str, Rewriting]] = {
    "as it is": lambda copy, _: copy,
    "every third paragraph gone": _thinned,
    "first five paragraphs": lambda copy, _: copy[:5],
    "second half first": _exchanged,
    "own lede of two paragraphs": lambda copy, chance: [_prose(chance), _prose(chance), *copy[1:]],
    "headlines between paragraphs": _with_headlines,
    "headlines inside sentences": _with_injected,
    "three paragraphs in one": lambda copy, _: [" ".join(copy[at : at + 3]) for at in range(0, len(copy), 3)],
    "a sentence a paragraph": lambda copy, _: [
        part for text in copy for part in re.split(r"(?<=[.!?]) (?=[A-Z])", text)
    ],
    "lines of 68 characters": lambda copy, _: ["\n".join(textwrap.wrap(text, 68)) for text in copy],
    "lede in capitals": lambda copy, _: [
        " ".join(word.upper() if at < 6 else word for at, word in enumerate(copy[0].split(" "))),
        *copy[1:],
    ],
    "other quotation marks": _other_quotes,
    "no quotation marks": lambda copy, _: [re.sub('["“”]', "", text) for text in copy],
    "British spelling": _british,
    "figures as words": _spelt,
    "tense and days": _retold,
    "one word in six another": _reworded,
    "no-break spaces, soft hyphens": _odd_spaces,
    "bullets": lambda copy, _: [f"• {text}" for text in copy],
    "dateline": lambda copy, _: [f"MARLOW, Nov. 3 (AP) — {copy[0]}", *copy[1:]],
    "header and footer": _framed,
    "most of it at once": _all_at_once,
}
SHARED: Final[dict[str, Rewriting]] = {
    "the same header and footer": _framed,
    "the same appeals in the text": lambda copy, _: [
        line for at, text in enumerate(copy) for line in ([text, FOOTER[at % 4]] if at % 4 == 3 else [text])
    ],
}
"""What is done to both sides of a pair."""
