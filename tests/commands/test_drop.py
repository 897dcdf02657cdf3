"""A watched drop: when a file is complete, and where it goes. Time is a number here."""

import os

import pytest

from worker.commands.drop import Drop, DropError, Gone, Unfinished, Unreadable
from worker.commands.payloads import Facts
from worker.commands.watching import payloads_of


@pytest.fixture
def drop(tmp_path):
    made = Drop(tmp_path, done=tmp_path / "done", failed=tmp_path / "failed", settle=2.0)
    made.open()
    yield made
    made.close()


def names(paths):
    return [path.name for path in paths]


def test_a_file_is_complete_when_it_kept_still_for_so_long(drop):
    story = drop.folder / "story.xml"
    story.write_bytes(b"<nitf>")
    assert drop.complete(10.0) == []
    assert drop.complete(11.9) == []
    with story.open("ab") as writer:
        writer.write(b"</nitf>")
    assert drop.complete(12.5) == []
    assert drop.complete(14.4) == []
    assert names(drop.complete(14.6)) == ["story.xml"]


@pytest.mark.parametrize(
    "name", [".story.xml", "story.xml.tmp", "story.PART", "~story.xml", "story.xml~", "a.filepart"]
)
def test_what_has_a_temporary_name_waits_for_its_rename_and_is_then_complete_at_once(drop, name):
    written = drop.folder / name
    written.write_bytes(b"<nitf/>")
    assert drop.complete(0.0) == []
    assert drop.complete(100.0) == []
    written.rename(drop.folder / "story.xml")
    assert names(drop.complete(100.1)) == ["story.xml"]


def test_a_file_that_grew_before_its_rename_was_seen_has_to_keep_still_like_any_other(drop):
    written = drop.folder / "story.tmp"
    written.write_bytes(b"<nitf>")
    drop.complete(0.0)
    written.write_bytes(b"<nitf></nitf>")
    written.rename(drop.folder / "story.xml")
    assert drop.complete(1.0) == []
    assert names(drop.complete(3.0)) == ["story.xml"]


def test_complete_files_come_in_the_order_they_were_written(drop):
    for number, name in enumerate(["c", "a", "b"]):
        (drop.folder / name).write_bytes(b"x")
        os.utime(drop.folder / name, (number, number))
    drop.complete(0.0)
    assert names(drop.complete(2.0)) == ["c", "a", "b"]


def test_an_empty_file_is_waited_for_longer_and_then_no_payload(drop):
    (drop.folder / "story.xml").touch()
    drop.complete(0.0)
    assert drop.complete(19.0) == []
    (path,) = drop.complete(20.0)
    with pytest.raises(Unreadable, match="empty"):
        drop.read(drop.take(path), 100)


def test_the_same_name_again_is_another_file_and_nothing_in_done_is_overwritten(drop):
    moved = []
    for number in range(3):
        (drop.folder / "story.v1.xml").write_bytes(f"{number}".encode())
        taken = drop.take(drop.folder / "story.v1.xml")
        (drop.folder / "story.v1.xml").write_bytes(b"the next one, written meanwhile")
        assert drop.read(taken, 100) == f"{number}".encode()
        moved.append(drop.finish(taken))
    assert names(moved) == ["story.v1.xml", "story.v1~2.xml", "story.v1~3.xml"]
    assert [path.read_bytes() for path in moved] == [b"0", b"1", b"2"]


def test_a_name_as_long_as_the_file_system_takes_keeps_its_suffix_and_has_its_reason(drop):
    name = "ü" * 125 + ".xml"
    (drop.folder / name).write_bytes(b"x")
    moved = drop.fail(drop.take(drop.folder / name), "unreadable: a test")
    assert moved.suffix == ".xml"
    assert (drop.failed / f"{moved.name}.reason.txt").read_text(encoding="utf-8") == "unreadable: a test\n"


