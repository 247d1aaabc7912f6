"""Which of Meta's limits are kept to, and when sends arrived."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ..limits import Arrivals, Limits
from ..problems import BadInput
from . import wire


async def show(request: Request) -> Response:
    return wire.answer(wire.stage_of(request).world.limits)


async def change(request: Request) -> Response:
    """Each field that is given replaces what was set; the others stay."""
    world = wire.stage_of(request).world
    given = await wire.read(request, Limits)
    names = msgspec.json.decode(await request.body() or b"{}", type=dict[str, msgspec.Raw]).keys()
    world.limits = msgspec.structs.replace(world.limits, **{name: getattr(given, name) for name in names})
    return wire.answer(world.limits)


async def clear(request: Request) -> Response:
    stage = wire.stage_of(request)
    stage.world.limits = stage.settings.limits
    return wire.answer(stage.world.limits)


async def arrivals(request: Request) -> Response:
    """`?phone_number_id=` and `?since=` (seconds since the epoch) choose; `?times=1` adds every moment."""
    world = wire.stage_of(request).world
    since = _since(request)
    wanted = request.query_params.get("phone_number_id")
    phones = [phone_id for phone_id in world.phones if wanted in (None, phone_id)]
    times = request.query_params.get("times") == "1"
    return wire.answer({"phones": {one: _shown(world.meters.of(one), since, times) for one in phones}})


def _since(request: Request) -> float:
    try:
        return float(request.query_params.get("since", "0"))
    except ValueError:
        raise BadInput("since", "Write seconds since the epoch.") from None


def _shown(seen: Arrivals, since: float, times: bool) -> dict[str, Any]:
    """Counts of each second from the first arrival on, and of each code that refused."""
    accepted = [at for at in seen.accepted if at >= since]
    refused = [(at, code) for at, code in seen.refused if at >= since]
    counts = [0] * (int(accepted[-1] - accepted[0]) + 1 if accepted else 0)
    for at in accepted:
        counts[int(at - accepted[0])] += 1
    codes: dict[str, int] = {}
    for _, code in refused:
        codes[str(code)] = codes.get(str(code), 0) + 1
    shown = {"accepted": len(accepted), "first": accepted[0] if accepted else None, "per_second": counts}
    return {**shown, "refused": codes, **({"times": accepted} if times else {})}
