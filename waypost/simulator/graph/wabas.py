"""A WhatsApp Business Account: its facts, its phones, and the app's subscription to it."""

from typing import Any

from ..world import Override, Waba
from . import handshake, health, phones
from .call import Call
from .nodes import Fields, page, show
from .refusals import missing

FIELDS: Fields[Waba] = {
    "id": lambda call, waba: waba.id,
    "name": lambda call, waba: waba.name,
    "currency": lambda call, waba: waba.currency,
    "timezone_id": lambda call, waba: waba.timezone_id,
    "country": lambda call, waba: waba.country,
    "message_template_namespace": lambda call, waba: f"ns_{waba.id}",
    "account_review_status": lambda call, waba: waba.review_status,
    "business_verification_status": lambda call, waba: waba.verification_status,
    "ownership_type": lambda call, waba: "CLIENT_OWNED",
    "owner_business_info": lambda call, waba: {"id": waba.business_id, "name": waba.name},
    "on_behalf_of_business_info": lambda call, waba: None,
    "primary_funding_id": lambda call, waba: None,
    "health_status": health.of_waba,
    "marketing_messages_lite_api_status": lambda call, waba: "ELIGIBLE",
    "marketing_messages_onboarding_status": lambda call, waba: "ELIGIBLE",
    "is_enabled_for_insights": lambda call, waba: True,
    "disable_marketing_messages_on_cloud_api": lambda call, waba: False,
    "subscribed_apps": lambda call, waba: _apps(call, waba),
    "status": lambda call, waba: waba.status,
}
DEFAULT = ("name", "timezone_id", "message_template_namespace")


def found(call: Call) -> Waba:
    call.require_waba(call.node)
    return call.stage.world.wabas[call.node]


async def read(call: Call) -> dict[str, Any]:
    return show(call, FIELDS, found(call), DEFAULT, "WhatsAppBusinessAccount")


async def list_phones(call: Call) -> dict[str, Any]:
    waba = found(call)
    shown = [phones.describe(call, phone) for phone in call.stage.world.phones_of(waba.id)]
    return page(call, f"{waba.id}/phone_numbers", shown)


async def subscribe(call: Call) -> dict[str, Any]:
    """With an override, once its address has passed the handshake; without one, an earlier override is taken away."""
    waba = found(call)
    url = call.text("override_callback_uri")
    if url and not call.text("verify_token"):
        raise missing("verify_token")
    if url:
        await handshake.verify(call.stage, url, call.text("verify_token"))
    waba.override = Override(url, call.text("verify_token")) if url else None
    waba.subscribed = True
    return {"success": True}


async def subscriptions(call: Call) -> dict[str, Any]:
    return _apps(call, found(call))


def _apps(call: Call, waba: Waba) -> dict[str, Any]:
    settings = call.stage.settings
    link = f"{settings.base_url}/games/?app_id={settings.app_id}"
    row: dict[str, Any] = {
        "whatsapp_business_api_data": {"id": settings.app_id, "link": link, "name": settings.app_name},
    }
    if waba.override:
        row["override_callback_uri"] = waba.override.url
    return {"data": [row] if waba.subscribed else []}


async def unsubscribe(call: Call) -> dict[str, Any]:
    waba = found(call)
    waba.subscribed, waba.override = False, None
    return {"success": True}
