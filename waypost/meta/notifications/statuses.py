"""A status object → a fact, and Meta's errors as customers see them."""

from typing import Any

from ... import clock
from .facts import StatusChange, Unsupported
from .people import identity
from .values import as_json, encode, entries, section, word

STATUSES = frozenset({"sent", "delivered", "read", "played", "failed"})


def status(phone: str, given: Any) -> StatusChange | Unsupported:
    wamid, state = word(given, "id"), word(given, "status")
    if not wamid or state not in STATUSES:
        kind = (state or "?")[:64]
        return Unsupported(phone, f"a status without id, or of an unknown kind: {kind}", encode(given))
    if word(given, "recipient_type") == "group":
        return Unsupported(phone, "statuses of groups are not handled", encode(given))
    errors = [error for error in entries(given, "errors") if isinstance(error, dict)]
    wa_id, user_id = identity((word(given, "recipient_id"),), (word(given, "recipient_user_id"),))
    pricing = section(given, "pricing")
    return StatusChange(
        meta_phone_id=phone,
        wamid=wamid,
        status=state,
        at=clock.from_meta(given.get("timestamp")),
        opaque=word(given, "biz_opaque_callback_data"),
        wa_id=wa_id,
        user_id=user_id,
        error=as_json(failure(errors[0])) if errors else None,
        pricing=as_json(_pricing(pricing)) if pricing else None,
    )


def _pricing(given: dict[str, Any]) -> dict[str, Any]:
    """`{type, category, model, billable}`, what is missing left out."""
    names = (("type", "type"), ("category", "category"), ("model", "pricing_model"), ("billable", "billable"))
    return {ours: given[theirs] for ours, theirs in names if isinstance(given.get(theirs), str | bool)}


def failure(error: dict[str, Any]) -> dict[str, Any]:
    """Meta's error object, as customers see it in `error`."""
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else error.get("details")
    title = error.get("title") or error.get("message")
    return {"code": error.get("code"), "title": title, "message": error.get("message") or title, "details": details}
