"""Settings: where they come from, what wins, and what is said about one that cannot be used."""

import ipaddress
from pathlib import Path

import pytest

from waypost import config
from waypost.config import Config, ConfigError, MetaApp, load, read_dotenv

NOWHERE = Path("there-is-no-such-file")


def test_without_any_setting_the_defaults_hold() -> None:
    assert load({}, NOWHERE) == Config()
    assert Config().public_url == "http://localhost:8080" and Config().meta.graph_url == "https://graph.facebook.com"


def test_every_setting_is_read() -> None:
    env = {
        "HOST": "0.0.0.0", "PORT": "9000", "PUBLIC_URL": "https://wa.example.com/", "DATA_DIR": "/var/lib/waypost",
        "DATABASE_URL": "postgresql://db/waypost", "SECRET_KEYS": " new , old ,", "META_APP_ID": "1",
        "META_APP_SECRET": "s", "META_CONFIG_ID": "2", "META_VERIFY_TOKEN": "v",
        "META_GRAPH_URL": "http://127.0.0.1:8090/", "META_GRAPH_VERSION": "v25.0",
        "META_SDK_URL": "http://127.0.0.1:8090", "META_DIALOG_ORIGINS": "http://127.0.0.1:8090/, https://www.x.com",
        "ALLOW_TARGETS": "127.0.0.0/8, 10.1.2.3/16 ,::1",
        "DENY_TARGETS": "8.8.8.8", "WEBHOOK_SCHEDULE": "0, 1.5,60", "METRICS_TOKEN": "m",
        "LOG": "pretty",
    }  # fmt: skip
    found = load({f"WAYPOST_{name}": value for name, value in env.items()}, NOWHERE)
    networks = ("127.0.0.0/8", "10.1.0.0/16", "::1/128")
    assert found == Config(
        host="0.0.0.0", port=9000, public_url="https://wa.example.com", data_dir=Path("/var/lib/waypost"),
        database_url="postgresql://db/waypost", secret_keys=("new", "old"),
        meta=MetaApp("1", "s", "2", "v", "http://127.0.0.1:8090", "v25.0", "http://127.0.0.1:8090/en_US/sdk.js",
                     ("http://127.0.0.1:8090", "https://www.x.com")),
        allow_targets=tuple(ipaddress.ip_network(text) for text in networks),
        deny_targets=(ipaddress.ip_network("8.8.8.8"),), webhook_schedule=(0, 1.5, 60),
        metrics_token="m", log_format="pretty",
    )  # fmt: skip


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("WAYPOST_PORT=1111\nWAYPOST_HOST=::1\nWAYPOST_LOG=json\n")
    found = load({"WAYPOST_PORT": "2222", "WAYPOST_LOG": ""}, dotenv)
    assert (found.port, found.host, found.log_format) == (2222, "::1", None)


def test_the_public_address_follows_the_port() -> None:
    assert load({"WAYPOST_PORT": "9000"}, NOWHERE).public_url == "http://localhost:9000"


def test_blank_and_padded_settings_are_tidied() -> None:
    found = load({"WAYPOST_HOST": "  ", "WAYPOST_PORT": " 81 ", "WAYPOST_SECRET_KEYS": " , "}, NOWHERE)
    assert (found.host, found.port, found.secret_keys) == ("127.0.0.1", 81, ())


