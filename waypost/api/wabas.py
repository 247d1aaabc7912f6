"""WABAs over the API."""

from ..domain import wabas
from ..domain.wabas import Waba, WabaWithNotices
from ..paging import Slice
from .door import Call


async def listed(call: Call) -> Slice[Waba]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await wabas.listed(conn, call.organization_id, page)


async def one(call: Call) -> WabaWithNotices:
    async with call.rt.pool.connection() as conn:
        return await wabas.one(conn, call.organization_id, call.ids["id"])