def test_a_file_that_is_written_on_while_it_is_taken_is_left_until_it_keeps_still(drop):
    story = drop.folder / "story.xml"
    story.write_bytes(b"<nitf>")
    drop.complete(0.0)
    drop.complete(2.0)
    with story.open("ab", buffering=0) as writer:
        taken = drop.take(story)
        writer.write(b"</nitf>")
        with pytest.raises(Unfinished):
            drop.read(taken, 100)
        drop.release(taken)
    assert drop.complete(3.0) == []
    assert drop.complete(5.0) == [taken]
    assert drop.read(drop.take(taken), 100) == b"<nitf></nitf>"


def test_what_a_killed_run_took_comes_first_in_the_next(drop):
    (drop.folder / "old.xml").write_bytes(b"old")
    drop.take(drop.folder / "old.xml")
    drop.close()
    again = Drop(drop.folder, done=drop.done, failed=drop.failed, settle=2.0)
    again.open()
    (drop.folder / "new.xml").write_bytes(b"new")
    os.utime(drop.folder / "new.xml", (1, 1))
    again.complete(0.0)
    found = again.complete(2.0)
    assert names(found) == ["old.xml", "new.xml"]
    assert names(again.finish(again.take(path)) for path in found) == ["old.xml", "new.xml"]
    assert again.complete(9.0) == []
    again.close()


