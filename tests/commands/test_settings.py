"""Settings: every one documented, wrong ones refused by name, secrets never shown."""

import re
import ssl
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import faust
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.broker.jars import CACHE_VARIABLE
from worker.settings import ELSEWHERE, UNITS_MS, VARIABLES, SettingError, Settings, duration_ms
from worker.stream.kafka import client_args, faust_credentials

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `(WIRETRACE_\w+)` \| (.+?) \| .+ \|$", re.MULTILINE)
SASL = {
    "WIRETRACE_KAFKA__SECURITY_PROTOCOL": "SASL_SSL",
    "WIRETRACE_KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
    "WIRETRACE_KAFKA__USERNAME": "desk",
    "WIRETRACE_KAFKA__PASSWORD": "hunter2",
}


def documented() -> dict[str, str]:
    return dict(ROW.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))


def test_every_variable_is_documented_and_nothing_else():
    assert set(documented()) == set(VARIABLES) | ELSEWHERE
    assert CACHE_VARIABLE in ELSEWHERE


def test_every_field_has_a_variable():
    assert {field.name for field in fields(Settings)} == {each.field for each in VARIABLES.values()}


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_documented_default_is_the_default(variable):
    default = documented()[variable]
    setting = VARIABLES[variable]
    if default.startswith("`"):
        assert setting.parse(default.strip("`")) == getattr(Settings(), setting.field)
    else:
        assert not getattr(Settings(), setting.field)


def test_the_example_file_holds_every_variable_with_its_default():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given_ = dict(line[1:].split("=", 1) for line in lines if line.startswith("#WIRETRACE_"))
    shown = {name: text.strip("`") if text.startswith("`") else "" for name, text in documented().items()}
    assert given_ == {name: shown[name] for name in VARIABLES}


def test_flags_win_over_variables_and_absent_ones_do_not_count():
    environment = {"WIRETRACE_BOOTSTRAP": "a:1", "WIRETRACE_PREFIX": "staging"}
    settings = Settings.from_env(environment, bootstrap="b:2,c:3", prefix=None, window_ms="12h")
    assert (settings.bootstrap, settings.prefix, settings.window_ms) == ("b:2,c:3", "staging", 43_200_000)


def test_variables_of_others_and_empty_ones_are_left_alone():
    assert (
        Settings.from_env({"HOME": "/", "WIRETRACE_PREFIX": "", "WIRETRACE_BROKER_CACHE": "x"}) == Settings()
    )


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("WIRETRACE_WINDOW", "7"),
        ("WIRETRACE_WINDOW", "0d"),
        ("WIRETRACE_WINDOW", "a week"),
        ("WIRETRACE_BOOTSTRAP", "host"),
        ("WIRETRACE_BOOTSTRAP", "host:99999"),
        ("WIRETRACE_PREFIX", "a b"),
        ("WIRETRACE_HTTP_PORT", "-1"),
        ("WIRETRACE_PAYLOAD_BYTES", "4 MiB"),
        ("WIRETRACE_LOG_LEVEL", "loud"),
        ("WIRETRACE_KAFKA__SSL_CA", "/no/such/file"),
        ("WIRETRACE_KAFKA__SECURITY_PROTOCOL", "TLS"),
        ("WIRETRACE_NO_SUCH", "1"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(variable, text):
    with pytest.raises(SettingError, match=variable):
        Settings.from_env({variable: text})


@pytest.mark.parametrize(
    "environment",
    [
        {key: value for key, value in SASL.items() if not key.endswith("PASSWORD")},
        {key: value for key, value in SASL.items() if not key.endswith("PROTOCOL")},
        {**SASL, "WIRETRACE_KAFKA__PASSWORD_FILE": __file__},
        {"WIRETRACE_KAFKA__SSL_CA": __file__},
        {"WIRETRACE_KAFKA__SECURITY_PROTOCOL": "SSL", "WIRETRACE_KAFKA__SSL_CERT": __file__},
    ],
)
def test_half_a_security_is_refused_and_says_no_secret(environment):
    with pytest.raises(SettingError, match="WIRETRACE_KAFKA__") as refused:
        Settings.from_env(environment)
    assert "hunter2" not in str(refused.value)


def test_a_password_is_in_no_repr_and_may_stand_in_a_file(tmp_path):
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    environment = {key: value for key, value in SASL.items() if not key.endswith("PASSWORD")}
    settings = Settings.from_env({**environment, "WIRETRACE_KAFKA__PASSWORD_FILE": str(secret)})
    assert settings.password == "hunter2"  # noqa: S105
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings)


def test_an_open_broker_gets_no_credentials():
    assert client_args(Settings())["security_protocol"] == "PLAINTEXT"
    assert faust_credentials(Settings()) is None


def test_clients_and_faust_get_the_same_credentials():
    settings = Settings.from_env(SASL)
    args = client_args(settings)
    assert (args["security_protocol"], args["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (args["sasl_plain_username"], args["sasl_plain_password"]) == ("desk", "hunter2")
    context = args["ssl_context"]
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    credentials = faust_credentials(settings)
    assert isinstance(credentials, faust.SASLCredentials)
    assert credentials.protocol.value == "SASL_SSL"
    assert credentials.mechanism.value == "SCRAM-SHA-512"
    assert (credentials.username, credentials.password) == ("desk", "hunter2")


def test_groups_carry_the_prefix():
    assert Settings().split_group == "wiretrace-split"
    assert Settings(prefix="staging").place_group == "staging-wiretrace-place"


@given(number=st.integers(min_value=1, max_value=999_999_999), unit=st.sampled_from(sorted(UNITS_MS)))
def test_a_duration_is_its_number_times_its_unit(number, unit):
    assert duration_ms(f"{number}{unit}") == number * UNITS_MS[unit]


@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_a_value_error(text):
    with suppress(ValueError):
        assert duration_ms(text) > 0
