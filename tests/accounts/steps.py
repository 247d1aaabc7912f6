"""What the tests of accounts do again and again: sync, look at health and rows, tell what Meta tells."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from waypost.domain import account_changes, health, resync, syncs
from waypost.domain.phones import Phone
from waypost.meta.notifications import AccountChange
from waypost.runtime import Runtime


async def meta_waba_id(rt: Runtime, phone: Phone) -> str:
    query = "select meta_waba_id from wabas where organization_id = $1 and id = $2"
    async with rt.pool.connection() as conn:
        return str(await conn.fetchval(query, phone.organization_id, phone.waba_id))


async def row(rt: Runtime, phone: Phone, table: str = "phones") -> Any:
    id_ = phone.id if table == "phones" else phone.waba_id
    async with rt.pool.connection() as conn:
        return await conn.fetchrow(
            f"select * from {table} where organization_id = $1 and id = $2", phone.organization_id, id_
        )


async def change(rt: Runtime, phone: Phone, table: str = "phones", **values: Any) -> None:
    """Sets columns of the number's row or of its WABA's."""
    id_ = phone.id if table == "phones" else phone.waba_id
    names = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 3))
    async with rt.pool.connection() as conn:
        await conn.execute(
            f"update {table} set {names} where organization_id = $1 and id = $2",
            phone.organization_id, id_, *values.values(),
        )  # fmt: skip


async def sync(rt: Runtime, phone: Phone, *kinds: syncs.Kind) -> None:
    """Asks for these syncs (phone and WABA, unless told) and carries them out."""
    chosen: tuple[syncs.Kind, ...] = kinds or ("phone", "waba")
    wanted = [
        (phone.organization_id, phone.waba_id if kind in ("waba", "templates") else phone.id, kind) for kind in chosen
    ]
    async with rt.pool.connection() as conn:
        await syncs.want(conn, wanted)
    assert await resync.run(rt) >= len(chosen)


async def state(rt: Runtime, phone: Phone, kind: str = "phone") -> Any:
    """The row of a sync."""
    subject = phone.waba_id if kind in ("waba", "templates") else phone.id
    query = "select *, now() as now from account_syncs where organization_id = $1 and subject_id = $2 and kind = $3"
    async with rt.pool.connection() as conn:
        return await conn.fetchrow(query, phone.organization_id, subject, kind)


async def seen(rt: Runtime, phone: Phone) -> health.Health:
    return await health.of(rt, phone.organization_id, phone.id)


def check(told: health.Health, name: str) -> health.Check:
    [found] = [each for each in told.checks if each.name == name]
    return found


def able(told: health.Health) -> str:
    """`rst`: receive, send, templates; a dash for what it cannot."""
    have = told.capabilities
    flags = (have.can_receive_messages, have.can_send_messages, have.can_send_templates)
    return "".join(letter if flag else "-" for letter, flag in zip("rst", flags, strict=True))


async def tell(rt: Runtime, phone: Phone | None, field: str, value: Any, **more: Any) -> None:
    """A notification about the number's account, in a transaction of its own; `ago` in seconds, `waba` overrides."""
    waba = more["waba"] if "waba" in more else (await meta_waba_id(rt, phone) if phone else None)
    at = datetime.now(UTC) - timedelta(seconds=more.get("ago", 0))
    text = value if isinstance(value, str) else json.dumps(value)
    async with rt.pool.transaction() as conn:
        await account_changes.apply(
            conn, [AccountChange(more.get("meta_phone"), waba, field, text, more.get("at", at))]
        )