def test_links_and_special_files_are_never_opened(drop, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.txt"
    secret.write_text("not for the wire")
    (drop.folder / "link.txt").symlink_to(secret)
    (drop.folder / "folder").symlink_to(secret.parent)
    os.mkfifo(drop.folder / "pipe.txt")
    assert drop.complete(0.0) == []
    assert drop.complete(9.0) == []
    assert sorted(names(drop.failed.iterdir())) == [
        "folder", "folder.reason.txt", "link.txt", "link.txt.reason.txt", "pipe.txt", "pipe.txt.reason.txt"
    ]  # fmt: skip
    assert secret.read_text() == "not for the wire"


def test_a_link_that_takes_the_place_of_a_taken_file_is_not_followed(drop, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.txt"
    secret.write_text("not for the wire")
    (drop.folder / "story.txt").write_bytes(b"x")
    taken = drop.take(drop.folder / "story.txt")
    taken.unlink()
    taken.symlink_to(secret)
    with pytest.raises(Unreadable):
        drop.read(taken, 100)


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz"])
def test_a_link_in_the_place_of_taken_lines_is_not_followed_either(drop, tmp_path_factory, name):
    secret = tmp_path_factory.mktemp("elsewhere") / name
    secret.write_bytes(b'{"text": "not for the wire"}\n')
    (drop.folder / name).write_bytes(b'{"text": "late"}\n')
    taken = drop.take(drop.folder / name)
    taken.unlink()
    taken.symlink_to(secret)
    with pytest.raises(Unreadable):
        list(payloads_of(drop, taken, 100, Facts()))


@pytest.mark.parametrize("target", ["../secret.txt", "/etc/hostname", "nowhere", ".", "done", "again.txt"])
def test_a_link_to_anywhere_goes_to_failed_as_a_link_with_its_reason(tmp_path, target):
    (tmp_path / "secret.txt").write_text("not for the wire")
    (tmp_path / "drop").mkdir()
    made = Drop(tmp_path / "drop", done=tmp_path / "drop/done", failed=tmp_path / "drop/failed", settle=0.0)
    made.open()
    (made.folder / "again.txt").symlink_to(target)
    assert made.complete(0.0) == []
    assert (made.failed / "again.txt").is_symlink()
    assert (made.failed / "again.txt.reason.txt").read_text().startswith("not_a_file: a link")
    assert list(made.done.iterdir()) == []
    made.close()


@pytest.mark.parametrize("place", ["done", "failed", ".wiretrace-taken", ".wiretrace-lock"])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_in_the_place_of_one_of_our_folders_is_refused(tmp_path, place, there):
    outside = tmp_path / "outside"
    if there:
        outside.mkdir()
    (tmp_path / "drop").mkdir()
    folder = tmp_path / "drop"
    (folder / place).symlink_to(outside)
    with pytest.raises(DropError, match=f"{place}: "):
        Drop(folder, done=folder / "done", failed=folder / "failed", settle=2.0).open()
    assert outside.exists() == there
    assert not there or list(outside.iterdir()) == []
    (folder / place).unlink()
    again = Drop(folder, done=folder / "done", failed=folder / "failed", settle=2.0)
    again.open()  # the refusal left nothing locked
    again.close()


@pytest.mark.parametrize("move", ["finish", "fail"])
def test_a_link_that_takes_the_place_of_a_folder_moves_no_file_elsewhere(drop, tmp_path_factory, move):
    outside = tmp_path_factory.mktemp("elsewhere")
    (drop.folder / "story.txt").write_bytes(b"x")
    taken = drop.take(drop.folder / "story.txt")
    for place in (drop.done, drop.failed, taken.parent.parent):
        place.rename(place.with_name(f"{place.name}-ours"))
        place.symlink_to(outside)
    moved = drop.finish(taken) if move == "finish" else drop.fail(taken, "unreadable: a test")
    assert moved.name == "story.txt"
    assert list(outside.iterdir()) == []
    ours = drop.folder / ("done-ours" if move == "finish" else "failed-ours")
    assert (ours / "story.txt").read_bytes() == b"x"


def test_a_folder_that_is_gone_ends_the_watch_and_the_file_stays_taken(drop):
    (drop.folder / "story.txt").write_bytes(b"x")
    taken = drop.take(drop.folder / "story.txt")
    drop.done.rmdir()
    with pytest.raises(DropError, match="cannot be moved to"):
        drop.finish(taken)
    assert taken.read_bytes() == b"x"


@pytest.mark.parametrize(
    "name",
    ["a..b.xml", "x..", "%2e%2e%2fpasswd", "..\\..\\win.ini", "-rf", "two\nlines.xml", "$(id).txt", "C:"],
)
def test_a_name_is_a_name_and_leads_nowhere(tmp_path, name):
    folder = tmp_path / "drop"
    folder.mkdir()
    made = Drop(folder, done=folder / "done", failed=folder / "failed", settle=0.0)
    made.open()
    (folder / name).write_bytes(b"x")
    for path in made.complete(0.0):
        taken = made.take(path)
        assert made.read(taken, 100) == b"x"
        assert made.finish(taken) == made.done / name
    left = names(each for each in folder.iterdir() if not each.name.startswith(".wiretrace"))
    if name.startswith(".."):  # a temporary name, as every one that begins with a point
        assert sorted(left) == sorted(["done", "failed", name])
    else:
        assert (sorted(left), names(made.done.iterdir())) == (["done", "failed"], [name])
    assert names(tmp_path.iterdir()) == ["drop"]
    made.close()


def test_a_file_over_the_limit_is_not_read(drop):
    (drop.folder / "huge").write_bytes(b"x" * 101)
    with pytest.raises(Unreadable, match="too_large: 101 bytes, the topic takes 100"):
        drop.read(drop.take(drop.folder / "huge"), 100)


def test_a_drop_is_watched_by_one_process(drop):
    with pytest.raises(DropError, match="another wiretrace watches it"):
        Drop(drop.folder, done=drop.done, failed=drop.failed, settle=2.0).open()


def test_done_must_not_be_the_drop_itself(tmp_path):
    with pytest.raises(DropError, match="different folders"):
        Drop(tmp_path, done=tmp_path / "x" / "..", failed=tmp_path / "failed", settle=2.0).open()
    with pytest.raises(DropError, match="no such directory"):
        Drop(tmp_path / "none", done=tmp_path, failed=tmp_path, settle=2.0).open()


def test_a_file_that_its_client_takes_back_is_nobodys_fault(drop):
    story = drop.folder / "story.xml"
    story.write_bytes(b"<nitf/>")
    drop.complete(0.0)
    (path,) = drop.complete(2.0)
    story.unlink()
    with pytest.raises(Gone):
        drop.take(path)
    assert drop.complete(3.0) == []
    assert list((drop.folder / ".wiretrace-taken").iterdir()) == []
