"""Sending and reading messages over the API."""

from ..domain import conversations, messages, outbound, phones
from ..domain.conversations import Conversation
from ..domain.messages import Message
from ..domain.outbound import Sent
from ..paging import Slice
from .door import Call


async def send(call: Call) -> Sent:
    return await outbound.send(call.rt, call.organization_id, call.ids["phone_id"], call.body)


async def listed_conversations(call: Call) -> Slice[Conversation]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        phone = await phones.required(conn, call.organization_id, call.ids["phone_id"])
        return await conversations.listed(conn, call.organization_id, phone.id, page)


async def listed_messages(call: Call) -> Slice[Message]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await messages.listed(
            conn, call.organization_id, call.ids["phone_id"], call.ids["conversation_id"], page
        )
