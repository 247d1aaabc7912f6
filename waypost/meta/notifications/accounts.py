"""Fields about accounts, numbers and templates: handed on whole, each to be understood by the noun that it is about."""

from typing import Any

from ... import clock
from .facts import AccountChange
from .values import as_json, section, word

FIELDS = frozenset({
    "account_alerts", "account_review_update", "account_settings_update", "account_update",
    "business_capability_update", "business_username_update", "business_username_updates",
    "message_template_components_update", "message_template_quality_update", "message_template_status_update",
    "phone_number_name_update", "phone_number_quality_update", "security", "template_category_update",
    "template_correct_category_detection", "user_preferences",
})  # fmt: skip


def account_change(entry: Any, change: dict[str, Any], field: str) -> AccountChange:
    """Where a partner was added or removed, the entry is the partner's portfolio, and the value names the WABA."""
    value = section(change, "value")
    named = word(section(value, "waba_info"), "waba_id")
    portfolio = (word(value, "event") or "").startswith("PARTNER_") and not word(value, "phone_number")
    return AccountChange(
        meta_phone_id=word(section(value, "metadata"), "phone_number_id"),
        meta_waba_id=named or (None if portfolio else word(entry, "id")),
        field=field,
        value=as_json(value),
        at=clock.from_meta(entry.get("time")),
    )
