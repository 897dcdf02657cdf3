"""The life of one wire story as payloads: an agency in ANPA 1312, six outlets as pages and articles."""

import html
import json
from dataclasses import dataclass

HEADLINE = "Grain elevator fire in Pellmouth destroys harvest"
WRONG, RIGHT = "four hundred tons", "nine hundred tons"
ALERT = [
    (
        "PELLMOUTH, Quillshire (AP) _ A fire is burning through the largest grain elevator on the Quill"
        " estuary and two neighboring streets are being cleared, the fire service says."
    )
]
BODY = [
    (
        "The elevator, a landmark of the estuary since 1911, caught fire shortly after the night shift had"
        " left, said Dora Wexley, who runs the port of Pellmouth."
    ),
    (
        f"About {WRONG} of barley and rye were in its bins, waiting for two coasters that were due to load"
        " before the weekend."
    ),
    (
        "Families from Malt Lane and Cooper Street spent the night in the gymnasium of the high school,"
        " where volunteers served soup and handed out blankets."
    ),
    (
        "Investigators will look at a conveyor belt that was repaired in spring, fire chief Anton Rusk told"
        " reporters on the quay."
    ),
    (
        "The cooperative that owns the building insured the harvest but not the machines, its chairwoman"
        " said, and farmers asked when they would be paid."
    ),
    "Pellmouth ships grain from some three hundred farms, and the next elevator is a day away by barge.",
]
FIRST = [
    (
        "PELLMOUTH, Quillshire (AP) _ Fire gutted the largest grain elevator on the Quill estuary on Tuesday"
        " and forced the people of two streets from their homes."
    ),
    *BODY,
]
SECOND = [
    (
        "PELLMOUTH, Quillshire (AP) _ Firefighters put out the blaze in Pellmouth's grain elevator on"
        " Wednesday, a day after it had driven ninety families from two streets."
    ),
    (
        "Ninety families may return by evening once the engineers have looked at the west wall, the mayor"
        " of the town told a meeting in the gymnasium."
    ),
    *BODY,
]
THIRD = [text.replace(WRONG, RIGHT) for text in SECOND]
SLUG = "BC-QS--Pellmouth Elevator"


@dataclass(frozen=True, slots=True)
class Sent:
    """One payload: file name, bytes, and what its headers say."""

    name: str
    body: bytes
    time: str
    outlet: str | None = None
    url: str | None = None


def anpa(  # noqa: PLR0913 - the fields of a header
    copy: list[str], *, number: str, keyword: str, priority: str = "r", headline: str | None = HEADLINE,
    eds: str | None = None, time: str = "0900", day: str = "03-14-23",
) -> bytes:  # fmt: skip
    """Frame one story as AP does."""
    above = [*([headline] if headline else []), *([f"Eds: {eds}"] if eds else [])]
    lines = [
        f"\x16\x16\x01{number}\x1fasian",
        f"{priority} a\x13\x11 BC-QS--PellmouthElevator  03-14 0500",
        f"\x02^{keyword}<",
        *(f"^{line}<" for line in above),
        *(f"\t   {text}" for text in copy),
        f"\t   \x03AP-WF-{day} {time}GMT<",
        "\x0c",
        "\x04",
    ]
    return "\r\n".join(lines).encode("cp1252")


def article(copy: list[str], outlet: str, *, title: str = HEADLINE) -> bytes:
    """Write an article as a content system exports it."""
    text = "\n\n".join(text.replace(" _ ", " — ") for text in copy)
    return json.dumps({"outlet": outlet, "title": title, "text": text}).encode()


def page(copy: list[str], *, title: str = HEADLINE) -> bytes:
    """Write an article as a page."""
    paragraphs = "\n".join(f"<p>{html.escape(text.replace(' _ ', ' — '))}</p>" for text in copy)
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1>\n"
        f"{paragraphs}\n</article></body></html>"
    ).encode()


def life() -> list[Sent]:
    """Alert, two writethrus, a correction, a kill, and what six outlets do meanwhile, in order."""
    day = "2023-03-14T{}:00Z"

    def outlet(name: str, copy: list[str], time: str, *, url: str | None = None) -> Sent:
        url = url or f"https://{name.lower()}.example/elevator"
        body = page(copy) if name in {"Argus", "Dispatch"} else article(copy, name)
        return Sent(name, body, day.format(time), name, url)

    def wire(name: str, time: str, body: bytes) -> Sent:
        return Sent(name, body, day.format(time))

    removed = ["This story has been removed. The Associated Press has withdrawn it."]
    return [
        wire("alert", "09:00", anpa(ALERT, number="f1001", keyword="BC-QS--Pellmouth Elevator, NewsAlert,30",
                                    priority="f", headline=None, time="0858")),
        outlet("Clarion", ALERT, "09:05"),
        wire("first", "09:30", anpa(FIRST, number="f1002", keyword=f"{SLUG}, 1st Ld-Writethru,230",
                                    time="0929")),
        outlet("Argus", FIRST, "09:40"),
        outlet("Beacon", FIRST[:4], "09:45"),
        wire("second", "11:00", anpa(SECOND, number="f1003", keyword=f"{SLUG}, 2nd Ld-Writethru,260",
                                     eds="UPDATES with fire put out.", time="1058")),
        outlet("Dispatch", SECOND, "11:10"),
        wire("correction", "12:00", anpa(THIRD, number="f1004", keyword=f"{SLUG}, 3rd Ld-Writethru,260",
                                         eds="CORRECTS amount of grain in third paragraph.", time="1159")),
        outlet("Argus", THIRD, "12:20"),
        outlet("Echo", SECOND, "12:40"),
        wire("kill", "13:00", anpa(
            ["Kill the Pellmouth Elevator story, f1004. The fire chief denies that he spoke to reporters.",
             "A kill is mandatory.", "Make certain the story is not published."],
            number="f1005", keyword=f"{SLUG}, KILL,40", priority="b", headline=None, time="1255",
        )),
        outlet("Dispatch", removed, "13:10"),
        outlet("Forum", THIRD[:5], "13:30"),
    ]  # fmt: skip


EVENTS = [
    ("correct", "ordered", None, {"Argus", "Beacon", "Dispatch"}),
    ("correct", "corrected", "Argus", {"Beacon", "Dispatch"}),
    ("correct", "ran", "Echo", {"Beacon", "Dispatch", "Echo"}),
    ("kill", "ordered", None, {"Argus", "Beacon", "Clarion", "Dispatch", "Echo"}),
    ("kill", "took_down", "Dispatch", {"Argus", "Beacon", "Clarion", "Echo"}),
    ("kill", "ran", "Forum", {"Argus", "Beacon", "Clarion", "Echo", "Forum"}),
]
"""Order, cause, outlet, and who carries the copy after it."""
CARRIED = {"Clarion": "alert", "Argus": "correction", "Beacon": "first", "Dispatch": "second",
           "Echo": "second", "Forum": "correction"}  # fmt: skip
"""The version that each outlet carries at last, by the name of its payload."""
