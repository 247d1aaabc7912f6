"""Facts of every sort, their books before and after, and deliveries put wherever they may be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from tests.messages.tenants import moment
from waypost.domain import accounting
from waypost.domain.accounting import Balance, Facts
from waypost.domain.phones import Phone
from waypost.meta.notifications import AccountChange, ContactCard, Echo, Imported, Unsupported
from waypost.runtime import Runtime

ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)


async def books(rt: Runtime) -> Balance:
    async with rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await accounting.balance(conn, ALWAYS)


@asynccontextmanager
async def noted(rt: Runtime, *, stored: int = 0, repeated: int = 0, set_aside: int = 0, messages: int = 0) -> Any:
    """The block brings exactly these facts, and leaves the books even."""
    before = (await books(rt)).facts
    yield
    after = await books(rt)
    assert after.is_even, after
    assert grown(before, after.facts) == (stored + repeated + set_aside, stored, repeated, set_aside, messages)


def grown(before: Facts, after: Facts) -> tuple[int, ...]:
    names = ("accepted", "stored", "repeated", "set_aside", "messages")
    return tuple(getattr(after, name) - getattr(before, name) for name in names)


@asynccontextmanager
async def undone(rt: Runtime) -> AsyncIterator[Any]:
    """A connection whose changes are rolled back when the block ends."""
    async with rt.pool.connection() as conn:
        changes = conn.transaction()
        await changes.start()
        try:
            yield conn
        finally:
            await changes.rollback()


def _written(phone: Phone, wamid: str, **changes: Any) -> dict[str, Any]:
    fields = {
        "meta_phone_id": phone.meta_phone_number_id, "wamid": wamid, "wa_id": "16505551234", "user_id": None,
        "name": None, "at": moment(0), "type": "text", "content": '{"body":"hi"}', "context": None, "original": None,
    }  # fmt: skip
    return {**fields, **changes}


def echo(phone: Phone, wamid: str, **changes: Any) -> Echo:
    return Echo(**_written(phone, wamid, **changes))


def imported(phone: Phone, wamid: str, **changes: Any) -> Imported:
    return Imported(**_written(phone, wamid, **changes))


def card(phone: Phone, name: str | None, second: float = 0, wa_id: str = "16505551234") -> ContactCard:
    return ContactCard(phone.meta_phone_number_id, wa_id, "US.1", None, name, moment(second))


def review(waba: str, decision: str, second: float = 0) -> AccountChange:
    value = f'{{"decision":"{decision}"}}'
    return AccountChange(None, waba, "account_review_update", value, moment(second))


def unknown() -> Unsupported:
    return Unsupported(None, "nothing known has this field", b"{}")
