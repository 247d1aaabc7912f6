"""What is kept for a time, and no longer: sessions, changes, sends, audit."""

from typing import Any
from uuid import UUID

from tests.inbox.conftest import ANA, Office
from waypost.workers import chores

AGES = {
    "inbox_sessions": "set expires_at = now() - interval '25 hours'",
    "inbox_changes": "set created_at = now() - interval '25 hours'",
    "inbox_sends": "set created_at = now() - interval '31 days'",
    "inbox_audit": "set at = now() - interval '366 days'",
}


async def counts(office: Office) -> dict[str, int]:
    async with office.stack.rt.pool.connection() as conn:
        return {
            table: await conn.fetchval(
                f"select count(*) from {table} where organization_id = $1", office.client.organization_id
            )
            for table in AGES
        }


async def test_only_what_is_old_is_forgotten(office: Office) -> None:
    guest = await office.browser()
    body: dict[str, Any] = {"type": "text", "text": "x", "conversationId": office.threads[ANA]}
    message = (await guest.send(body, "k")).data
    before = await counts(office)
    assert all(before.values())
    await chores.keep_inboxes_tidy(office.stack.rt)
    assert await counts(office) == before
    async with office.stack.rt.pool.connection() as conn:
        for table, change in AGES.items():
            await conn.execute(f"update {table} {change} where organization_id = $1", office.client.organization_id)
    await chores.keep_inboxes_tidy(office.stack.rt)
    assert await counts(office) == dict.fromkeys(AGES, 0)
    again = await office.browser()
    shown = (await again.get(f"/messages/{message['id']}")).data
    assert UUID(shown["id"]) and shown["clientId"] is None
