"""Messages, statuses and changes together, in as few POSTs as the addresses allow."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ..parts import Part
from ..problems import BadInput
from ..stage import Stage
from . import wire
from .changes import Change, change_part
from .customers import Letter, letters
from .manner import Manner, deliver
from .statuses import Tidings, tidings_parts


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """One of them, in the words of its own call; how it is posted is the batch's to say."""

    message: Letter | None = None
    statuses: Tidings | None = None
    change: Change | None = None


class Batch(Manner):
    parts: list[Item]


async def post(request: Request) -> Response:
    batch = await wire.read(request, Batch)
    stage = wire.stage_of(request)
    parts = [part for place, item in enumerate(batch.parts) for part in _parts(stage, item, place)]
    batch.batch = batch.batch or max(1, len(parts) * batch.copies)
    answer: dict[str, Any] = await deliver(stage, batch, parts)
    written = [message["id"] for part in parts for message in part.value.get("messages", ())]
    return wire.answer({"messages": written, **answer})


def _parts(stage: Stage, item: Item, place: int) -> list[Part]:
    given = [one for one in (item.message, item.statuses, item.change) if one is not None]
    if len(given) != 1:
        raise BadInput(f"parts[{place}]", "Give one of message, statuses and change.")
    if item.message is not None:
        return letters(stage, item.message)
    if item.statuses is not None:
        return tidings_parts(stage, item.statuses)
    assert item.change is not None
    return [change_part(stage, item.change)]
