"""Fuzz the whole split with atheris (libFuzzer): ``python -m tests.fuzz --seconds 1800``.

Whatever the bytes are, the answer has to be stories, rejects or a reason for none, the same each time, in
seconds, and every story has to be writable as the message of the contract. What breaks that is kept as a file
in the folder of findings, one for each place in the code, and the run goes on; the exit code is then 1.
atheris is no dependency: ``pip install atheris``.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.seeds import dictionary, name_of, seeds

SHORTEST = 5.0
"""Seconds that are worth another start after a crash of the process."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=int, default=8192, help="bytes of a payload")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--corpus", type=Path, help="keeps what reached new code; else a temporary folder")
    given = parser.parse_args()
    if find_spec("atheris") is None:
        parser.error("atheris is not installed: pip install atheris")
    given.findings.mkdir(parents=True, exist_ok=True)
    before = set(given.findings.iterdir())
    with tempfile.TemporaryDirectory(prefix="wiretrace-fuzz-") as folder:
        corpus = given.corpus or Path(folder, "corpus")
        corpus.mkdir(parents=True, exist_ok=True)
        for seed in seeds():
            (corpus / name_of(seed)).write_bytes(seed)
        words = Path(folder, "words")
        words.write_text(dictionary(), encoding="ascii")
        end = time.monotonic() + given.seconds
        number = given.seed
        while (left := end - time.monotonic()) > SHORTEST:  # a crash in C ends the process: start another
            subprocess.run(
                [
                    sys.executable, "-m", "tests.fuzz.target", str(given.findings),
                    f"-max_total_time={left:.0f}", f"-max_len={given.longest}", f"-seed={number}",
                    f"-dict={words}", "-timeout=60", "-rss_limit_mb=2048", "-print_final_stats=1",
                    "-reload=0", f"-artifact_prefix={given.findings}/", str(corpus),
                ],
                check=False,
            )  # fmt: skip
            number += 1
    found = sorted(set(given.findings.iterdir()) - before)
    sys.stderr.write(f"{len(found)} files of findings in {given.findings}\n")
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
