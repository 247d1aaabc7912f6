"""What Meta tells about accounts: whom it is about, the latest by Meta's own time, and nothing that spoils a batch."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.accounts.meta import Meta
from tests.accounts.steps import change, meta_waba_id, state, tell
from tests.messages.tenants import connected
from waypost.domain import account_changes, notices
from waypost.domain.phones import Phone
from waypost.meta.notifications import AccountChange
from waypost.runtime import Runtime


async def told(rt: Runtime, phone: Phone, subject: UUID | None = None) -> dict[str, str | None]:
    """matter -> event, of the WABA unless told."""
    async with rt.pool.connection() as conn:
        found = await notices.listed(conn, phone.organization_id, subject or phone.waba_id)
    return {each.matter: each.event for each in found}


def digits(phone: Phone) -> str:
    return phone.number.lstrip("+")


#: field, value ({number} is the number's digits), whether it is about the number, matter, event
MATTERS: list[tuple[str, str, bool, str, str | None]] = [
    ("account_update", '{"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}', False, "ban",
     "DISABLED_UPDATE"),
    ("account_update", '{"event": "DISABLED_UPDATE", "phone_number": "{number}"}', False, "ban", "DISABLED_UPDATE"),
    ("account_update", '{"event": "ACCOUNT_RESTRICTION"}', False, "restriction", "ACCOUNT_RESTRICTION"),
    ("account_update", '{"event": "ACCOUNT_VIOLATION"}', False, "violation", "ACCOUNT_VIOLATION"),
    ("account_update", '{"event": "ACCOUNT_DELETED"}', False, "access", "ACCOUNT_DELETED"),
    ("account_update", '{"event": "PARTNER_REMOVED", "phone_number": "{number}"}', True, "access", "PARTNER_REMOVED"),
    ("account_update", '{"event": "ACCOUNT_OFFBOARDED", "phone_number": "{number}"}', True, "access",
     "ACCOUNT_OFFBOARDED"),
    ("account_update", '{"event": "VOLUME_BASED_PRICING_TIER_UPDATE"}', False, "account",
     "VOLUME_BASED_PRICING_TIER_UPDATE"),
    ("account_update", "{}", False, "account", None),
    ("account_review_update", '{"decision": "REJECTED"}', False, "review", "REJECTED"),
    ("account_alerts", '{"entity_type": "BUSINESS", "alert_info": {"alert_type": "OBA_REJECTED"}}', False, "alert",
     "OBA_REJECTED"),
    ("account_alerts", '{"alert_type": "OBA_APPROVED"}', False, "alert", "OBA_APPROVED"),
    ("business_capability_update", '{"max_phone_numbers_per_waba": 25}', False, "capability", None),
    ("phone_number_quality_update", '{"display_phone_number": "{number}", "event": "THROUGHPUT_UPGRADE"}', True,
     "quality", "THROUGHPUT_UPGRADE"),
    ("phone_number_name_update", '{"display_phone_number": "{number}", "decision": "APPROVED"}', True, "name",
     "APPROVED"),
    ("security", '{"display_phone_number": "{number}", "event": "PIN_CHANGED"}', True, "security", "PIN_CHANGED"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "is_numbers", "matter", "event"), MATTERS)
async def test_a_fact_is_kept_readable_and_asks_for_a_sync(
    rt: Runtime, meta: Meta, phone: Phone, field: str, value: str, is_numbers: bool, matter: str, event: str | None
) -> None:
    await tell(rt, phone, field, value.replace("{number}", digits(phone)))
    assert await told(rt, phone, phone.id if is_numbers else None) == {matter: event}
    assert await told(rt, phone, phone.waba_id if is_numbers else phone.id) == {}
    assert await state(rt, phone, "phone" if is_numbers else "waba") is not None
    assert await state(rt, phone, "waba") is not None


ODD = [
    ("account_update", "not json"), ("account_update", "[]"), ("account_update", '"text"'), ("account_update", "null"),
    ("account_update", '{"event": {"a": 1}, "waba_info": "x", "phone_number": {}}'),
    ("account_alerts", '{"alert_info": ["x"]}'), ("user_preferences", '{"user_preferences": []}'),
    ("something_new", '{"event": "X"}'), ("message_template_status_update", "{}"),
    ("message_template_status_update", '{"message_template_id": {"a": 1}, "event": 7}'),
    ("account_update", '{"event": "NUL \\u0000"}'), ("phone_number_quality_update", '{"display_phone_number": [1]}'),
    ("security", '{"display_phone_number": "19990000000", "event": "PIN_CHANGED"}'),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), ODD)
async def test_odd_shapes_spoil_nothing(rt: Runtime, meta: Meta, phone: Phone, field: str, value: str) -> None:
    await tell(rt, phone, field, value)
    await tell(rt, phone, "account_review_update", {"decision": "APPROVED"})
    assert (await told(rt, phone))["review"] == "APPROVED"
    await tell(rt, phone, field, value, waba=None)
    await tell(rt, None, field, value, waba="404")


async def test_an_unknown_account_changes_nothing(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await tell(rt, None, "account_update", {"event": "ACCOUNT_DELETED"}, waba="404404")
    await tell(rt, phone, "account_update", {"event": "PARTNER_REMOVED", "phone_number": "19998887777"})
    assert await told(rt, phone) == {} and await told(rt, phone, phone.id) == {}
    async with rt.pool.connection() as conn:
        assert await conn.fetchval("select count(*) from account_syncs") == 0


async def test_a_number_is_found_when_the_entry_is_the_partners_portfolio(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    other = await connected(rt)
    value = {"event": "PARTNER_REMOVED", "phone_number": digits(phone)}
    await tell(rt, None, "account_update", value, waba="9000000001")
    assert await told(rt, phone, phone.id) == {"access": "PARTNER_REMOVED"}
    assert await told(rt, other, other.id) == {}
    named = {"event": "PARTNER_APP_UNINSTALLED", "waba_info": {"waba_id": await meta_waba_id(rt, other)}}
    await tell(rt, None, "account_update", named, waba="9000000001")
    assert await told(rt, other) == {"access": "PARTNER_APP_UNINSTALLED"}


async def test_an_account_of_two_organizations_is_told_to_both(rt: Runtime, meta: Meta, phone: Phone) -> None:
    other = await connected(rt)
    await change(rt, other, "wabas", meta_waba_id=await meta_waba_id(rt, phone))
    await tell(rt, phone, "account_review_update", {"decision": "REJECTED"})
    assert await told(rt, phone) == await told(rt, other) == {"review": "REJECTED"}


async def test_a_disconnected_number_hears_nothing(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await change(rt, phone, disconnected_at=datetime.now(UTC))
    await tell(rt, phone, "security", {"display_phone_number": digits(phone), "event": "PIN_CHANGED"})
    assert await told(rt, phone, phone.id) == {} and await told(rt, phone) == {}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
async def test_the_latest_by_metas_time_wins_in_any_order_and_repeated(
    rt: Runtime, meta: Meta, phone: Phone, order: tuple[int, ...], together: bool
) -> None:
    decisions = ("PENDING", "REJECTED", "APPROVED")
    waba, now = await meta_waba_id(rt, phone), datetime.now(UTC)
    facts = [
        AccountChange(
            None, waba, "account_review_update", json.dumps({"decision": decisions[place]}),
            now + timedelta(seconds=place),
        )
        for place in order
    ]  # fmt: skip
    batches = [[*facts, *facts]] if together else [[fact] for fact in (*facts, *facts)]
    for batch in batches:
        async with rt.pool.transaction() as conn:
            await account_changes.apply(conn, batch)
    assert await told(rt, phone) == {"review": "APPROVED"}


async def test_a_large_value_is_not_kept_whole(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await tell(rt, phone, "account_update", {"event": "X", "more": "y" * 100_000})
    async with rt.pool.connection() as conn:
        [found] = await notices.listed(conn, phone.organization_id, phone.waba_id)
    assert bytes(found.value) == b"{}" and found.event == "X"


async def test_a_batch_costs_the_same_few_statements_whatever_its_size(rt: Runtime, meta: Meta, phone: Phone) -> None:
    phones = [phone, *[await connected(rt) for _ in range(10)]]
    wabas = [await meta_waba_id(rt, each) for each in phones]

    async def statements(ids: list[str]) -> int:
        facts = [AccountChange(None, id_, "account_review_update", '{"decision": "APPROVED"}', None) for id_ in ids]
        counted: list[Any] = []
        async with rt.pool.transaction() as conn:
            with conn.query_logger(counted.append):
                await account_changes.apply(conn, facts)
        return len(counted)

    assert await statements(wabas[:1]) == await statements(wabas) <= 6
