"""The settings of one deployment. This module alone reads the environment (and `.env`); all else is handed a Config."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"
SDK_URL = "https://connect.facebook.net/en_US/sdk.js"
DIALOG_ORIGINS = ("https://www.facebook.com", "https://web.facebook.com")

#: Seconds before the second, third, … attempt of a delivery; the first is made at once.
WEBHOOK_SCHEDULE = (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
LONGEST_DELAY = 30 * 86400


class ConfigError(Exception):
    """A setting is missing or malformed; the message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class MetaApp:
    """The operator's Meta app and where Meta is reached."""

    app_id: str = ""
    app_secret: str = field(default="", repr=False)
    config_id: str = ""
    verify_token: str = field(default="", repr=False)
    graph_url: str = GRAPH_URL
    graph_version: str = GRAPH_VERSION
    sdk_url: str = SDK_URL
    dialog_origins: tuple[str, ...] = DIALOG_ORIGINS


@dataclass(frozen=True, slots=True)
class Config:
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = "http://localhost:8080"
    data_dir: Path = Path(".waypost")
    database_url: str | None = field(default=None, repr=False)
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    meta: MetaApp = field(default_factory=MetaApp)
    allow_targets: tuple[Network, ...] = ()
    deny_targets: tuple[Network, ...] = ()
    webhook_schedule: tuple[float, ...] = WEBHOOK_SCHEDULE
    metrics_token: str | None = field(default=None, repr=False)
    log_format: str | None = None


def load(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Config:
    """Settings from the environment, completed by `.env` (the environment wins).

    Raises ConfigError naming the first setting that cannot be used.
    """
    env = {**read_dotenv(dotenv), **(os.environ if environ is None else environ)}

    def text(name: str, default: str = "") -> str:
        return env.get(f"WAYPOST_{name}", "").strip() or default

    return Config(
        host=text("HOST", "127.0.0.1"),
        port=_port(text("PORT", "8080")),
        public_url=_base_url("WAYPOST_PUBLIC_URL", text("PUBLIC_URL", f"http://localhost:{text('PORT', '8080')}")),
        data_dir=Path(text("DATA_DIR", ".waypost")),
        database_url=text("DATABASE_URL") or None,
        secret_keys=_list(text("SECRET_KEYS")),
        meta=_meta(text),
        allow_targets=_networks("WAYPOST_ALLOW_TARGETS", _list(text("ALLOW_TARGETS"))),
        deny_targets=_networks("WAYPOST_DENY_TARGETS", _list(text("DENY_TARGETS"))),
        webhook_schedule=_schedule(text("WEBHOOK_SCHEDULE")),
        metrics_token=text("METRICS_TOKEN") or None,
        log_format=_choice("WAYPOST_LOG", text("LOG"), ("json", "pretty")),
    )


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines of a file, quotes around the value removed; empty when there is no such file."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (FileNotFoundError, NotADirectoryError, PermissionError, IsADirectoryError):
        return {}
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    found: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if not separator or name.startswith("#"):
            continue
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        found[name.strip()] = value
    return found


def _meta(text: Callable[..., str]) -> MetaApp:
    sdk_url = text("META_SDK_URL", SDK_URL)
    if not urlsplit(sdk_url).path.endswith(".js"):
        sdk_url = sdk_url.rstrip("/") + "/en_US/sdk.js"
    origins = _list(text("META_DIALOG_ORIGINS")) or DIALOG_ORIGINS
    return MetaApp(
        app_id=text("META_APP_ID"),
        app_secret=text("META_APP_SECRET"),
        config_id=text("META_CONFIG_ID"),
        verify_token=text("META_VERIFY_TOKEN"),
        graph_url=_base_url("WAYPOST_META_GRAPH_URL", text("META_GRAPH_URL", GRAPH_URL)),
        graph_version=_version(text("META_GRAPH_VERSION", GRAPH_VERSION)),
        sdk_url=_url("WAYPOST_META_SDK_URL", sdk_url),
        dialog_origins=tuple(_base_url("WAYPOST_META_DIALOG_ORIGINS", origin) for origin in origins),
    )


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _port(value: str) -> int:
    if value.isascii() and value.isdigit() and 0 < int(value) < 65536:
        return int(value)
    raise ConfigError(f"WAYPOST_PORT is {value!r}; write a number from 1 to 65535.")


def _url(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{name} is {value!r}; write an http or https address such as https://wa.example.com.")
    return value


def _base_url(name: str, value: str) -> str:
    if any(char in _url(name, value) for char in "?#@ "):
        raise ConfigError(f"{name} is {value!r}; leave out user name, query and fragment.")
    return value.rstrip("/")


def _version(value: str) -> str:
    if re.fullmatch(r"v\d{1,3}\.\d{1,2}", value, re.ASCII):
        return value
    raise ConfigError(f"WAYPOST_META_GRAPH_VERSION is {value!r}; write a version such as {GRAPH_VERSION}.")


def _networks(name: str, values: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(value, strict=False) for value in values)
    except ValueError as error:
        raise ConfigError(f"{name}: {error}; write CIDRs such as 127.0.0.0/8,10.1.0.0/16.") from None


def _schedule(value: str) -> tuple[float, ...]:
    try:
        delays = tuple(float(part) for part in _list(value))
    except ValueError:
        delays = (-1.0,)
    if not all(0 <= delay <= LONGEST_DELAY for delay in delays):
        raise ConfigError(f"WAYPOST_WEBHOOK_SCHEDULE is {value!r}; write seconds such as 5,60,300.")
    return delays or WEBHOOK_SCHEDULE


def _choice(name: str, value: str, allowed: tuple[str, ...]) -> str | None:
    if value and value not in allowed:
        raise ConfigError(f"{name} is {value!r}; write one of {', '.join(allowed)}.")
    return value or None


def child_environment(config: Config) -> dict[str, str]:
    """The environment in which a child process loads the same settings."""
    meta = config.meta
    settings = {
        "HOST": config.host,
        "PORT": str(config.port),
        "PUBLIC_URL": config.public_url,
        "DATA_DIR": str(config.data_dir),
        "DATABASE_URL": config.database_url,
        "SECRET_KEYS": ",".join(config.secret_keys),
        "META_APP_ID": meta.app_id,
        "META_APP_SECRET": meta.app_secret,
        "META_CONFIG_ID": meta.config_id,
        "META_VERIFY_TOKEN": meta.verify_token,
        "META_GRAPH_URL": meta.graph_url,
        "META_GRAPH_VERSION": meta.graph_version,
        "META_SDK_URL": meta.sdk_url,
        "META_DIALOG_ORIGINS": ",".join(meta.dialog_origins),
        "ALLOW_TARGETS": ",".join(str(network) for network in config.allow_targets),
        "DENY_TARGETS": ",".join(str(network) for network in config.deny_targets),
        "WEBHOOK_SCHEDULE": ",".join(str(delay) for delay in config.webhook_schedule),
        "METRICS_TOKEN": config.metrics_token,
        "LOG": config.log_format,
    }
    return {**os.environ, **{f"WAYPOST_{name}": value or "" for name, value in settings.items()}}
