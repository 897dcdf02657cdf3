"""All settings in one frozen value, read once from ``WIRETRACE_*`` variables; flags override."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

from worker.pipeline import Limits

PREFIX: Final = "WIRETRACE_"
ELSEWHERE: Final = frozenset(
    {"WIRETRACE_BROKER_CACHE", "WIRETRACE_REQUIRE_SHARED", "WIRETRACE_REQUIRE_CHROMIUM"}
)
"""Variables that other parts read: the embedded broker and the tests."""

UNITS_MS: Final[Mapping[str, int]] = MappingProxyType(
    {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
)
PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
LEVELS: Final = ("debug", "info", "warning", "error")
LOG_FORMATS: Final = ("auto", "json", "console")
EMBARGOES: Final = ("hold", "mark")
FOREVER: Final = "forever"


class SettingError(ValueError):
    """A variable or flag holds what it cannot; the message is one line and shows no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment may choose; ``docs/settings.md`` has a row for each field.

    Times are milliseconds where the name says so, else seconds.
    """

    bootstrap: str = "127.0.0.1:9092"
    prefix: str = ""
    replication: int = 1
    group: str = "wiretrace"
    instance_id: str | None = None
    window_ms: int = 7 * UNITS_MS["d"]
    tick_interval: float = 60.0
    embargoes: str = EMBARGOES[0]
    payload_bytes: int = Limits().payload_bytes
    copy_words: int = Limits().copy_words
    stories: int = Limits().stories
    parse_time: float = 10.0
    parse_memory: int = 1024 * 1024 * 1024
    reject_limit: int = 50
    place_batch: int = 100
    linger_ms: int = 5
    state_dir: Path | None = None
    state_interval: float = 600.0
    session_timeout: float = 30.0
    http_host: str = "127.0.0.1"
    http_port: int = 6066
    board_host: str = "127.0.0.1"
    board_port: int = 6060
    board_data: Path | None = None
    board_keep: int | None = 30 * UNITS_MS["d"]
    board_webhooks: Path | None = None
    board_webhooks_private: bool = False
    log_level: str = "info"
    log_format: str = "auto"
    traces: bool = False
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ssl_ca: Path | None = None
    ssl_cert: Path | None = None
    ssl_key: Path | None = None

    def __post_init__(self) -> None:
        _check_security(self)

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None, **flags: object) -> Self:
        """Read the environment; ``flags`` by field name win over it, those that are None do not count.

        A flag that is text is parsed as its variable would be. Raises SettingError, which names the
        variable or flag.
        """
        given = os.environ if environment is None else environment
        ours = {name: text for name, text in given.items() if name.startswith(PREFIX) and text != ""}
        if unknown := sorted(ours.keys() - VARIABLES.keys() - ELSEWHERE):
            raise SettingError(f"unknown setting {', '.join(unknown)}; docs/settings.md lists them all")
        if "WIRETRACE_KAFKA__PASSWORD_FILE" in ours and "WIRETRACE_KAFKA__PASSWORD" in ours:
            raise SettingError("WIRETRACE_KAFKA__PASSWORD and WIRETRACE_KAFKA__PASSWORD_FILE are both set")
        values: dict[str, Any] = {}
        for variable, setting in VARIABLES.items():
            if variable in ours:
                values[setting.field] = _parsed(setting, variable, ours[variable])
        by_field = {setting.field: setting for setting in VARIABLES.values()}
        for name, value in flags.items():
            if isinstance(value, str):
                values[name] = _parsed(
                    by_field[name], f"--{name.removesuffix('_ms').replace('_', '-')}", value
                )
            elif value is not None:
                values[name] = value
        return cls(**values)

    def limits(self) -> Limits:
        """Give what one payload may cost, for the pipeline."""
        return Limits(payload_bytes=self.payload_bytes, copy_words=self.copy_words, stories=self.stories)

    @property
    def split_group(self) -> str:
        """Name the consumer group of ``split``; like a topic it carries the prefix."""
        return "-".join(part for part in (self.prefix, self.group, "split") if part)

    @property
    def place_group(self) -> str:
        """Name the consumer group of ``place``."""
        return "-".join(part for part in (self.prefix, self.group, "place") if part)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: the field that a variable fills, and how its text is read."""

    field: str
    parse: Callable[[str], object]


def duration_ms(text: str) -> int:
    """Read a duration such as 7d, 12h, 15m, 90s or 500ms as milliseconds; more than nothing.

    Raises ValueError.

    >>> duration_ms("12h")
    43200000
    """
    match = re.fullmatch(r"(\d{1,9})(ms|s|m|h|d)", text.strip())
    if not match or int(match[1]) == 0:
        raise ValueError("is no duration such as 7d, 12h, 15m, 90s or 500ms")
    return int(match[1]) * UNITS_MS[match[2]]


def _duration_or_forever(text: str) -> int | None:
    return None if text.strip() == FOREVER else duration_ms(text)


def _seconds(text: str) -> float:
    return duration_ms(text) / 1000


def _session(text: str) -> float:
    seconds = _seconds(text)
    if not 6 <= seconds <= 90:
        raise ValueError("is not from 6s to 90s")
    return seconds


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,12}", text.strip()) or not low <= int(text) <= high:
            raise ValueError(f"is no whole number from {low} to {high}")
        return int(text)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        for choice in choices:
            if text.strip().casefold() == choice.casefold():
                return choice
        raise ValueError(f"is none of {', '.join(choices)}")

    return parse


def _switch(text: str) -> bool:
    return _one_of("off", "on")(text) == "on"


