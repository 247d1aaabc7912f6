"""Message templates of a WABA: a few that every new WABA is given, listed and filtered."""

from typing import Any

from ..world import Template
from . import wabas
from .call import Call
from .nodes import Fields, page, show

FIELDS: Fields[Template] = {
    "id": lambda call, template: template.id,
    "name": lambda call, template: template.name,
    "status": lambda call, template: template.status,
    "category": lambda call, template: template.category,
    "language": lambda call, template: template.language,
    "components": lambda call, template: template.components,
    "parameter_format": lambda call, template: "POSITIONAL",
    "rejected_reason": lambda call, template: "NONE",
    "quality_score": lambda call, template: {"score": "UNKNOWN"},
    "sub_category": lambda call, template: None,
    "previous_category": lambda call, template: None,
    "correct_category": lambda call, template: None,
    "message_send_ttl_seconds": lambda call, template: None,
    "library_template_name": lambda call, template: None,
    "cta_url_link_tracking_opted_out": lambda call, template: None,
}
DEFAULT = ("name", "parameter_format", "components", "language", "status", "category")
FILTERS = ("status", "name", "category", "language")


async def list_templates(call: Call) -> dict[str, Any]:
    waba = wabas.found(call)
    wanted = {name: call.text(name) for name in FILTERS if call.text(name)}
    chosen = [one for one in waba.templates if all(getattr(one, name) == value for name, value in wanted.items())]
    shown = [show(call, FIELDS, template, DEFAULT, "MessageTemplate") for template in chosen]
    return page(call, f"{waba.id}/message_templates", shown)
