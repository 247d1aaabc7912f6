"""A business phone number: its facts, and the override of the address to which its notifications go."""

from datetime import UTC, datetime
from typing import Any

from ..world import Override, Phone
from . import handshake, health
from .call import Call
from .nodes import Fields, show
from .refusals import Refusal, missing


def webhook_configuration(call: Call, phone: Phone) -> dict[str, str]:
    waba = call.stage.world.wabas[phone.waba_id]
    urls = {
        "phone_number": phone.override.url if phone.override else None,
        "whatsapp_business_account": waba.override.url if waba.override else None,
        "application": call.stage.world.callback_url,
    }
    return {level: url for level, url in urls.items() if url}


def _status(call: Call, phone: Phone) -> str:
    return phone.status or ("CONNECTED" if phone.registered else "PENDING")


def _onboarded(call: Call, phone: Phone) -> str:
    return datetime.fromtimestamp(phone.onboarded_at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


FIELDS: Fields[Phone] = {
    "id": lambda call, phone: phone.id,
    "display_phone_number": lambda call, phone: phone.display,
    "verified_name": lambda call, phone: phone.verified_name,
    "code_verification_status": lambda call, phone: "VERIFIED" if phone.verified else "NOT_VERIFIED",
    "quality_rating": lambda call, phone: phone.quality,
    "quality_score": lambda call, phone: {"score": phone.quality},
    "platform_type": lambda call, phone: "CLOUD_API" if phone.registered else "NOT_APPLICABLE",
    "host_platform": lambda call, phone: "CLOUD_API" if phone.registered else "NOT_APPLICABLE",
    "throughput": lambda call, phone: {"level": phone.level if phone.registered else "NOT_APPLICABLE"},
    "webhook_configuration": webhook_configuration,
    "status": _status,
    "name_status": lambda call, phone: phone.name_status,
    "new_name_status": lambda call, phone: "NONE",
    "account_mode": lambda call, phone: phone.account_mode,
    "whatsapp_business_manager_messaging_limit": lambda call, phone: phone.messaging_limit,
    "messaging_limit_tier": lambda call, phone: None,
    "is_on_biz_app": lambda call, phone: phone.on_biz_app,
    "is_official_business_account": lambda call, phone: False,
    "official_business_account": lambda call, phone: {"oba_status": "NOT_STARTED"},
    "is_pin_enabled": lambda call, phone: phone.pin is not None,
    "is_preverified_number": lambda call, phone: False,
    "last_onboarded_time": _onboarded,
    "certificate": lambda call, phone: None,
    "new_certificate": lambda call, phone: None,
    "search_visibility": lambda call, phone: "NON_VISIBLE",
    "country_code": lambda call, phone: call.stage.world.wabas[phone.waba_id].country,
    "country_dial_code": lambda call, phone: phone.digits[:1],
    "eligibility_for_api_business_global_search": lambda call, phone: "NON_ELIGIBLE_UNDEFINED_COUNTRY",
    "conversational_automation": lambda call, phone: None,
    "username": lambda call, phone: None,
    "health_status": health.of_phone,
}
DEFAULT = (
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
)


def found(call: Call) -> Phone:
    phone = call.stage.world.phones[call.node]
    call.require_waba(phone.waba_id)
    return phone


def describe(call: Call, phone: Phone) -> dict[str, Any]:
    return show(call, FIELDS, phone, DEFAULT, "WhatsAppBusinessPhoneNumber")


async def read(call: Call) -> dict[str, Any]:
    return describe(call, found(call))


async def update(call: Call) -> dict[str, Any]:
    """Sets what the body names: the webhook override, the two-step PIN."""
    phone = found(call)
    if "webhook_configuration" in call.body:
        phone.override = await _override(call, phone, call.body["webhook_configuration"])
    if "pin" in call.body:
        phone.pin = call.text("pin")
    return {"success": True}


async def _override(call: Call, phone: Phone, wanted: dict[str, Any]) -> Override | None:
    url = wanted.get("override_callback_uri", "")
    if not url:
        return None
    if not call.stage.world.wabas[phone.waba_id].subscribed:
        raise Refusal(100, "Before override the current callback uri, your app must be subscribed to receive messages")
    verify_token = wanted.get("verify_token")
    if not verify_token:
        raise missing("webhook_configuration['verify_token']")
    await handshake.verify(call.stage, url, verify_token)
    return Override(url, verify_token)
