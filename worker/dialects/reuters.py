"""Reuters: what its editorial status and those of its neighbours in NewsML-G2 say of a version."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from worker.dialects.versions import Version, VersionKind

_SIGNALS: Final[Mapping[str, VersionKind]] = MappingProxyType(
    {
        "edstat:u": VersionKind.UPDATE,
        "edstat:c": VersionKind.CORRECTED,
        "edstat:d": VersionKind.KILL,
        "itemrole:u": VersionKind.UPDATE,
        "itemrole:c": VersionKind.CORRECTED,
        "itemrole:d": VersionKind.KILL,
        "sig:update": VersionKind.UPDATE,
        "sig:correction": VersionKind.CORRECTED,
        "sig:corrected": VersionKind.CORRECTED,
        "sig:kill": VersionKind.KILL,
        "sig:withdrawn": VersionKind.KILL,
        "sig:withhold": VersionKind.WITHHOLD,
        "sig:advisory": VersionKind.ADVISORY,
        "sig:refile": VersionKind.REFILE,
        "sig:repeat": VersionKind.REPEAT,
        "sig:flash": VersionKind.ALERT,
        "sig:alert": VersionKind.ALERT,
    }
)
"""Qualified codes in lower case. ``edStat``: N new, U update, C corrected, D deleted."""


def signal_version(code: str) -> Version | None:
    """Read a signal or item role such as ``edStat:C`` as a version label; None when it is none.

    >>> signal_version("edStat:C").kind.value
    'corrected'
    """
    kind = _SIGNALS.get(code.lower())
    return Version(label=code, kind=kind) if kind else None
