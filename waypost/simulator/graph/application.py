"""The app itself: its facts, and the address to which Meta posts what no override claims."""

from typing import Any

from . import handshake
from .call import Call
from .nodes import Fields, show
from .refusals import Refusal, missing

FIELDS: Fields[None] = {
    "id": lambda call, _: call.stage.settings.app_id,
    "name": lambda call, _: call.stage.settings.app_name,
    "link": lambda call, _: f"{call.stage.settings.base_url}/games/?app_id={call.stage.settings.app_id}",
    "category": lambda call, _: "Business and pages",
}
DEFAULT = ("category", "link", "name")

OBJECT = "whatsapp_business_account"


async def read(call: Call) -> dict[str, Any]:
    call.token()
    return show(call, FIELDS, None, DEFAULT, "Application")


async def subscribe(call: Call) -> dict[str, Any]:
    call.app_token()
    for name in ("object", "callback_url", "verify_token"):
        if not call.text(name):
            raise missing(name)
    if call.text("object") != OBJECT:
        raise Refusal(100, f'Param object must be one of {{{OBJECT}}} - got "{call.text("object")}".')
    await handshake.verify(call.stage, call.text("callback_url"), call.text("verify_token"))
    call.stage.world.callback_url = call.text("callback_url")
    return {"success": True}


async def subscriptions(call: Call) -> dict[str, Any]:
    call.app_token()
    url = call.stage.world.callback_url
    fields = [{"name": "messages", "version": f"v{call.version}.0"}]
    return {"data": [{"object": OBJECT, "callback_url": url, "active": True, "fields": fields}] if url else []}
