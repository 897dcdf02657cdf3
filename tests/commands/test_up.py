"""Broker, topics, worker and board come up together and leave nothing; a board that cannot be says why."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from worker.commands.services import free_port

ROOT = Path(__file__).resolve().parents[2]


def descendants(pid):
    """Processes that a process started, by the kernel's word."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = each.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found += [int(each.parent.name), *descendants(int(each.parent.name))]
    return found


@pytest.mark.broker
@pytest.mark.slow
def test_everything_comes_up_and_ctrl_c_leaves_nothing(tmp_path):
    flags = ["--data", str(tmp_path), "--port", "0", "--board-port", "0", "--http-port", str(free_port())]
    with subprocess.Popen(
        [sys.executable, "-m", "worker", "up", *flags], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(5)]
        name, board = told[0].split()
        assert name == "board"
        with urllib.request.urlopen(board, timeout=10) as page:  # noqa: S310 - an address of our own
            assert b"Nothing has moved yet" in page.read()
        started = descendants(process.pid)
        assert len(started) >= 3
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


def test_a_board_whose_address_is_taken_says_so(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "worker", "board", "--port", str(port), "--data", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env={name: value for name, value in os.environ.items() if not name.startswith("WIRETRACE_")},
        )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr


def test_a_board_whose_folder_cannot_be_says_so(wiretrace, tmp_path):
    (tmp_path / "file").write_text("")
    said = wiretrace("board", "--data", tmp_path / "file" / "store")
    assert said.code == 2
    assert "cannot be used" in said.complaint()