def _bootstrap(text: str) -> str:
    hosts = [host.strip() for host in text.split(",")]
    for host in hosts:
        name, _, port = host.rpartition(":")
        well_named = re.fullmatch(r"[^\s/]+", name) and re.fullmatch(r"\d{1,5}", port)
        if not well_named or not 0 < int(port) < 65536:
            raise ValueError("is no list of host:port")
    return ",".join(hosts)


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", text):
        raise ValueError("is no name of letters, digits, dots, dashes and underscores (100 at most)")
    return text


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ValueError("names no file")
    return path


def _contents(text: str) -> str:
    try:
        return _file(text).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error


VARIABLES: Final[Mapping[str, Setting]] = MappingProxyType(
    {
        "WIRETRACE_BOOTSTRAP": Setting("bootstrap", _bootstrap),
        "WIRETRACE_PREFIX": Setting("prefix", _name),
        "WIRETRACE_REPLICATION": Setting("replication", _whole(1, 32)),
        "WIRETRACE_GROUP": Setting("group", _name),
        "WIRETRACE_INSTANCE_ID": Setting("instance_id", _name),
        "WIRETRACE_WINDOW": Setting("window_ms", duration_ms),
        "WIRETRACE_TICK_INTERVAL": Setting("tick_interval", _seconds),
        "WIRETRACE_EMBARGOES": Setting("embargoes", _one_of(*EMBARGOES)),
        "WIRETRACE_PAYLOAD_BYTES": Setting("payload_bytes", _whole(1, 64 * 1024 * 1024)),
        "WIRETRACE_COPY_WORDS": Setting("copy_words", _whole(1, 10_000_000)),
        "WIRETRACE_STORIES": Setting("stories", _whole(1, 100_000)),
        "WIRETRACE_PARSE_TIME": Setting("parse_time", _seconds),
        "WIRETRACE_PARSE_MEMORY": Setting("parse_memory", _whole(256 * 1024 * 1024, 1 << 40)),
        "WIRETRACE_REJECT_LIMIT": Setting("reject_limit", _whole(0, 100)),
        "WIRETRACE_PLACE_BATCH": Setting("place_batch", _whole(1, 10_000)),
        "WIRETRACE_LINGER_MS": Setting("linger_ms", _whole(0, 10_000)),
        "WIRETRACE_STATE_DIR": Setting("state_dir", Path),
        "WIRETRACE_STATE_INTERVAL": Setting("state_interval", _seconds),
        "WIRETRACE_SESSION_TIMEOUT": Setting("session_timeout", _session),
        "WIRETRACE_HTTP_HOST": Setting("http_host", str.strip),
        "WIRETRACE_HTTP_PORT": Setting("http_port", _whole(0, 65535)),
        "WIRETRACE_BOARD_HOST": Setting("board_host", str.strip),
        "WIRETRACE_BOARD_PORT": Setting("board_port", _whole(0, 65535)),
        "WIRETRACE_BOARD_DATA": Setting("board_data", Path),
        "WIRETRACE_BOARD_KEEP": Setting("board_keep", _duration_or_forever),
        "WIRETRACE_BOARD_WEBHOOKS": Setting("board_webhooks", _file),
        "WIRETRACE_BOARD_WEBHOOKS_PRIVATE": Setting("board_webhooks_private", _switch),
        "WIRETRACE_LOG_LEVEL": Setting("log_level", _one_of(*LEVELS)),
        "WIRETRACE_LOG_FORMAT": Setting("log_format", _one_of(*LOG_FORMATS)),
        "WIRETRACE_TRACES": Setting("traces", _switch),
        "WIRETRACE_KAFKA__SECURITY_PROTOCOL": Setting("security_protocol", _one_of(*PROTOCOLS)),
        "WIRETRACE_KAFKA__SASL_MECHANISM": Setting("sasl_mechanism", _one_of(*MECHANISMS)),
        "WIRETRACE_KAFKA__USERNAME": Setting("username", str),
        "WIRETRACE_KAFKA__PASSWORD": Setting("password", str),
        "WIRETRACE_KAFKA__PASSWORD_FILE": Setting("password", _contents),
        "WIRETRACE_KAFKA__SSL_CA": Setting("ssl_ca", _file),
        "WIRETRACE_KAFKA__SSL_CERT": Setting("ssl_cert", _file),
        "WIRETRACE_KAFKA__SSL_KEY": Setting("ssl_key", _file),
    }
)


def _parsed(setting: Setting, source: str, text: str) -> object:
    try:
        return setting.parse(text)
    except ValueError as error:
        shown = "its value" if setting.parse is str else repr(text[:80])
        raise SettingError(f"{source}: {shown} {error}") from error


def _check_security(settings: Settings) -> None:
    """Refuse halves: SASL without a password, a certificate without its key, files that TLS never sees."""
    protocol = settings.security_protocol
    sasl = {name: getattr(settings, name) for name in ("sasl_mechanism", "username", "password")}
    tls = {name: getattr(settings, name) for name in ("ssl_ca", "ssl_cert", "ssl_key")}
    if protocol.startswith("SASL") and (absent := [name for name, value in sasl.items() if not value]):
        raise SettingError(f"{protocol} needs {_variables(absent)}")
    if not protocol.startswith("SASL") and (idle := [name for name, value in sasl.items() if value]):
        raise SettingError(f"{_variables(idle)} set, but {protocol} sends no credentials")
    if not protocol.endswith("SSL") and (idle := [name for name, value in tls.items() if value]):
        raise SettingError(f"{_variables(idle)} set, but {protocol} is not encrypted")
    if bool(settings.ssl_cert) != bool(settings.ssl_key):
        raise SettingError(f"{_variables(['ssl_cert'])} and {_variables(['ssl_key'])} go together")


def _variables(names: list[str]) -> str:
    return ", ".join(f"{PREFIX}KAFKA__{name.upper()}" for name in names)
