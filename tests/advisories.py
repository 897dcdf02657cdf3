"""Ask OSV whether an advisory names a locked dependency: ``python -m tests.advisories [LOCK]``.

Exit code 0: no; 1: yes, and which; 3: nobody could be asked, so nothing is known.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements" / "dev.lock"
NOT_AUDITED = 3


def pins(lock: str) -> list[str]:
    """Read the requirements of a lock, without their hashes."""
    return [line.rstrip(" \\") for line in lock.splitlines() if re.match(r"[A-Za-z0-9]", line)]


def script(requirements: list[str]) -> str:
    """Write a script (PEP 723) that needs them: beside projects, that is what ``uv audit`` reads."""
    lines = [f"#   {json.dumps(each)}," for each in requirements]
    return "\n".join(
        ["# /// script", '# requires-python = ">=3.11"', "# dependencies = [", *lines, "# ]", "# ///"]
    )


def main() -> int:
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK
    requirements = pins(lock.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        locked = Path(scratch) / "locked.py"
        locked.write_text(script(requirements) + "\n", encoding="utf-8")
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "uv",
                "audit",
                "--preview-features",
                "audit-command",
                "--script",
                str(locked),
            ],
            env={**os.environ, "UV_HTTP_RETRIES": "0"},
            check=False,
        )
    if done.returncode in {0, 1}:
        sys.stdout.write(f"{len(requirements)} locked dependencies audited\n")
        return done.returncode
    sys.stderr.write(f"NOT AUDITED: {len(requirements)} locked dependencies; uv says above why\n")
    return NOT_AUDITED


if __name__ == "__main__":
    sys.exit(main())
