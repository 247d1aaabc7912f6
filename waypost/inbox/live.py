"""What happens while the page is open: the stream of changes, and who else is there."""

from uuid import UUID

import msgspec
from starlette.responses import Response

from ..domain import shared_inbox_changes, shared_inbox_presence
from ..domain.shared_inbox_presence import Presence, State
from ..domain.shared_inbox_sessions import public_name
from ..errors import NotFound
from .door import Call
from .sse import EventStream


class Told(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Where the guest is, and what they do there; None: nowhere."""

    state: State
    conversation_id: UUID | None = None


async def events(call: Call) -> Response:
    """From where the browser was when its connection ended, else from the cursor of the list, else from now on."""
    place = shared_inbox_changes.place_at(call.request.headers.get("last-event-id") or call.query.get("after"))
    seat = await call.hub.open(call.guest, place)
    return EventStream(seat.stream, lambda: call.hub.close(seat))


async def presence(call: Call) -> Response:
    told: Told = await call.body(Told)
    guest = call.guest
    if call.hub.is_news(guest, told.conversation_id, told.state):
        async with call.rt.pool.connection() as conn:
            if told.conversation_id is not None and not await shared_inbox_presence.known(
                conn, guest.organization_id, guest.phone_id, told.conversation_id
            ):
                raise NotFound.of("conversation", told.conversation_id)
            here = Presence(guest.phone_id, public_name(guest.hash), told.conversation_id, told.state)
            await shared_inbox_presence.tell(conn, here)
    return Response(status_code=204)
