"""Setting what is to go wrong, and taking it all back."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ..faults import Faults
from ..graph.operations import NAMES
from ..problems import BadInput
from . import wire


async def show(request: Request) -> Response:
    return wire.answer(wire.stage_of(request).faults)


async def change(request: Request) -> Response:
    """Each top-level field that is given replaces what was set for it; the others stay."""
    stage = wire.stage_of(request)
    given = await wire.read(request, Faults)
    names = msgspec.json.decode(await request.body() or b"{}", type=dict[str, msgspec.Raw]).keys()
    for field in ("fail", "drop"):
        for name in getattr(given, field):
            if name not in NAMES:
                raise BadInput(f"{field}.{name}", f"There is no such operation; write one of {', '.join(NAMES)}.")
    merged = {name: getattr(given if name in names else stage.faults, name) for name in Faults.__struct_fields__}
    stage.set_faults(Faults(**merged))
    return wire.answer(stage.faults)


async def clear(request: Request) -> Response:
    stage = wire.stage_of(request)
    stage.set_faults(Faults())
    return wire.answer(stage.faults)
