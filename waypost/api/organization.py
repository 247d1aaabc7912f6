"""The organization that a key speaks for."""

from ..domain import organizations
from ..domain.organizations import Organization
from .door import Call


async def show(call: Call) -> Organization:
    async with call.rt.pool.connection() as conn:
        return await organizations.one(conn, call.organization_id)
