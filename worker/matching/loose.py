"""What is left of a word when tense, number and figures do not count? Text → loose words.

A light reduction, made for comparing sentences that are candidates already; fingerprints do not use it.
"""

from itertools import chain
from typing import Final

from worker.matching.known import Known
from worker.matching.spelling import spell
from worker.matching.words import folded

_SAME: Final = {
    form: lemma
    for lemma, forms in {
        "be": "is are was were been being am",
        "have": "has had having",
        "do": "does did doing done",
        "will": "would",
        "can": "could",
        "may": "might",
        "say": "says said saying",
        "make": "makes made making",
        "take": "takes took taken taking",
        "go": "goes went gone going",
        "come": "comes came coming",
        "get": "gets got getting",
        "give": "gives gave given giving",
        "tell": "tells told telling",
        "know": "knows knew known",
        "see": "sees saw seen seeing",
        "begin": "begins began begun beginning",
        "hold": "holds held holding",
        "lead": "leads led leading",
        "leave": "leaves left leaving",
        "meet": "meets met meeting",
        "win": "wins won winning",
        "rise": "rises rose risen rising",
        "fall": "falls fell fallen falling",
        "grow": "grows grew grown growing",
        "find": "finds found finding",
        "build": "builds built building",
        "send": "sends sent sending",
        "a": "an",
    }.items()
    for form in forms.split()
}
_ENDINGS: Final = ("ing", "ed", "es")


def loose(word: str) -> str:
    """Reduce a folded word to what survives a change of tense, number, spelling or figure.

    >>> [loose(word) for word in ("was", "strengthens", "strengthening", "350", "5th", "bus")]
    ['be', 'strengthen', 'strengthen', '0', '0', 'bus']
    """
    if word[0].isdigit():
        return "0"
    word = spell(word)
    if (same := _SAME.get(word)) is not None:
        return same
    if len(word) > 5 and word.endswith(_ENDINGS):
        return word[: -3 if word[-1] == "g" else -2].rstrip("e")
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "su":
        word = word[:-1]
    return word.rstrip("e") if len(word) > 4 else word


def _read(chunk: str) -> tuple[str, ...]:
    return tuple([loose(word) for word in folded(chunk)])


_CHUNKS: Final = Known(_read)  # what stands between two spaces


def loose_words(text: str) -> tuple[str, ...]:
    """Read the loose words of a text, one for each folded word.

    >>> loose_words("U.S. troops were leaving")
    ('us', 'troop', 'be', 'leave')
    """
    return tuple(chain.from_iterable(map(_CHUNKS.__getitem__, text.split())))
