"""Parquet files: merges resolved, times bounded, columns as the dictionary tells."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from topics.items import Event
from topics.messages import (
    Coordinates,
    LapseV1,
    Link,
    MergeV1,
    Paragraph,
    ParagraphChange,
    Passage,
    StoryV1,
    Swap,
    Variant,
    VariantV1,
)
from worker.export import dictionary
from worker.export.columns import COPY, FILES, LINKS, STORIES, meaning
from worker.export.parquet import Export


def event(message, at=1_795_381_500_000):
    return Event(
        message=message,
        schema=message.schema,
        topic="canonical-variants",
        partition=0,
        offset=0,
        timestamp=at,
    )


def placed(number, canonical, *, outlet="Pier Post", seen="2026-11-22T21:05:00.000Z", links=(), **variant):
    coordinates = Coordinates(topic="payloads", partition=0, offset=number)
    facts = {"relation": "original", "coverage": 1.0, "novelty": 0.0, "sequence": 1, **variant}
    return event(
        VariantV1(
            status="placed",
            canonical_id=canonical,
            sequence=facts["sequence"],
            story_id=f"s{number}",
            outlet=outlet,
            headline=f"Headline {number}",
            seen=seen,
            variant=Variant(**facts),
            links=links,
            story=StoryV1(
                id=f"s{number}",
                coordinates=coordinates,
                source_format="page-text",
                outlet=outlet,
                paragraphs=(Paragraph(text="The pier's board – nine “to” two"), Paragraph(text="voted.")),
            ),
            coordinates=coordinates,
        )
    )


def export(to, events, **bounds):
    with Export(to, **bounds) as writer:
        for each in events:
            writer.take(each)
        return writer.write(), writer.links


def rows(query, *files):
    with duckdb.connect() as database:
        return database.execute(query, [str(each) for each in files]).fetchall()


def test_a_story_belongs_to_what_its_canonical_story_became_however_often_it_merged(tmp_path):
    to = tmp_path / "stories.parquet"
    merge = [
        event(MergeV1(canonical_id="c", into="b", story_id="s9")),
        event(MergeV1(canonical_id="b", into="a", story_id="s9")),
    ]
    early = "2026-11-22T20:00:00.000Z"
    stories = [
        placed(1, "a"),
        placed(2, "b", outlet="Isle Times"),
        placed(3, "c", seen=early),
        placed(4, "d"),
    ]
    written, _ = export(to, [stories[2], merge[0], *stories[:2], stories[3], merge[1]])
    assert written.stories == 4
    found = rows(
        "SELECT story_id, canonical_id, placed_in, canonical_headline, canonical_variants, canonical_outlets,"
        " epoch(canonical_founded) FROM read_parquet($1) ORDER BY story_id",
        to,
    )
    together = ("Headline 3", 3, 2, 1_795_377_600.0)
    assert found == [
        ("s1", "a", "a", *together),
        ("s2", "a", "b", *together),
        ("s3", "a", "c", *together),
        ("s4", "d", "d", "Headline 4", 1, 1, 1_795_381_500.0),
    ]


def test_what_differs_comes_as_lists_that_sql_can_open(tmp_path):
    to = tmp_path / "it's 50%.parquet"
    story = placed(
        1,
        "a",
        relation="edited",
        lag=12.5,
        names=(Swap(canonical="Alkonis", variant="Al'cornis"),),
        figures=(Swap(canonical="5", variant="15"),),
        paragraphs=(
            ParagraphChange(change="kept", canonical=0, variant=0, similarity=1.0),
            ParagraphChange(change="dropped", canonical=1, similarity=0.0),
        ),
    )
    export(to, [story], copy=True)
    (found,) = rows(
        "SELECT names[1].variant, figures[1].variant, paragraphs_kept, paragraphs_dropped, paragraphs_added,"
        " paragraphs[2].variant, lag_seconds, words, copy[1], credit_lines.byline FROM read_parquet($1)",
        to,
    )
    assert found == ("Al'cornis", "15", 1, 1, 0, None, 12.5, 7, "The pier's board – nine “to” two", "none")


def test_the_copy_stays_at_home_unless_it_is_asked_for(tmp_path):
    to = tmp_path / "stories.parquet"
    export(to, [placed(1, "a")])
    assert "copy" not in {name for name, *_ in rows("DESCRIBE FROM read_parquet($1)", to)}
    assert b"nine" not in to.read_bytes()


@pytest.mark.parametrize("outlet", ["NUL \0 Post", "line\u2028break\nPost", "😀\u202e", "x" * 1_000_000, ""])
def test_hostile_text_comes_back_as_it_was(tmp_path, outlet):
    to = tmp_path / "stories.parquet"
    export(to, [placed(1, "a", outlet=outlet)])
    assert rows("SELECT outlet FROM read_parquet($1)", to) == [(outlet,)]


def test_links_have_a_file_of_their_own_and_follow_merges_on_both_ends(tmp_path):
    tie = Link(
        type="shares_quotes",
        canonical_id="c",
        story_id="s2",
        share=0.25,
        passages=(Passage(own=(0, 1), other=(2, 2), words=40),),
    )
    events = [
        placed(2, "c"),
        placed(1, "a", links=(tie,)),
        event(MergeV1(canonical_id="c", into="b", story_id="s9")),
    ]
    written, links = export(tmp_path / "stories.parquet", events)
    assert (written.stories, written.links) == (2, 1)
    assert links.name == "stories.links.parquet"
    query = (
        "SELECT story_id, canonical_id, type, other_canonical_id, linked_to, share, passages[1].other"
        " FROM read_parquet($1)"
    )
    assert rows(query, links) == [("s1", "a", "shares_quotes", "b", "c", 0.25, [2, 2])]


def test_since_is_in_and_until_is_out_by_delivery_and_a_story_still_counts_what_is_outside(tmp_path):
    to = tmp_path / "stories.parquet"
    times = ["2026-11-22T21:00:00.000Z", "2026-11-22T22:00:00.000Z", "2026-11-22T23:00:00.000Z"]
    events = [placed(n, "a", seen=time, relation="verbatim") for n, time in enumerate(times)]
    export(to, events, since=1_795_384_800_000, until=1_795_388_400_000)
    assert rows("SELECT story_id, canonical_variants FROM read_parquet($1)", to) == [("s1", 3)]


def test_an_empty_log_is_an_empty_file_with_all_its_columns(tmp_path):
    to = tmp_path / "stories.parquet"
    written, links = export(to, [])
    assert (written.stories, written.links) == (0, 0)
    assert [name for name, *_ in rows("DESCRIBE FROM read_parquet($1)", to)] == [
        each.name for each in STORIES
    ]
    assert [name for name, *_ in rows("DESCRIBE FROM read_parquet($1)", links)] == [
        each.name for each in LINKS
    ]


def test_the_columns_of_the_file_are_those_of_the_dictionary_with_their_types(tmp_path):
    to = tmp_path / "stories.parquet"
    _, links = export(to, [placed(1, "a")], copy=True)
    spelt = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}
    for file, columns in zip((to, links), FILES.values(), strict=True):
        found = [
            (name, type_.replace('"', "")) for name, type_, *_ in rows("DESCRIBE FROM read_parquet($1)", file)
        ]
        assert found == [(each.name, spelt.get(each.type, each.type)) for each in columns]


def test_nothing_is_left_behind_and_the_old_file_stays_when_an_export_breaks(tmp_path):
    to = tmp_path / "stories.parquet"
    to.write_bytes(b"old")
    torn = placed(2, "a", seen="not a time")
    with pytest.raises(ValueError, match="not a time"):
        export(to, [placed(1, "a"), torn])
    assert [each.name for each in tmp_path.iterdir()] == ["stories.parquet"]
    assert to.read_bytes() == b"old"


def test_the_data_dictionary_is_fresh_and_every_column_has_a_meaning():
    assert dictionary.PAGE.read_text(encoding="utf-8") == dictionary.page()
    for columns in FILES.values():
        assert len({each.name for each in columns}) == len(columns)
        assert all(meaning(each) for each in columns)


def test_every_field_of_a_variant_is_exported():
    held = {each.field for each in (*STORIES, COPY)}
    assert {f"Variant.{name}" for name in Variant.__dataclass_fields__} <= held


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--to", "stories.csv"], "does not end in .parquet"),
        (["--to", "nowhere/stories.parquet"], "there is no folder"),
        (["--to", "stories.parquet", "--since", "soon"], "--since: 'soon'"),
        (["--to", "stories.parquet", "--since", "1d", "--until", "2d"], "--since has to be before --until"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(tmp_path, flags, said):
    done = subprocess.run(
        [sys.executable, "-m", "worker", "export", *flags],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_the_extra_it_says_how_to_get_it(tmp_path):
    code = "import sys; sys.modules['duckdb'] = None; from worker.__main__ import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, "export", "--to", str(tmp_path / "stories.parquet")],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "wiretrace: DuckDB is not installed: pip install 'wiretrace[export]', in a checkout '.[export]'\n",
    )


def test_a_story_whose_right_has_ended_has_no_text(tmp_path):
    to = tmp_path / "stories.parquet"
    swaps = {"names": (Swap(canonical="Mara", variant="Marah"),), "relation": "edited", "sequence": 2}
    lapse = LapseV1(canonical_id="a", sequence=3, story_id="s1", expires="2026-12-22T20:00:00.000Z")
    again = LapseV1(canonical_id="a", sequence=4, story_id="s1", expires="2026-12-23T20:00:00.000Z")
    stories = [placed(1, "a", **swaps), placed(2, "a", outlet="Isle Times", **swaps)]
    export(to, [*stories, event(lapse), event(again)], copy=True)
    found = rows(
        "SELECT story_id, headline, copy, names, canonical_headline, words, epoch(lapsed)"
        " FROM read_parquet($1) ORDER BY story_id",
        to,
    )
    text = ["The pier's board – nine “to” two", "voted."]
    pair = [{"canonical": "Mara", "variant": "Marah"}]
    assert [each[:4] for each in found] == [("s1", None, None, []), ("s2", "Headline 2", text, pair)]
    assert {each[4] for each in found} == {"Headline 2"}
    assert [each[5:] for each in found] == [(7, 1_797_969_600.0), (7, None)]
    assert b"Headline 1" not in to.read_bytes()
