import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.dialects.versions import VersionKind, headline_version, read_slugline, read_version


@pytest.mark.parametrize(
    ("label", "kind", "number", "part"),
    [
        ("1st Ld", VersionKind.LEAD, 1, None),
        ("2nd Ld-Writethru", VersionKind.WRITETHRU, 2, None),
        ("3rdLd-Writethru", VersionKind.WRITETHRU, 3, None),
        ("10th Add", VersionKind.ADD, None, 10),
        ("Take 2", VersionKind.TAKE, None, 2),
        ("Urgent", VersionKind.URGENT, None, None),
        ("UPDATE 4", VersionKind.UPDATE, 4, None),
        ("WITHHOLD", VersionKind.WITHHOLD, None, None),
        ("KILL KILL KILL", VersionKind.KILL, None, None),
        ("Corrective", VersionKind.CORRECTIVE, None, None),
        ("Adv 12-13", VersionKind.ADVANCE, None, None),
        ("4TH LEAD", VersionKind.LEAD, 4, None),
    ],
)
def test_a_label_tells_what_kind_of_version_it_is(label, kind, number, part):
    version = read_version(label)
    assert (version.kind, version.number, version.part) == (kind, number, part)


@pytest.mark.parametrize(
    "words", ["Harrow Ferry", "Lead pipes", "Kill Bill", "1st", "", "Update on the ferry", "x" * 99]
)
def test_words_that_are_no_label_are_none(words):
    assert read_version(words) is None


@pytest.mark.parametrize(
    ("line", "slug", "kind", "replaces", "words"),
    [
        ("BC-US--Harrow Ferry,127", "BC-US--Harrow Ferry", None, None, 127),
        (
            "BC-US--Harrow Ferry, 1st Ld-Writethru,127",
            "BC-US--Harrow Ferry",
            VersionKind.WRITETHRU,
            None,
            127,
        ),
        (
            "PM-Ferry Probe, 1st Ld-Writethru, a0512,300",
            "PM-Ferry Probe",
            VersionKind.WRITETHRU,
            "a0512",
            300,
        ),
        ("BC-HR--Ferry-Dog 1stLd-Writethru", "BC-HR--Ferry-Dog", VersionKind.WRITETHRU, None, None),
        ("HARROW-FERRY/ (UPDATE 2, PIX)", "HARROW-FERRY/", VersionKind.UPDATE, None, None),
        ("BC-EU--Summit, KILL,90", "BC-EU--Summit", VersionKind.KILL, None, 90),
        ("TRANSPORT Ferry", "TRANSPORT Ferry", None, None, None),
        ("BC-HR--Bed, Board, 99", "BC-HR--Bed, Board", None, None, 99),
    ],
)
def test_a_slug_is_parted_from_its_version_words(line, slug, kind, replaces, words):
    read = read_slugline(line)
    assert (read.slug, read.version and read.version.kind, read.replaces, read.words) == (
        slug,
        kind,
        replaces,
        words,
    )


def test_headline_labels_keep_the_number_of_the_update_under_a_correction():
    version = headline_version("CORRECTED-UPDATE 2-Ferry leaves Harrow")
    assert (version.kind, version.number) == (VersionKind.CORRECTED, 2)
    assert headline_version("CORRECTED (OFFICIAL)-Ferry leaves").kind is VersionKind.CORRECTED
    assert headline_version("FERRY-Last boat leaves Harrow") is None
    assert headline_version("Kill Bill returns to cinemas") is None


@given(st.text(max_size=300))
def test_any_line_is_read_without_an_error(line):
    read_slugline(line)
    headline_version(line)
    read_version(line)
