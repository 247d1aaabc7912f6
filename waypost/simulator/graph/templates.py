"""Message templates of a WABA: listed and filtered, created, edited, deleted, unpaused."""

import time
from typing import Any

from .. import reviews
from ..templates import Template
from ..world import Waba
from . import drafts, health, wabas
from .call import Call
from .nodes import Fields, page, show
from .refusals import Refusal, missing, unknown_object

DAY = 86_400.0
NAME_BLOCKED = 30 * DAY
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
EDITS_A_DAY, EDITS_A_MONTH = 1, 10

#: Of a verified business with an approved name.
TEMPLATES_MAX = 6000
#: When templates were last scored, in seconds: always the same, for nobody scores here.
SCORED_AT = 1_750_000_000

FIELDS: Fields[Template] = {
    "id": lambda call, template: template.id,
    "name": lambda call, template: template.name,
    "status": lambda call, template: template.status,
    "category": lambda call, template: template.category,
    "language": lambda call, template: template.language,
    "components": lambda call, template: template.components,
    "parameter_format": lambda call, template: template.parameter_format,
    "rejected_reason": lambda call, template: template.rejected_reason,
    "quality_score": lambda call, template: {"score": template.quality, "date": SCORED_AT},
    "sub_category": lambda call, template: None,
    "previous_category": lambda call, template: template.previous_category,
    "correct_category": lambda call, template: None,
    "message_send_ttl_seconds": lambda call, template: template.ttl,
    "library_template_name": lambda call, template: None,
    "cta_url_link_tracking_opted_out": lambda call, template: None,
    "degrees_of_freedom_spec": lambda call, template: None,
    "health_status": health.of_template,
}
DEFAULT = ("name", "parameter_format", "components", "language", "status", "category")
FILTERS = ("status", "name", "category", "language")
KIND = "WhatsAppBusinessHSM"


async def list_templates(call: Call) -> dict[str, Any]:
    waba = wabas.found(call)
    wanted = {name: call.text(name) for name in FILTERS if call.text(name)}
    chosen = [one for one in waba.templates if all(getattr(one, name) == value for name, value in wanted.items())]
    if content := call.text("content").lower():
        chosen = [one for one in chosen if content in str(one.components).lower()]
    shown = [show(call, FIELDS, template, DEFAULT, KIND) for template in chosen]
    return {**page(call, f"{waba.id}/message_templates", shown), **_summary(call, waba, len(shown))}


def _summary(call: Call, waba: Waba, total: int) -> dict[str, Any]:
    """Counts, when the call asks for some of them."""
    known = {
        "total_count": total,
        "message_template_count": len(waba.templates),
        "message_template_limit": TEMPLATES_MAX,
        "are_translations_complete": False,
    }
    asked = {name: known[name] for name in call.text("summary").split(",") if name in known}
    return {"summary": asked} if asked else {}


def found(call: Call) -> tuple[Waba, Template]:
    waba = call.stage.world.waba_of(call.node)
    template = waba.template(call.node) if waba else None
    if waba is None or template is None:
        raise unknown_object(call.method, call.node)
    call.require_waba(waba.id)
    return waba, template


async def read(call: Call) -> dict[str, Any]:
    return show(call, FIELDS, found(call)[1], DEFAULT, KIND)


async def create(call: Call) -> dict[str, Any]:
    waba = wabas.found(call)
    draft = drafts.whole(call.body)
    _require_room(call, waba, draft)
    template = Template(call.stage.world.new_id(), status="PENDING", **draft)
    waba.templates.append(template)
    reviews.submit(call.stage, waba, template)
    return {"id": template.id, "status": template.status, "category": template.category}


def _require_room(call: Call, waba: Waba, draft: dict[str, Any]) -> None:
    name, language = draft["name"], draft["language"]
    if any((one.name, one.language) == (name, language) for one in waba.templates):
        raise drafts.refused(2388024, "Content in this language already exists", f"{name} exists in {language}.")
    if waba.deleted.get(name, 0) > time.time():
        raise drafts.refused(2388023, "Message template language is being deleted", f"{name} was deleted lately.")
    if len(waba.templates) >= call.stage.settings.template_limit:
        raise Refusal(100, "Invalid parameter", "Message template limit exceeded", subcode=2388019)


async def edit(call: Call) -> dict[str, Any]:
    """Goes back to review; what is not given stays."""
    waba, template = found(call)
    if template.status not in EDITABLE:
        raise drafts.refused(2388039, "Template cannot be edited", f"A {template.status} template cannot be edited.")
    changes = drafts.changes(template, call.body)
    if template.status == "APPROVED":
        _count_edit(template)
    for name, value in changes.items():
        setattr(template, name, value)
    if "components" in changes:
        reviews.change_components(call.stage, waba, template)
    reviews.submit(call.stage, waba, template)
    return {"success": True}


def _count_edit(template: Template) -> None:
    now = time.time()
    template.edits = [at for at in template.edits if now - at < 30 * DAY]
    today = [at for at in template.edits if now - at < DAY]
    if len(today) >= EDITS_A_DAY or len(template.edits) >= EDITS_A_MONTH:
        words = "An approved template can be edited once in 24 hours and 10 times in 30 days."
        raise drafts.refused(2388039, "Template edit limit reached", words)
    template.edits.append(now)


async def delete(call: Call) -> dict[str, Any]:
    """By name in all languages; with `hsm_id`, which must go with the name, in one."""
    waba = wabas.found(call)
    name, template_id = call.text("name"), call.text("hsm_id")
    if not name:
        raise missing("name")
    gone = [one for one in waba.templates if one.name == name and template_id in ("", one.id)]
    if not gone:
        raise Refusal(100, "Invalid parameter", f"Message template {name} was not found", subcode=2593002)
    waba.templates = [one for one in waba.templates if one not in gone]
    if any(one.status == "APPROVED" for one in gone) and not any(one.name == name for one in waba.templates):
        waba.deleted[name] = time.time() + NAME_BLOCKED
    for template in gone:
        reviews.change_status(call.stage, waba, template, "PENDING_DELETION")
    return {"success": True}


async def unpause(call: Call) -> dict[str, Any]:
    waba, template = found(call)
    if template.status != "PAUSED":
        raise Refusal(100, "Invalid parameter", f"Template {template.name} is not paused")
    reviews.change_status(call.stage, waba, template, "APPROVED")
    return {"success": True}
