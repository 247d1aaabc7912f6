"""Templates that can be sent, for the picker of the page."""

from starlette.responses import Response

from ..domain import shared_inbox_templates
from .door import Call, limit_of, paged, word_of


async def listed(call: Call) -> Response:
    limit, guest = limit_of(call.query), call.guest
    search = word_of(call.query, "search")
    filters = {name: text for name in shared_inbox_templates.FILTERS if (text := word_of(call.query, name)) is not None}
    if "category" in filters:
        filters["category"] = filters["category"].upper()
    async with call.rt.pool.connection() as conn:
        found, following = await shared_inbox_templates.listed(
            conn, guest.organization_id, guest.phone_id, call.query.get("cursor"), limit, search, filters
        )
    return paged(found, limit, following)
