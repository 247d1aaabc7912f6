"""One Graph call, taken apart: version, node, edge, the caller's token, the parameters of query and body."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request

from ..stage import Stage
from ..world import Token
from .refusals import Refusal, unknown_object

NEWEST = 26
OLDEST = 21

_VERSION = re.compile(r"v(\d{1,3})\.0")
_BEARER = ("Bearer ", "OAuth ")
_OUTSIDE_BODY = ("access_token", "appsecret_proof")


@dataclass(frozen=True, slots=True)
class AppToken:
    """`APP_ID|APP_SECRET`: the app itself, without access to any customer's assets."""

    app_id: str


@dataclass(slots=True)
class Call:
    stage: Stage
    method: str
    version: int
    node: str
    edge: str
    token_text: str
    query: dict[str, str]
    body: dict[str, Any]
    request: Request

    def text(self, name: str) -> str:
        """A parameter of query or body as text; empty when absent."""
        value = self.body.get(name, self.query.get(name, ""))
        return value if isinstance(value, str) else str(value)

    def token(self) -> Token | AppToken:
        settings = self.stage.settings
        text = self.token_text
        if not text:
            raise Refusal(104, "An access token is required to request this resource.", http=400)
        app_id, separator, secret = text.partition("|")
        if separator:
            if (app_id, secret) == (settings.app_id, settings.app_secret):
                return AppToken(app_id)
            raise Refusal(190, "Invalid OAuth access token signature.")
        token = self.stage.world.tokens.get(text)
        if token is None:
            raise Refusal(190)
        if not token.valid:
            raise Refusal(190, "Error validating access token: The session is invalid.", subcode=467)
        return token

    def app_token(self) -> AppToken:
        token = self.token()
        if isinstance(token, AppToken):
            return token
        raise Refusal(15, "This method must be called with an app access_token.", http=400)

    def require_waba(self, waba_id: str) -> None:
        """The token must reach this WABA; otherwise the node looks as if it did not exist."""
        token = self.token()
        if isinstance(token, AppToken) or waba_id not in token.waba_ids:
            raise unknown_object(self.method, self.node)


def take_apart(path: str) -> tuple[int, str, str]:
    """(version, node, edge) of a path; without a version the newest is meant, an expired one counts as the oldest."""
    parts = path.strip("/").split("/")
    version = NEWEST
    if match := _VERSION.fullmatch(parts[0]):
        version = int(match[1])
        parts = parts[1:]
    if version > NEWEST or not parts or len(parts) > 2:
        raise Refusal(2500, f"Unknown path components: /{'/'.join(parts[1:])}")
    return max(version, OLDEST), parts[0], parts[1] if len(parts) == 2 else ""


async def read(stage: Stage, request: Request) -> Call:
    version, node, edge = take_apart(request.url.path)
    query = dict(request.query_params) if request.scope["query_string"] else {}
    body = await _body(request) if request.method == "POST" else {}
    token = _token(request.headers.get("authorization", ""), query, body)
    for name in _OUTSIDE_BODY:
        body.pop(name, None)
    return Call(stage, request.method, version, node, edge, token, query, body, request)


async def _body(request: Request) -> dict[str, Any]:
    """Empty for a multipart form, which its operation reads as it comes."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        return {}
    raw = await request.body()
    if not raw:
        return {}
    if "json" not in request.headers.get("content-type", "json"):
        return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.DecodeError:
        raise Refusal(100, "Invalid JSON in the request body.") from None


def _token(header: str, query: dict[str, str], body: dict[str, Any]) -> str:
    for prefix in _BEARER:
        if header.startswith(prefix):
            return header[len(prefix) :].strip()
    return str(body.get("access_token", "") or query.get("access_token", ""))
