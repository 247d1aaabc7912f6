"""The call that sends: in its number's turn, Meta's throttles waited out while the caller has patience.

What one number has under way is bounded, so that a Meta that hangs on one tenant leaves room for the others.
"""

import asyncio
import time
from collections import Counter
from typing import Any
from uuid import UUID

from ..errors import RateLimited, Unavailable
from ..meta.graph import Refused, Unreached
from ..meta.refusals import BUSY, PAIR_LIMIT, THROUGHPUT
from ..postgres.pool import Collision
from ..runtime import Runtime
from . import pacing
from .phones import Phone

#: Seconds that a send may wait for its turn and for throttles to pass, besides the time that Meta takes to answer.
PATIENCE = 10.0
#: Seconds to wait after a throttle before the same call is made again.
PAUSES: dict[int, tuple[float, ...]] = {
    THROUGHPUT: (1.0, 2.0, 4.0),
    PAIR_LIMIT: (6.0,),
    **dict.fromkeys(BUSY, (2.0, 5.0)),
}
LEAST_UNDER_WAY = 100
#: Seconds before its turn at which a send is stored.
LEAD = 0.02
#: A process that stood still lets what became due meanwhile leave at the number's pace, or nearly: not all at once.
CATCHING_UP = 0.955

_under_way: Counter[UUID] = Counter()
_left: dict[UUID, float] = {}


def room(per_second: int) -> int:
    """How many sends of a number may be under way at once."""
    return max(LEAST_UNDER_WAY, 2 * per_second)


def deadline() -> float:
    """The moment of `time.monotonic` at which a send that begins now loses its patience."""
    return time.monotonic() + PATIENCE


async def turn(rt: Runtime, phone: Phone, recipient: str, until: float) -> float:
    """The moment at which a send may leave; raises RateLimited when that is too late, or too much is under way."""
    if _under_way[phone.id] >= room(phone.messages_per_second):
        raise RateLimited("Meta is slow to answer for this number, and too many sends wait for it.", retry_after=2)
    return await pacing.wait_turn(rt, phone.organization_id, phone.id, phone.messages_per_second, recipient, until)


async def approach(at: float) -> None:
    """Until shortly before a turn: what is stored for a send is written when it is due, so that a burst of one tenant
    takes its time in the database as well."""
    await _until(at - LEAD)


async def post(rt: Runtime, phone: Phone, token: str, body: dict[str, Any], at: float, until: float) -> dict[str, Any]:
    """Meta's answer to a message that leaves at `at`. Raises GraphError, and Refused with the throttle that outlasted
    the patience."""
    _under_way[phone.id] += 1
    try:
        return await _posted(rt, phone, token, body, at, until)
    finally:
        _under_way[phone.id] -= 1
        if _under_way[phone.id] <= 0:
            del _under_way[phone.id]
            _left.pop(phone.id, None)


async def _posted(
    rt: Runtime, phone: Phone, token: str, body: dict[str, Any], at: float, until: float
) -> dict[str, Any]:
    tries = 0
    while True:
        await _leave(phone, at)
        try:
            return await _call(rt, phone, token, body)
        except Refused as error:
            pauses = PAUSES.get(error.refusal.code, ())
            if tries >= len(pauses) or time.monotonic() + pauses[tries] > until:
                raise
            pause = pauses[tries]
            tries += 1
            try:  # whatever keeps it from another try, what Meta said is what the send came to
                if error.refusal.code == THROUGHPUT:
                    await pacing.hold(rt, phone.organization_id, phone.id, pause)
                await asyncio.sleep(pause)
                at = await turn(rt, phone, "", until)
            except (RateLimited, Unavailable, *Collision):
                raise error from None


async def _leave(phone: Phone, at: float) -> None:
    """Until `at`, and a gap behind whatever left this process for the same number before."""
    await _until(at)
    free = max(time.monotonic(), _left.get(phone.id, 0.0))
    _left[phone.id] = free + pacing.gap(phone.messages_per_second) * CATCHING_UP
    await _until(free)


async def _until(at: float) -> None:
    if (seconds := at - time.monotonic()) > 0:
        await asyncio.sleep(seconds)


async def _call(rt: Runtime, phone: Phone, token: str, body: dict[str, Any]) -> dict[str, Any]:
    """One POST; a connection that could not be opened is tried once more, since nothing has left."""
    path = f"{phone.meta_phone_number_id}/messages"
    try:
        return await rt.graph.call("POST", path, token, body=body)
    except Unreached:
        return await rt.graph.call("POST", path, token, body=body)
