"""Reading accounts and numbers over Graph: nodes → plain facts, tolerant of what Meta leaves out. Sources: Meta's pages
on phone number nodes, health_status, subscribed_apps and debug_token."""

from datetime import datetime
from typing import Any

import msgspec

from .. import clock
from ..content import digits, international
from .graph import Graph
from .refusals import Refusal
from .signup import SCOPES

PHONE_FIELDS = (
    "id,display_phone_number,verified_name,status,quality_rating,name_status,code_verification_status,platform_type,"
    "throughput,is_on_biz_app,whatsapp_business_manager_messaging_limit,webhook_configuration,health_status"
)
WABA_FIELDS = "id,name,account_review_status,business_verification_status,health_status"
#: Statuses of a number that is registered, whatever else is wrong with it.
REGISTERED = frozenset({"CONNECTED", "FLAGGED", "RESTRICTED", "RATE_LIMITED"})
LEVELS = {"STANDARD": 80, "HIGH": 1000}
COEXISTENCE = 20
LONGEST = 500


class Problem(msgspec.Struct, frozen=True):
    """One error of Meta's `health_status`."""

    code: int | None
    description: str
    solution: str | None


class Entity(msgspec.Struct, frozen=True):
    """A part of `health_status`: kind is PHONE_NUMBER, WABA, BUSINESS or APP; state AVAILABLE, LIMITED or BLOCKED."""

    kind: str
    state: str
    problems: list[Problem]
    remarks: list[str]


class PhoneNode(msgspec.Struct, frozen=True):
    """A number as Meta describes it; None is what Meta did not say."""

    number: str | None
    verified_name: str | None
    status: str | None
    quality: str | None
    name_status: str | None
    code_status: str | None
    messaging_limit: str | None
    messages_per_second: int | None
    is_on_business_app: bool
    is_registered: bool | None
    own_callback: str | None
    callback: str | None
    health: list[Entity] | None


class WabaNode(msgspec.Struct, frozen=True):
    name: str | None
    review_status: str | None
    verification_status: str | None
    health: list[Entity] | None


class TokenFacts(msgspec.Struct, frozen=True):
    """What debug_token says; `problem` is a sentence, None while the token is good for this WABA."""

    problem: str | None
    expires_at: datetime | None


async def phone(graph: Graph, token: str, meta_phone_id: str) -> PhoneNode:
    """Raises GraphError."""
    return phone_node(await graph.call("GET", meta_phone_id, token, query={"fields": PHONE_FIELDS}))


def phone_node(node: dict[str, Any]) -> PhoneNode:
    callbacks = _object(node.get("webhook_configuration"))
    own = _text(callbacks.get("phone_number"))
    platform, status, on_app = (
        _text(node.get("platform_type")),
        _text(node.get("status")),
        bool(node.get("is_on_biz_app")),
    )
    level = _text(_object(node.get("throughput")).get("level"))
    number = digits(_text(node.get("display_phone_number")) or "")
    registered = None if platform is None else platform == "CLOUD_API" and (on_app or status in (None, *REGISTERED))
    return PhoneNode(
        number=international(number) if number else None,
        verified_name=_text(node.get("verified_name")),
        status=status,
        quality=_text(node.get("quality_rating")),
        name_status=_text(node.get("name_status")),
        code_status=_text(node.get("code_verification_status")),
        messaging_limit=_text(node.get("whatsapp_business_manager_messaging_limit")),
        messages_per_second=COEXISTENCE if on_app else LEVELS.get(level or ""),
        is_on_business_app=on_app,
        is_registered=registered,
        own_callback=own,
        callback=own or _text(callbacks.get("whatsapp_business_account")) or _text(callbacks.get("application")),
        health=entities(node.get("health_status")),
    )


async def waba(graph: Graph, token: str, meta_waba_id: str) -> WabaNode:
    """Raises GraphError."""
    node = await graph.call("GET", meta_waba_id, token, query={"fields": WABA_FIELDS})
    return WabaNode(
        _text(node.get("name")),
        _text(node.get("account_review_status")),
        _text(node.get("business_verification_status")),
        entities(node.get("health_status")),
    )


