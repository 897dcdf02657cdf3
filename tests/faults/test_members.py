"""Several workers place as one does, and fault tallies tell what is wrong."""

from functools import partial

import pytest

from tests.faults import members
from tests.faults.tally import Differences


@pytest.mark.broker
@pytest.mark.slow
async def test_two_workers_share_the_payloads_and_place_what_one_places(kafka, tmp_path):
    source = partial(members.generated, count=300, seed=4)
    rows = [
        await members.run(kafka.bootstrap, "short", source, workers=workers, logs=tmp_path)
        for workers in (1, 2)
    ]
    assert all(row.clean() for row in rows), members.render(rows)
    assert rows[0].membership == rows[1].membership
    assert len(rows[0].membership) == 60
    assert sum(rows[1].split) == 300
    assert min(rows[1].split) > 0


def test_a_story_that_moved_is_told_apart():
    calm = frozenset({frozenset({"quake", "quake-cut"}), frozenset({"vote"})})
    moved = frozenset({frozenset({"quake"}), frozenset({"quake-cut", "vote"})})
    assert members.apart(calm, calm) == 0
    assert members.apart(calm, moved) == 4


def test_two_tellings_agree_in_any_interleaving_and_a_changed_a_missing_and_an_added_one_are_counted():
    same = Differences()
    for published in (True, False):
        for value in (b"1", b"2"):
            same.hear("canonical-variants", b"quake", value, published=published)
    assert same.count() == 0
    other = Differences()
    other.hear("canonical-variants", b"quake", b"1", published=True)
    other.hear("canonical-variants", b"quake", b"2", published=False)
    other.hear("canonical-variants", b"vote", b"1", published=True)
    other.hear("canonical-stories", b"storm", b"1", published=False)
    assert other.count() == 3
