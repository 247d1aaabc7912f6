"""Looking at the world, what was sent into it, and starting it anew."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..world import Phone, Waba, World
from . import wire


async def show(request: Request) -> Response:
    stage = wire.stage_of(request)
    world = stage.world
    return wire.answer(
        {
            "app_id": stage.settings.app_id,
            "config_id": stage.settings.config_id,
            "callback_url": world.callback_url,
            "wabas": [_waba(world, waba) for waba in world.wabas.values()],
            "phones": [_phone(phone) for phone in world.phones.values()],
            "tokens": len(world.tokens),
            "codes": len(world.codes),
            "sent": world.sent_count,
            "notifications": {**stage.notifier.counts, "pending": stage.notifier.pending},
        }
    )


def _waba(world: World, waba: Waba) -> dict[str, Any]:
    return {
        "id": waba.id,
        "name": waba.name,
        "business_id": waba.business_id,
        "subscribed": waba.subscribed,
        "override": waba.override.url if waba.override else None,
        "phones": [phone.id for phone in world.phones_of(waba.id)],
    }


def _phone(phone: Phone) -> dict[str, Any]:
    return {
        "id": phone.id,
        "waba_id": phone.waba_id,
        "display_phone_number": phone.display,
        "verified_name": phone.verified_name,
        "verified": phone.verified,
        "registered": phone.registered,
        "on_biz_app": phone.on_biz_app,
        "override": phone.override.url if phone.override else None,
    }


async def sent(request: Request) -> Response:
    """Newest first; `?phone_number_id=` and `?to=` filter."""
    world = wire.stage_of(request).world
    wanted = {name: request.query_params[name] for name in ("phone_number_id", "to") if name in request.query_params}
    found = [one for one in reversed(world.sent) if all(getattr(one, name) == value for name, value in wanted.items())]
    shown = found[: wire.limit(request)]
    return wire.answer({"count": world.sent_count, "sent": shown, "reads": list(world.reads)})


async def reset(request: Request) -> Response:
    wire.stage_of(request).reset()
    return wire.answer({"reset": True})
