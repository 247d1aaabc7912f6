"""The bodies that Meta posts: pure functions from facts to JSON objects, and to bytes as Meta writes them."""

import json
import time
from typing import Any

from .world import Phone, Sent

Value = dict[str, Any]
Change = dict[str, Any]
Entry = dict[str, Any]

ERRORS_PAGE = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
PRICED_AT = ("sent", "delivered")


def encode(entries: list[Entry]) -> bytes:
    return as_bytes({"object": "whatsapp_business_account", "entry": entries})


def as_bytes(payload: dict[str, Any]) -> bytes:
    """Non-ASCII text as \\uXXXX escapes, as Meta sends it; the signature covers these bytes."""
    return json.dumps(payload, separators=(",", ":")).encode()


def entry(waba_id: str, changes: list[Change], at: int | None = None) -> Entry:
    """`at`: seconds, which only account-type fields carry."""
    return {"id": waba_id, **({} if at is None else {"time": at}), "changes": changes}


def change(value: Value, field: str = "messages") -> Change:
    return {"value": value, "field": field}


def metadata(phone: Phone) -> dict[str, str]:
    return {"display_phone_number": phone.digits, "phone_number_id": phone.id}


def phone_value(phone: Phone, **parts: Any) -> Value:
    """A value about one phone: who it is, and the parts that are not None."""
    frame = {"messaging_product": "whatsapp", "metadata": metadata(phone)}
    return {**frame, **{name: part for name, part in parts.items() if part is not None}}


def status(phone: Phone, sent: Sent, name: str, error: dict[str, Any] | None = None) -> Value:
    fact: dict[str, Any] = {"id": sent.wamid, "status": name, "timestamp": str(int(time.time()))}
    if sent.to:
        fact["recipient_id"] = sent.to
    if sent.user_id:
        fact["recipient_user_id"] = sent.user_id
    if "biz_opaque_callback_data" in sent.body:
        fact["biz_opaque_callback_data"] = sent.body["biz_opaque_callback_data"]
    if name in PRICED_AT:
        fact["pricing"] = pricing(sent.body)
    value: Value = {"messaging_product": "whatsapp", "metadata": metadata(phone)}
    if error:
        fact["errors"] = [error]
    else:
        value["contacts"] = [_recipient(sent)]
    return {**value, "statuses": [fact]}


def pricing(body: dict[str, Any]) -> dict[str, Any]:
    if body.get("type") == "template":
        return {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    return {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}


def failure(code: int, title: str, details: str) -> dict[str, Any]:
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}, "href": ERRORS_PAGE}


def _recipient(sent: Sent) -> dict[str, Any]:
    known = {"profile": {"name": sent.name}, "wa_id": sent.to, "user_id": sent.user_id}
    return {key: value for key, value in known.items() if value}
