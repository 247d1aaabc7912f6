"""Reading over the API: conversations in pages, by contact and one by one; their messages, and one message."""

import re

from ..content import digits
from ..domain import conversation_list, conversation_search, identities, messages, phones
from ..domain.conversation_list import Conversation
from ..domain.messages import Message
from ..errors import Invalid
from ..paging import Slice
from .door import Call

LONGEST_SEARCH = 100
_NUMBER = re.compile(r"\s*\+?[0-9][0-9\s()./-]{0,38}")


async def listed(call: Call) -> Slice[Conversation]:
    """All, or those of a contact: `contactPhone` exactly, `search` by parts of name, username and number."""
    page, number, sought = call.page, _number(call), _sought(call)
    if number is not None and sought is not None:
        raise Invalid.field("search", "cannot be combined with contactPhone: give one of them.")
    if page.cursor is not None and (number is not None or sought is not None):
        raise Invalid.field("cursor", "cannot be combined with contactPhone or search: give page.")
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        phone = await phones.required(conn, call.organization_id, call.ids["phone_id"])
        if number is not None:
            return await conversation_search.by_number(conn, phone.organization_id, phone.id, number, page)
        if sought is not None:
            return await conversation_search.by_words(conn, phone.organization_id, phone.id, sought, page)
        return await conversation_list.listed(conn, phone.organization_id, phone.id, page)


async def one(call: Call) -> Conversation:
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await conversation_list.one(
            conn, call.organization_id, call.ids["phone_id"], call.ids["conversation_id"]
        )


async def separate(call: Call) -> Conversation:
    organization_id, phone_id = call.organization_id, call.ids["phone_id"]
    id_ = await identities.separate(call.rt, organization_id, phone_id, call.ids["conversation_id"])
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await conversation_list.one(conn, organization_id, phone_id, id_)


async def listed_messages(call: Call) -> Slice[Message]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await messages.listed(
            conn,
            call.organization_id,
            call.ids["phone_id"],
            call.ids["conversation_id"],
            page,
            call.rt.config.public_url,
        )


async def message(call: Call) -> Message:
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await messages.one(
            conn, call.organization_id, call.ids["phone_id"], call.ids["message_id"], call.rt.config.public_url
        )


def _number(call: Call) -> str | None:
    text = call.query.get("contactPhone")
    if text is None or not text.strip():
        return None
    if not _NUMBER.fullmatch(text) or len(digits(text)) > 20:
        raise Invalid.field("contactPhone", "must be a phone number with country code, such as 5491155551234.")
    return text


def _sought(call: Call) -> str | None:
    text = call.query.get("search")
    if text is None or not text.strip():
        return None
    if len(text) > LONGEST_SEARCH:
        raise Invalid.field("search", f"must have at most {LONGEST_SEARCH} characters.")
    if "\0" in text:
        raise Invalid.field("search", "must not contain the character NUL.")
    return text