async def is_subscribed(graph: Graph, token: str, meta_waba_id: str) -> bool:
    """Whether Meta sends this account's notifications to our app; raises GraphError."""
    answer = await graph.call("GET", f"{meta_waba_id}/subscribed_apps", token)
    apps = [_object(_object(row).get("whatsapp_business_api_data")) for row in _list(answer.get("data"))]
    return any(str(app.get("id")) == graph.meta.app_id for app in apps)


async def token_facts(graph: Graph, token: str, meta_waba_id: str) -> TokenFacts:
    """Asks as the app, so that a dead token has an answer too; raises GraphError."""
    answer = await graph.call("GET", "debug_token", graph.app_token, query={"input_token": token})
    data = _object(answer.get("data"))
    return TokenFacts(_token_problem(data, graph.meta.app_id, meta_waba_id), clock.from_meta(data.get("expires_at")))


def _token_problem(data: dict[str, Any], app_id: str, meta_waba_id: str) -> str | None:
    if data.get("is_valid") is False:
        reason = _text(_object(data.get("error")).get("message"))
        return f"Meta no longer accepts the access token{f': {reason}' if reason else '.'}"
    if str(data.get("app_id", app_id)) != app_id:
        return "The access token belongs to another Meta app."
    granted = {str(scope) for scope in _list(data.get("scopes"))}
    if granted and (missing := [scope for scope in SCOPES if scope not in granted]):
        return f"The access token lacks the permission {missing[0]}."
    for scope in map(_object, _list(data.get("granular_scopes"))):
        targets = scope.get("target_ids")
        if scope.get("scope") == SCOPES[0] and isinstance(targets, list) and meta_waba_id not in map(str, targets):
            return "The access token no longer covers this WhatsApp Business Account."
    return None


async def ask_for_import(graph: Graph, token: str, meta_phone_id: str, what: str) -> None:
    """Asks for `smb_app_state_sync` (contacts) or `history` of a number on the WhatsApp Business app; they come as
    notifications. Meta answers once, within a day of the signup. Raises GraphError."""
    body = {"messaging_product": "whatsapp", "sync_type": what}
    await graph.call("POST", f"{meta_phone_id}/smb_app_data", token, body=body)


async def clear_callback(graph: Graph, token: str, meta_phone_id: str) -> None:
    """Takes the number's own callback away; repeating it changes nothing. Raises GraphError."""
    await graph.call("POST", meta_phone_id, token, body={"webhook_configuration": {"override_callback_uri": ""}})


async def unsubscribe(graph: Graph, token: str, meta_waba_id: str) -> None:
    """Meta sends nothing more of this account to our app; raises GraphError."""
    await graph.call("DELETE", f"{meta_waba_id}/subscribed_apps", token)


def denies_access(refusal: Refusal) -> bool:
    """Whether Meta says that the token, or what it was granted, is no longer good."""
    return refusal.code in (0, 10, 102, 104, 190, *range(200, 300)) or is_gone(refusal)


def is_gone(refusal: Refusal) -> bool:
    """Missing and not permitted look the same from outside."""
    return refusal.code == 100 and refusal.subcode == 33


def entities(health_status: object) -> list[Entity] | None:
    """Bounded, whatever Meta sends; None when it says nothing."""
    found = _object(health_status).get("entities")
    if not isinstance(found, list):
        return None
    return [_entity(_object(each)) for each in found[:10]]


def _entity(entity: dict[str, Any]) -> Entity:
    problems = [
        Problem(
            error.get("error_code") if isinstance(error.get("error_code"), int) else None,
            _text(error.get("error_description")) or "Meta gives no reason.",
            _text(error.get("possible_solution")),
        )
        for error in map(_object, _list(entity.get("errors"))[:10])
    ]
    remarks = [text for remark in _list(entity.get("additional_info"))[:10] if (text := _text(remark))]
    kind, state = _text(entity.get("entity_type")) or "UNKNOWN", _text(entity.get("can_send_message")) or "AVAILABLE"
    return Entity(kind, state, problems, remarks)


def _text(value: object) -> str | None:
    return value.replace("\x00", "")[:LONGEST] if isinstance(value, str) and value else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
