"""The hosted signup pages as HTML and headers, rendered without any I/O but the templates. Called by the signup door.

Nothing on them is executable but our built script and Meta's SDK; page configuration and policy come from the same
settings, so they cannot drift apart.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from waypost import assets
from waypost.config import MetaApp

Page = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class SignupView:
    """What the page may know of an onboarding link."""

    link_id: str
    name: str
    callback_path: str
    status: Literal["pending", "completed"] = "pending"


@dataclass(frozen=True, slots=True)
class Flash:
    """The outcome of a callback posted as a form, for the page shown next; never taken from its address."""

    status: Literal["success", "error"]
    message: str


def page(view: SignupView, meta: MetaApp, flash: Flash | None = None) -> Page:
    """The page of a link: the way to connect while it is pending, else word that it is connected."""
    if view.status == "completed" or (flash and flash.status == "success"):
        return already_connected(view, flash)
    dialog_origins = [_origin(url) for url in meta.dialog_origins]
    settings = {
        "appId": meta.app_id,
        "configId": meta.config_id,
        "graphVersion": meta.graph_version,
        "sdkUrl": meta.sdk_url,
        "dialogOrigins": dialog_origins,
        "callbackUrl": view.callback_path,
        "name": view.name,
    }
    script = assets.url("signup.js")
    html = _render("connect.html", tone="idle", name=view.name, settings=settings, flash=flash, script=script)
    return html, _headers(_live_policy(_origin(meta.sdk_url), _origin(meta.graph_url), dialog_origins))


def already_connected(view: SignupView, flash: Flash | None = None) -> Page:
    """For a completed link, and for the success of a form post (its message is `flash`)."""
    return _still("connected.html", tone="done", name=view.name, flash=flash)


def not_found() -> Page:
    """For a link that is unknown or was deleted; to be answered with 404."""
    return _still("not_found.html", tone="failed", name="")


def not_configured(name: str) -> Page:
    """For a deployment without a Meta app; to be answered with 503. `name` is the link's."""
    return _still("not_configured.html", tone="stopped", name=name)


def _still(template: str, **values: Any) -> Page:
    return _render(template, **values), _headers({"default-src": ["'none'"], **_SAME_ON_ALL})


def _render(template: str, name: str, **values: Any) -> str:
    initial = next((letter.upper() for letter in name if letter.isalnum()), "")
    style = assets.url("signup.css")
    return _templates().get_template(template).render(name=name, initial=initial, style=style, **values)


@cache
def _templates() -> Environment:
    loader = PackageLoader("waypost.signup")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


_SAME_ON_ALL = {
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}


def _live_policy(sdk: str, graph: str, dialogs: list[str]) -> dict[str, list[str]]:
    return {
        "default-src": ["'none'"],
        "script-src": ["'self'", sdk],
        "connect-src": ["'self'", graph, *dialogs, sdk],
        "frame-src": dialogs,
        **_SAME_ON_ALL,
        "img-src": [*_SAME_ON_ALL["img-src"], *dialogs],
    }


def _headers(policy: dict[str, list[str]]) -> dict[str, str]:
    directives = (f"{name} {' '.join(dict.fromkeys(sources))}" for name, sources in policy.items())
    return {
        "Content-Security-Policy": "; ".join(directives),
        # With `same-origin` the person finishes in Meta's window and this page never hears of it.
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cache-Control": "no-store",
        "Content-Type": "text/html; charset=utf-8",
    }


def _origin(url: str) -> str:
    """Scheme, host and port as browsers write an origin: lower case, no default port, no user."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")
