"""Meta's review of templates: approved after a while, or rejected when the name ends in `_rejected`; it is told."""

import asyncio
import time

from .changes.templates import FIELDS
from .stage import Stage
from .templates import Template
from .world import Waba

REJECTED = "_rejected"


def submit(stage: Stage, waba: Waba, template: Template) -> None:
    """PENDING until the review delay is over; without a delay it is settled at once, and told all the same."""
    template.status = "PENDING"
    template.rejected_reason = "NONE"
    delay = stage.settings.review_delay
    if delay <= 0:
        _settle(stage, waba, template)
    else:
        asyncio.get_running_loop().call_later(delay, _settle, stage, waba, template)


def _settle(stage: Stage, waba: Waba, template: Template) -> None:
    if stage.world.wabas.get(waba.id) is not waba or template not in waba.templates or template.status != "PENDING":
        return
    change_status(stage, waba, template, "REJECTED" if template.name.endswith(REJECTED) else "APPROVED")


def change_status(stage: Stage, waba: Waba, template: Template, event: str) -> None:
    _tell(stage, waba, template, "message_template_status_update", event)


def change_components(stage: Stage, waba: Waba, template: Template) -> None:
    _tell(stage, waba, template, "message_template_components_update", "")


def _tell(stage: Stage, waba: Waba, template: Template, field: str, event: str) -> None:
    build, _events = FIELDS[field]
    stage.notify_account(waba, field, build(template, event, int(time.time())))
