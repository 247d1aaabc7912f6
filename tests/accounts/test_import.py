"""A number that stays on the WhatsApp Business app brings its contacts and its history along."""

import asyncio
from typing import Any

import pytest

from tests.accounts.meta import Meta
from tests.accounts.steps import state, sync
from tests.stack import Client, Number, Stack
from waypost.domain.phones import Phone
from waypost.runtime import Runtime


async def conversations(client: Client, number: Number, least: int) -> list[dict[str, Any]]:
    for _ in range(200):
        found = (await client.get(f"/v1/phones/{number.id}/conversations")).data
        if len(found) >= least:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("no history came")


async def test_contacts_and_history_are_asked_for_once_the_number_is_known(stack: Stack) -> None:
    client = await stack.organization()
    number = await stack.connect(client, coexistence=True)
    for thread in await conversations(client, number, 1):
        messages = (await client.get(f"/v1/phones/{number.id}/conversations/{thread['id']}/messages")).data
        assert messages and {message["origin"] for message in messages} == {"history"}
        assert thread["unreadCount"] == 0
    told = [each.event for each in stack.receiver.got if each.path == number.path]
    assert set(told) <= {"phone_number.connected"}


async def test_a_number_of_the_cloud_api_alone_asks_for_nothing(rt: Runtime, phone: Phone) -> None:
    async with rt.pool.connection() as conn:
        kinds = await conn.fetch("select kind from account_syncs where subject_id = $1", phone.id)
    assert "import" not in {row["kind"] for row in kinds}


@pytest.mark.parametrize("code", [None, 2593107, 2593108, 100])
async def test_what_meta_gives_once_is_not_asked_for_again(
    rt: Runtime, meta: Meta, phone: Phone, code: int | None
) -> None:
    if code is not None:
        meta.refused["app_data"] = (code, None)
    await sync(rt, phone, "import")
    async with rt.pool.connection() as conn:
        left = await conn.fetch(
            "select kind from account_syncs where organization_id = $1 and subject_id = $2",
            phone.organization_id,
            phone.id,
        )
    assert "import" not in {row["kind"] for row in left}
    asked = [body["sync_type"] for body in meta.bodies if "sync_type" in body]
    assert asked == (["smb_app_state_sync", "history"] if code is None else [])


async def test_a_throttle_puts_it_off(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.refused["app_data"] = (80007, None)
    await sync(rt, phone, "import")
    later = await state(rt, phone, "import")
    assert later["failures"] == 1 and later["due_at"] > later["now"]
