"""Compile worker/native/*.c when the project is installed; ``python deploy/kernels.py`` compiles it in place.

A hook of hatchling. The compiler is the one of $CC, the machine's, or that of the PyPI package ziglang.
"""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "worker" / "native").glob("*.c"))
TARGET = ROOT / "worker" / f"kernels{sysconfig.get_config_var('EXT_SUFFIX')}"
FLAGS = ("-O3", "-ffp-contract=off", "-fPIC", "-fvisibility=hidden")  # shares are the same on every processor
WARNED = ("-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-cast-function-type")
ANY_CPU = "-mcpu=baseline"  # zig compiles for the very processor it runs on, others for all of its kind
LINKED = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)


def compiler() -> list[str] | None:
    """Find a C compiler, as the words that call it."""
    if chosen := os.environ.get("CC"):
        words = shlex.split(chosen)
        return [*words, ANY_CPU] if any(Path(word).name in {"zig", "ziglang"} for word in words) else words
    for name in ("cc", "gcc", "clang"):
        if found := shutil.which(name):
            return [found]
    return [sys.executable, "-m", "ziglang", "cc", ANY_CPU] if importlib.util.find_spec("ziglang") else None


def build() -> Path:
    """Compile the kernels into one module. Raises SystemExit, with what to do, when that fails."""
    found = compiler()
    if found is None:
        raise SystemExit("wiretrace needs a C compiler to install: set CC, or `pip install ziglang`")
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").is_file():
        raise SystemExit(f"no Python.h in {headers}: install your Python's headers (Debian: python3-dev)")
    made = TARGET.with_name(f"{TARGET.name}.{os.getpid()}")  # a run of the old one goes on with it
    command = [*found, *FLAGS, *WARNED, *LINKED, f"-I{headers}", *map(str, SOURCES), "-o", str(made)]
    try:
        subprocess.run(command, check=True)  # noqa: S603 - a compiler on our own sources
    except (OSError, subprocess.CalledProcessError) as error:
        made.unlink(missing_ok=True)
        raise SystemExit(f"worker/native did not compile: {error}") from error
    made.replace(TARGET)
    return TARGET


class Kernels(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls before it writes a wheel, or a link to the sources."""

    def dependencies(self) -> list[str]:
        """Ask for a compiler where an isolated build has none."""
        return [] if compiler() else ["ziglang"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and make the wheel one of this platform."""
        if self.target_name != "wheel":
            return
        build_data["artifacts"].append(str(build().relative_to(ROOT)))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


if __name__ == "__main__":
    sys.stdout.write(f"{build().name}\n")
