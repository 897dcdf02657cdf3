"""A local snapshot is what was written, or it is not used."""

import resource

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.stream.snapshot import Abandoned, Snapshots, Unusable

FACTS = {"window": None, "mark": [12, 2**64 - 1]}
ARRAYS = {
    "columns/id": np.arange(48, dtype=np.uint8).reshape(3, 16),
    "columns/seen": np.array([-1, 2**62], np.int64),
    "nothing": np.empty(0, np.uint32),
}


@pytest.fixture
def snapshots(tmp_path):
    return Snapshots(tmp_path / "state", prefix="staging")


def file_of(snapshots):
    (path,) = snapshots._path.parent.iterdir()
    return path


def test_what_was_written_is_read_back(snapshots):
    assert snapshots.read() is None
    assert snapshots.write(FACTS, ARRAYS) == file_of(snapshots).stat().st_size
    facts, arrays = snapshots.read()
    assert facts == FACTS
    assert {name: (each.dtype, each.tolist()) for name, each in arrays.items()} == {
        name: (each.dtype, each.tolist()) for name, each in ARRAYS.items()
    }


def test_the_later_one_replaces_the_earlier(snapshots):
    snapshots.write(FACTS, ARRAYS)
    snapshots.write({"mark": [13, 0]}, {})
    assert snapshots.read() == ({"mark": [13, 0]}, {})
    assert [path.name for path in file_of(snapshots).parent.iterdir()] == ["staging-place-0.state"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_wrong_bit_anywhere_and_it_is_not_used(snapshots, place, bit):
    snapshots.write(FACTS, ARRAYS)
    path = file_of(snapshots)
    whole = bytearray(path.read_bytes())
    whole[int(place * len(whole))] ^= 1 << bit
    path.write_bytes(whole)
    with pytest.raises(Unusable):
        snapshots.read()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_snapshot_that_is_cut_off_is_not_used(snapshots, share):
    snapshots.write(FACTS, ARRAYS)
    path = file_of(snapshots)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(Unusable):
        snapshots.read()


def test_a_snapshot_with_bytes_behind_it_is_not_used(snapshots):
    snapshots.write(FACTS, ARRAYS)
    with file_of(snapshots).open("ab") as file:
        file.write(b"x")
    with pytest.raises(Unusable, match="1 bytes too many"):
        snapshots.read()


def test_objects_are_never_read(snapshots):
    snapshots.write(FACTS, {"names": np.array(["a", "b"])})
    with pytest.raises(Unusable, match="of type <U1"):
        snapshots.read()


def test_a_full_disk_leaves_the_one_before(snapshots):
    snapshots.write(FACTS, ARRAYS)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            snapshots.write(FACTS, {"blocks": np.zeros(100_000, np.uint8)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert snapshots.read()[0] == FACTS
    assert file_of(snapshots).name == "staging-place-0.state"


def test_one_that_is_given_up_leaves_the_one_before(snapshots):
    snapshots.write(FACTS, ARRAYS)
    snapshots.abandoned = True
    with pytest.raises(Abandoned):
        snapshots.write({}, ARRAYS)
    assert snapshots.read()[0] == FACTS


def test_a_folder_that_cannot_be_made_is_an_error_of_the_disk(tmp_path):
    (tmp_path / "file").write_text("no folder")
    snapshots = Snapshots(tmp_path / "file", prefix="")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        snapshots.write(FACTS, ARRAYS)
    with pytest.raises(Unusable):
        snapshots.read()
    snapshots.discard()