WRONG = [
    ("PORT", "eighty", "write a number from 1 to 65535"),
    ("PORT", "0", "write a number from 1 to 65535"),
    ("PORT", "65536", "write a number from 1 to 65535"),
    ("PORT", "-1", "write a number from 1 to 65535"),
    ("PORT", "²", "write a number from 1 to 65535"),
    ("PUBLIC_URL", "wa.example.com", "write an http or https address"),
    ("PUBLIC_URL", "ftp://wa.example.com", "write an http or https address"),
    ("PUBLIC_URL", "https://", "write an http or https address"),
    ("PUBLIC_URL", "https://[::1", "write an http or https address"),
    ("PUBLIC_URL", "https://wa.example.com:port", "write an http or https address"),
    ("PUBLIC_URL", "https://wa.example.com/?a=b", "leave out user name, query and fragment"),
    ("PUBLIC_URL", "https://wa.example.com/#x", "leave out user name, query and fragment"),
    ("PUBLIC_URL", "https://me:pw@wa.example.com", "leave out user name, query and fragment"),
    ("META_GRAPH_URL", "graph.facebook.com", "write an http or https address"),
    ("META_GRAPH_VERSION", "26", "write a version such as v26.0"),
    ("META_GRAPH_VERSION", "v26.0/../x", "write a version such as v26.0"),
    ("META_SDK_URL", "//connect.facebook.net/sdk.js", "write an http or https address"),
    ("META_DIALOG_ORIGINS", "https://a.com, b.com", "write an http or https address"),
    ("ALLOW_TARGETS", "127.0.0.1/33", "write CIDRs such as"),
    ("ALLOW_TARGETS", "localhost", "write CIDRs such as"),
    ("DENY_TARGETS", "db.example.com", "write CIDRs such as"),
    ("WEBHOOK_SCHEDULE", "5,soon", "write seconds such as 5,60,300"),
    ("WEBHOOK_SCHEDULE", "-5", "write seconds such as 5,60,300"),
    ("WEBHOOK_SCHEDULE", "nan", "write seconds such as 5,60,300"),
    ("WEBHOOK_SCHEDULE", "inf", "write seconds such as 5,60,300"),
    ("LOG", "xml", "write one of json, pretty"),
]


@pytest.mark.parametrize(("name", "value", "advice"), WRONG)
def test_a_malformed_setting_is_named_with_what_to_write(name: str, value: str, advice: str) -> None:
    with pytest.raises(ConfigError) as told:
        load({f"WAYPOST_{name}": value}, NOWHERE)
    assert f"WAYPOST_{name}" in str(told.value) and advice in str(told.value)


def test_no_secret_appears_in_a_printed_configuration() -> None:
    secrets = {
        "DATABASE_URL": "postgresql://u:db-password@h/d", "SECRET_KEYS": "seal-key", "META_APP_SECRET": "app-secret",
        "META_VERIFY_TOKEN": "verify-token", "METRICS_TOKEN": "metrics-token",
    }  # fmt: skip
    shown = repr(load({f"WAYPOST_{name}": value for name, value in secrets.items()}, NOWHERE))
    assert "public_url" in shown
    for secret in ("db-password", "seal-key", "app-secret", "verify-token", "metrics-token"):
        assert secret not in shown


DOTENV = """\ufeffA=1
 B = two words\x20
export C="quoted # not a comment"
D='single'
E=
F="unbalanced'
G=a=b=c
# H=comment
 #I=comment
no equals sign
=nameless
J="
J2=last
A=again
"""


def test_a_dotenv_file_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(DOTENV, encoding="utf-8")
    assert read_dotenv(path) == {
        "A": "again", "B": "two words", "C": "quoted # not a comment", "D": "single", "E": "", "F": "\"unbalanced'",
        "G": "a=b=c", "": "nameless", "J": '"', "J2": "last",
    }  # fmt: skip


def test_no_dotenv_file_is_no_settings(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path / ".env") == {} and read_dotenv(tmp_path) == {}
    (tmp_path / "file").write_text("")
    assert read_dotenv(tmp_path / "file" / ".env") == {}


def test_a_dotenv_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe")
    with pytest.raises(ConfigError, match=r"\.env is not UTF-8 text"):
        read_dotenv(tmp_path / ".env")


def test_a_child_process_loads_the_very_same_configuration() -> None:
    env = {
        "WAYPOST_PORT": "9000", "WAYPOST_PUBLIC_URL": "https://wa.example.com", "WAYPOST_SECRET_KEYS": "a,b",
        "WAYPOST_META_APP_ID": "1", "WAYPOST_META_APP_SECRET": "s", "WAYPOST_ALLOW_TARGETS": "127.0.0.0/8,::1/128",
        "WAYPOST_WEBHOOK_SCHEDULE": "0.5,60", "WAYPOST_LOG": "json", "WAYPOST_METRICS_TOKEN": "m",
        "WAYPOST_META_DIALOG_ORIGINS": "https://a.com,https://b.com", "WAYPOST_DATABASE_URL": "postgresql://h/d",
    }  # fmt: skip
    parent = load(env, NOWHERE)
    assert load(config.child_environment(parent), NOWHERE) == parent
    assert load(config.child_environment(Config()), NOWHERE) == Config()
