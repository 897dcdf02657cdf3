"""Habits of agencies, each in a file of our own: what a reader finds in it.

The structure is that of real transmissions, the words are ours.
"""

from pathlib import Path

import pytest

from worker.pipeline import split
from worker.story import Payload, Role, Story

HERE = Path(__file__).parent
FOUND = {
    "tass.xml": {
        "headline": "Harbour master dislikes new ferry rules", "native_id": "16AAC34CE1", "urgency": 2,
        "agency": "TASS", "first": "MOSCOW, January 21. /TASS/. The harbour master",
    },
    "anp.xml": {
        "headline": "Veerboot blijft in haven (2)", "native_version": "2", "agency": "ANP",
        "ed_note": "N i e u w bericht, vervangt: Veerboot vaart morgen weer",
        "first": "UTRECHT (ANP) - De veerboot blijft",
    },
    "kyodo.xml": {
        "slug": "Obit-Harbour", "agency": "Kyodo", "first": "The former harbour", "last": "He was 90.",
    },
    "tt.xml": {
        "agency": "TT", "byline": "Anna Vale/TT", "refers_to": ("20171220:TT:585152:0",),
        "native_ids": ("urn:newsml:tt.se:20171220:TT:585167:0", "585167", "20171220:TT:585167:0"),
        "first": "Den nya hamnen i staden blev inte klar", "last": "1) den stora",
    },
    "dpa.xml": {
        "transmission_no": "dpa 1153", "version_kind": "urgent", "ed_note": None,
        "first": "Berlin (dpa) - The harbour master",
    },
    "digitalwires.json": {
        "native_id": "urn:newsml:dpa.com:20090101:250128-930-357319", "agency": "dpa", "native_version": "2",
        "byline": "Von Anna Vale, dpa", "first": "New York (dpa) - Ein Schiff schockt",
    },
    "dpa.txt": {
        "headline": "Top EU court: Ferry can unilaterally return to port",
        "slug": "politics/Britain/EU/ferry",
        "byline": "By Helen Vale, dpa", "version_no": 2, "first": "Luxembourg (dpa) - A ferry could",
        "last": "Sailors hailed the ruling as a boost for their cause.",
    },
    "ats.txt": {
        "headline": "L'affaire du ferry a marqué la Ville", "slug": "Notes de port GE",
        "agency": "Keystone-SDA",
        "published": "2019-01-21T10:05:00Z", "first": "Genève (ats) Le scandale",
        "last": "«Il y aura un avant et un après», souligne le maire.",
    },
    "kyodo.txt": {
        "source_format": "anpa-1312", "slug": "BC-Soccer-Harbour-Cup", "transmission_no": "a0105",
        "agency": "Kyodo",
        "headline": "Soccer: Harbour Reds claim 7th Cup by beating Port Sendai", "urgency": 3,
        "published": "2018-12-09T21:37:00+09:00", "first": "SAITAMA, Japan, Dec. 9 Kyodo - Harbour Reds",
    },
    "release.xml": {
        "headline": "Signerte kontrakt om ny kai", "language": "no", "published": "2018-09-28T11:15:00Z",
        "first": "– Dette er en merkedag for havnen.",
    },
}  # fmt: skip


def stories(name):
    return [part for part in split(Payload(body=(HERE / name).read_bytes())) if isinstance(part, Story)]


@pytest.mark.parametrize("name", FOUND)
def test_an_agency_is_read_as_it_writes(name):
    (story,) = stories(name)
    expected = dict(FOUND[name])
    first, last = expected.pop("first"), expected.pop("last", "")
    assert {field: getattr(story, field) for field in expected} == expected
    copy = [paragraph for paragraph in story.paragraphs if paragraph.role is not Role.SUBHEAD]
    assert copy[0].text.startswith(first)
    assert copy[-1].text.endswith(last)


def test_an_item_in_two_languages_is_two_stories_with_their_leads():
    dutch, french = stories("belga.xml")
    assert (dutch.headline, dutch.language) == ("Veerboot stopt in haven", "nl")
    assert [part.text for part in dutch.paragraphs] == [
        "De veerboot stopt maandag in de haven van Oostende.",
        "De kapitein Van Geel zei dat de motor stuk was. Niemand raakte gewond.",
    ]
    assert (french.headline, french.language, len(french.paragraphs)) == ("Le ferry reste au port", "fr", 1)
    assert dutch.native_id != french.native_id


def test_every_file_is_read():
    assert {path.name for path in HERE.iterdir() if path.suffix in {".xml", ".txt", ".json"}} == {
        *FOUND,
        "belga.xml",
    }
