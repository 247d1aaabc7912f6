"""The session of a browser: opened with the link's secret, shown, closed."""

from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .. import answers
from ..domain import shared_inbox_sessions
from ..domain.shared_inbox_sessions import Session
from ..errors import Unauthorized
from ..runtime import Runtime
from .door import Call, Entrance, keep_cookie
from .hub import Hub
from .limits import Limits, address_of

MAX_BODY = 4 * 1024


class Exchange(msgspec.Struct, forbid_unknown_fields=True):
    """What stands behind `#t=` in the link."""

    token: str


class Closed(msgspec.Struct, rename="camel"):
    """The answer of signing out."""

    signed_out: bool = True


def opening(limits: Limits) -> Entrance:
    """The exchange, counted by `limits`."""

    async def opened(rt: Runtime, hub: Hub, request: Request, link_id: UUID) -> Response:
        address = address_of(request)
        limits.admit(link_id, address)
        given = answers.decode(Exchange, await answers.body(request, MAX_BODY))
        try:
            async with rt.pool.transaction() as conn:
                made = await shared_inbox_sessions.opened(conn, link_id, given.token[:200], address)
                [session] = await shared_inbox_sessions.shown(conn, [made.guest])
        except Unauthorized:
            limits.note(link_id, address)
            raise
        response = answers.data(session)
        keep_cookie(response, link_id, made.cookie)
        return response

    return opened


async def show(call: Call) -> Session:
    async with call.rt.pool.connection() as conn:
        [session] = await shared_inbox_sessions.shown(conn, [call.guest])
    return session


async def close(call: Call) -> Response:
    """Its cookie and its open streams end with it."""
    async with call.rt.pool.transaction() as conn:
        await shared_inbox_sessions.close(conn, call.guest)
    call.hub.sign_out(call.guest)
    response = answers.data(Closed())
    keep_cookie(response, call.guest.link_id, "", 0)
    return response
