"""Which webhooks are there? A TOML file → saved filters with where, and how signed, they are posted.

::

    [[webhook]]
    name = "ap-without-credit"
    url = "https://desk.example/hooks/wiretrace"
    secret_file = "ap-without-credit.secret"   # or secret_env = "NAME_OF_A_VARIABLE"
    [webhook.filter]                           # as for /api/variants
    agency = "AP"
    credit = "stripped"
"""

import base64
import binascii
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from worker.board import parameters
from worker.board.filters import BadFilter, Filters

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
FIELDS: Final = frozenset({"name", "url", "filter", "secret_file", "secret_env"})
ASKED: Final = tuple(name for name in parameters.VARIANTS if name not in {"since", "until"})
WHSEC: Final = "whsec_"
SECRET_BYTES: Final = range(24, 65)  # as Standard Webhooks has it


class HookError(ValueError):
    """The file of webhooks cannot be; the message is one line and shows no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A saved filter whose variants are posted to ``url``, signed with each of ``secrets``."""

    name: str
    url: str = field(repr=False)
    given: Mapping[str, str]
    asked: Filters
    secrets: tuple[bytes, ...] = field(repr=False)

    @property
    def host(self) -> str:
        """Name scheme and host: paths and queries may hold tokens."""
        parts = urlsplit(self.url)
        port = "" if parts.port is None else f":{parts.port}"
        return f"{parts.scheme}://{parts.hostname}{port}"


def read(path: Path, environment: Mapping[str, str] | None = None) -> tuple[Hook, ...]:
    """Read a file of webhooks. Raises HookError, which names the webhook and what is wrong with it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HookError(f"{path.name} cannot be read: {error}") from error
    tables = document.get("webhook", [])
    if set(document) - {"webhook"} or not isinstance(tables, list):
        raise HookError(f"{path.name} holds something else than [[webhook]] tables")
    hooks: dict[str, Hook] = {}
    for number, table in enumerate(tables, 1):
        try:
            hook = _hook(table, path.parent, os.environ if environment is None else environment)
        except ValueError as error:
            shown = table.get("name", number) if isinstance(table, dict) else number
            raise HookError(f"{path.name}: webhook {str(shown)[:63]!r} {error}") from error
        if hook.name in hooks:
            raise HookError(f"{path.name}: two webhooks are named {hook.name!r}")
        hooks[hook.name] = hook
    return tuple(hooks.values())


def _hook(table: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> Hook:
    if not isinstance(table, dict):
        raise ValueError("is no table")  # noqa: TRY004 - one kind of error for all that a file may hold
    if unknown := sorted(set(table) - FIELDS):
        raise ValueError(f"has a field that is none: {', '.join(unknown)[:80]}")
    name, url, given = table.get("name"), table.get("url"), table.get("filter")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError("has no name of lower-case letters, digits and dashes (63 at most)")
    if not isinstance(url, str):
        raise ValueError("has no url")  # noqa: TRY004 - as above
    _check_url(urlsplit(url))
    if not isinstance(given, dict) or not given:
        raise ValueError('has no filter: a table such as agency = "AP", credit = "stripped"')
    if wrong := sorted(key for key, value in given.items() if not isinstance(value, str)):
        raise ValueError(f"has a filter that is no text: {', '.join(wrong)[:80]}")
    try:
        asked = parameters.read(given.items(), ASKED, now=0)
    except BadFilter as error:
        raise ValueError(f"has a broken filter: {error}") from error
    return Hook(name=name, url=url, given=given, asked=asked, secrets=_secrets(table, folder, environment))


def _check_url(parts: SplitResult) -> None:
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("has a url that is no http or https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a user or password in its url")
    _ = parts.port  # raises ValueError for a port that is none


def _secrets(table: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> tuple[bytes, ...]:
    """Read the secrets, one a line: while one is replaced, deliveries are signed with both."""
    file, variable = table.get("secret_file"), table.get("secret_env")
    if (file is None) == (variable is None):
        raise ValueError("needs a secret: either secret_file or secret_env")
    if file is not None:
        try:
            text = (folder / str(file)).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            raise ValueError("has a secret_file that cannot be read") from None
    else:
        text = environment.get(str(variable), "")
    secrets = tuple(_secret(line.strip()) for line in text.splitlines() if line.strip())
    if not secrets:
        raise ValueError("has an empty secret")
    return secrets


def _secret(text: str) -> bytes:
    try:
        secret = base64.b64decode(text.removeprefix(WHSEC), validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if not text.startswith(WHSEC) or len(secret) not in SECRET_BYTES:
        raise ValueError("has a secret that is not whsec_ and the base64 of 24 to 64 bytes") from None
    return secret
