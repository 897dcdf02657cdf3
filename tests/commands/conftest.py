"""How the tests call the command line."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from worker.__main__ import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a run of the command line said, and its exit code."""

    code: int
    out: str
    err: str

    def complaint(self) -> str:
        """Give the one line on standard error; there may be no other."""
        (line,) = self.err.splitlines()
        return line


@pytest.fixture
def wiretrace(capsys) -> Callable[..., Said]:
    """Run ``wiretrace`` in this process, as its console script does."""

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(code=ended.value.code, out=out, err=err)

    return run


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch):
    """Tests see no WIRETRACE_ variable but the cache of jars, which the broker of the run uses."""
    for name in [each for each in os.environ if each.startswith("WIRETRACE_")]:
        if name != "WIRETRACE_BROKER_CACHE":
            monkeypatch.delenv(name)
