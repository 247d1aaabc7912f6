"""Templates over the API: those of a number's WABA, as last read from Meta, or read anew on demand."""

import msgspec

from ..domain import phones, resync, templates
from ..domain.templates import Template
from ..errors import Invalid
from ..paging import Slice
from .door import Call


class Synced(msgspec.Struct, rename="camel"):
    """What reading anew brought."""

    templates: int
    last_synced_at: str


async def listed(call: Call) -> Slice[Template]:
    page = call.page
    filters = {name: text for name in templates.FILTERS if (text := call.query.get(name))}
    if wrong := next((name for name, text in filters.items() if "\x00" in text or len(text) > 512), None):
        raise Invalid.field(wrong, "must be a word of at most 512 characters.")
    for name in ("status", "category"):
        if name in filters:
            filters[name] = filters[name].upper()
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        phone = await phones.required(conn, call.organization_id, call.ids["phone_id"])
        return await templates.listed(conn, call.organization_id, phone.waba_id, page, filters)


async def sync(call: Call) -> Synced:
    count, at = await resync.templates_now(call.rt, call.organization_id, call.ids["phone_id"])
    return Synced(count, at)
