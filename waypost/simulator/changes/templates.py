"""What Meta notifies about a template; the template in the world becomes what the notification says."""

from typing import Any

from ..problems import BadInput
from ..templates import Template
from ..world import Waba

Value = dict[str, Any]

_STATUS_EVENTS = (
    "APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "IN_APPEAL", "PENDING_DELETION", "DELETED", "FLAGGED",
    "REINSTATED", "LIMIT_EXCEEDED", "LOCKED", "ARCHIVED", "UNARCHIVED",
)  # fmt: skip
_STATUS_DETAILS: dict[str, Value] = {
    "REJECTED": {
        "reason": "INVALID_FORMAT",
        "rejection_info": {
            "reason": "Variables stand next to each other.",
            "recommendation": "Put words between them.",
        },
    },
    "PAUSED": {"other_info": {"title": "FIRST_PAUSE", "description": "Paused for three hours because of low quality."}},
    "DISABLED": {"other_info": {"title": "DISABLED", "description": "Disabled because of repeated low quality."}},
}
#: Events that name no status of their own.
_BACK_TO = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}


def _status(template: Template, event: str, now: int) -> Value:
    template.status = _BACK_TO.get(event, event)
    details = _STATUS_DETAILS.get(event, {})
    template.rejected_reason = str(details.get("reason", "NONE"))
    value = {"event": event, **_named(template), "reason": "NONE", "message_template_category": template.category}
    disabled = {"disable_info": {"disable_date": now}} if event == "DISABLED" else {}
    return {**value, **details, **disabled}


def _quality(template: Template, event: str, now: int) -> Value:
    before, template.quality = template.quality, event
    return {"previous_quality_score": before, "new_quality_score": event, **_named(template)}


def _components(template: Template, event: str, now: int) -> Value:
    texts = {
        "message_template_title": "HEADER",
        "message_template_element": "BODY",
        "message_template_footer": "FOOTER",
    }
    value = {**_named(template), **{name: template.text(kind) for name, kind in texts.items() if template.text(kind)}}
    buttons = [_button(button) for button in template.buttons]
    return {**value, "message_template_buttons": buttons} if buttons else value


def _button(button: Value) -> Value:
    told = {f"message_template_button_{name}": button.get(name) for name in ("type", "text", "url", "phone_number")}
    return {name: value for name, value in told.items() if value is not None}


def _category(template: Template, event: str, now: int) -> Value:
    """ "impending": in a day the category will be another; else it has become this one."""
    if event == "impending":
        correct = _other(template.category)
        soon = {"correct_category": correct, "category_update_timestamp": now + 86_400}
        return {**_named(template), "new_category": template.category, **soon}
    template.previous_category, template.category = template.category, event or _other(template.category)
    return {**_named(template), "previous_category": template.previous_category, "new_category": template.category}


def _advice(template: Template, event: str, now: int) -> Value:
    return {**_named(template), "category": template.category, "correct_category": event or _other(template.category)}


def _other(category: str) -> str:
    return "UTILITY" if category == "MARKETING" else "MARKETING"


def _named(template: Template) -> Value:
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }


#: Field to its builder and the events that it knows, the usual one first.
FIELDS = {
    "message_template_status_update": (_status, _STATUS_EVENTS),
    "message_template_quality_update": (_quality, ("YELLOW", "GREEN", "RED", "UNKNOWN")),
    "message_template_components_update": (_components, ("",)),
    "template_category_update": (_category, ("", "impending", "AUTHENTICATION", "MARKETING", "UTILITY")),
    "template_correct_category_detection": (_advice, ("", "AUTHENTICATION", "MARKETING", "UTILITY")),
}


def found(waba: Waba, name: str | None, language: str | None) -> Template:
    """The WABA's first template when none is named."""
    for template in waba.templates:
        if name in (None, template.name) and language in (None, template.language):
            return template
    raise BadInput("template", f"WABA {waba.id} has no template {name} in {language or 'any language'}.")
