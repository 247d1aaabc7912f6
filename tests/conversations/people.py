"""Conversations made by SQL, and searches in them: for tests that need neither Meta nor a door."""

from uuid import UUID, uuid4

from tests.messages.tenants import moment
from waypost.domain import conversation_search
from waypost.domain.conversation_list import Conversation
from waypost.domain.phones import Phone
from waypost.paging import Page, Slice
from waypost.runtime import Runtime


async def person(
    rt: Runtime, phone: Phone, name: str | None = None, number: str | None = None, second: float = 0,
    username: str | None = None,
) -> UUID:  # fmt: skip
    """A conversation without messages, last active at that second."""
    id_ = uuid4()
    async with rt.pool.transaction() as conn:
        await conn.execute(
            "insert into conversations (organization_id, id, phone_id, contact_name, contact_phone, contact_username,"
            " last_message_at) values ($1, $2, $3, $4, $5, $6, $7)",
            phone.organization_id, id_, phone.id, name, number, username, moment(second),
        )  # fmt: skip
    return id_


async def change(rt: Runtime, id_: UUID, assignment: str, *values: object) -> None:
    async with rt.pool.transaction() as conn:
        await conn.execute(f"update conversations set {assignment} where id = $1", id_, *values)


async def found(rt: Runtime, phone: Phone, sought: str, page: Page | None = None) -> Slice[Conversation]:
    async with rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await conversation_search.by_words(conn, phone.organization_id, phone.id, sought, page or Page())


async def names(rt: Runtime, phone: Phone, sought: str) -> list[str | None]:
    return [each.contact_name for each in (await found(rt, phone, sought)).items]
