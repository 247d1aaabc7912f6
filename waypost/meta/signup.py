"""The calls of Embedded Signup, each one step: code → token → WABA → phone → subscribed, registered, called back here.

Source: Meta's Embedded Signup server sequence for tech providers. What the browser saw are hints; the token decides.
"""

from typing import Any

import msgspec

from ..content import international
from .graph import Graph

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")
PHONE_FIELDS = (
    "id,display_phone_number,verified_name,status,platform_type,code_verification_status,is_on_biz_app,"
    "quality_rating,name_status,throughput,last_onboarded_time"
)


class SignupRefused(Exception):
    """The signup cannot go on with this code; the message is for the person in front of the page."""


class PhoneFacts(msgspec.Struct, frozen=True):
    """What Meta says about a number; `number` is `+` and digits."""

    id: str
    number: str
    verified_name: str | None
    is_registered: bool
    is_on_business_app: bool


async def exchange(graph: Graph, code: str) -> str:
    """The business token of a code; a code works once, so this is never repeated."""
    query = {"client_id": graph.meta.app_id, "client_secret": graph.meta.app_secret, "code": code}
    answer = await graph.call("GET", "oauth/access_token", query=query, once=True)
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise SignupRefused("Meta did not hand out an access token. Please try again.")
    return token


async def waba_of(graph: Graph, token: str, hint: str | None) -> str:
    """The WABA that the token was granted; the hinted one only if the token says so too."""
    answer = await graph.call("GET", "debug_token", graph.app_token, query={"input_token": token})
    data = answer.get("data")
    data = data if isinstance(data, dict) else {}
    if data.get("is_valid") is False or str(data.get("app_id", graph.meta.app_id)) != graph.meta.app_id:
        raise SignupRefused("The access that Meta granted is not for this app. Please try again.")
    scopes = [scope for scope in data.get("granular_scopes") or [] if isinstance(scope, dict)]
    listed = [str(scope) for scope in data.get("scopes") or []]
    granted = {*listed, *(str(scope.get("scope")) for scope in scopes)}
    # Without a plain list only the scope that leads to the WABA is sure to be told.
    if missing := [scope for scope in (SCOPES if listed else SCOPES[:1]) if scope not in granted]:
        raise SignupRefused(
            f"The permission {missing[0]} was not granted. Please try again and accept every permission."
        )
    targets = _targets(scopes)
    if hint is not None and (hint in targets or not targets):
        return hint
    if not targets:
        raise SignupRefused("No WhatsApp Business Account was shared. Please try again and choose one.")
    return targets[0]


def _targets(scopes: list[dict[str, Any]]) -> list[str]:
    for name in SCOPES:
        for scope in scopes:
            targets = scope.get("target_ids")
            if scope.get("scope") == name and isinstance(targets, list) and targets:
                return [str(target) for target in targets]
    return []


async def phone_of(graph: Graph, token: str, waba_id: str, hint: str | None) -> str:
    """The number to connect: the hinted one if the WABA has it, else the one onboarded last."""
    phones = await phones_of(graph, token, waba_id)
    ids = [str(phone["id"]) for phone in phones]
    if not ids:
        raise SignupRefused("The WhatsApp Business Account has no phone number yet. Please add one and try again.")
    if hint in ids:
        return str(hint)
    return str(max(phones, key=lambda phone: str(phone.get("last_onboarded_time") or ""))["id"])


async def phones_of(graph: Graph, token: str, waba_id: str) -> list[dict[str, Any]]:
    """Every phone number node of a WABA, all pages."""
    found: list[dict[str, Any]] = []
    query = {"fields": PHONE_FIELDS, "limit": "100"}
    for _ in range(50):
        answer = await graph.call("GET", f"{waba_id}/phone_numbers", token, query=query)
        found += [phone for phone in answer.get("data") or [] if isinstance(phone, dict) and phone.get("id")]
        paging = answer.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not paging.get("next") or not after:
            break
        query = {**query, "after": after}
    return found


async def waba_name(graph: Graph, token: str, waba_id: str) -> str | None:
    answer = await graph.call("GET", waba_id, token, query={"fields": "id,name"})
    name = answer.get("name")
    return name if isinstance(name, str) else None


async def phone_facts(graph: Graph, token: str, phone_id: str) -> PhoneFacts:
    node = await graph.call("GET", phone_id, token, query={"fields": PHONE_FIELDS})
    on_app = bool(node.get("is_on_biz_app"))
    registered = node.get("platform_type") == "CLOUD_API" and node.get("status") == "CONNECTED"
    return PhoneFacts(
        id=phone_id,
        number=international(str(node.get("display_phone_number") or "")),
        verified_name=node.get("verified_name") if isinstance(node.get("verified_name"), str) else None,
        is_registered=registered or (on_app and node.get("platform_type") == "CLOUD_API"),
        is_on_business_app=on_app,
    )


async def subscribe(graph: Graph, token: str, waba_id: str) -> None:
    """Meta sends this WABA's notifications to our app; repeating it changes nothing."""
    await graph.call("POST", f"{waba_id}/subscribed_apps", token)


async def register(graph: Graph, token: str, phone_id: str, pin: str) -> None:
    """Registers the number for the Cloud API with a two-step PIN of ours."""
    await graph.call("POST", f"{phone_id}/register", token, body={"messaging_product": "whatsapp", "pin": pin})


async def override_callback(graph: Graph, token: str, phone_id: str, url: str) -> None:
    """Points this phone's notifications at `url`, which Meta asks for a handshake at once."""
    configuration = {"override_callback_uri": url, "verify_token": graph.meta.verify_token}
    await graph.call("POST", phone_id, token, body={"webhook_configuration": configuration})
