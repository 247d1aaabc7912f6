"""Health: what each trouble stops, who can mend it, and that asking is cheap and asks Meta behind."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.accounts.meta import Meta, well
from tests.accounts.steps import able, change, check, row, seen, state, sync, tell
from waypost.domain import health, resync
from waypost.domain.phones import Phone
from waypost.errors import NotFound
from waypost.meta.refusals import Refusal
from waypost.runtime import Runtime

GOOD = "rst"


def refusal(code: int) -> Refusal:
    return Refusal(code, None, "No.", "Meta's reason.", None, False)


async def test_a_number_is_ready_and_every_check_is_fine(rt: Runtime, meta: Meta, phone: Phone) -> None:
    before = await seen(rt, phone)
    assert before.last_synced_at is None and able(before) == GOOD
    await resync.run(rt)
    told = await seen(rt, phone)
    assert able(told) == GOOD and told.last_synced_at is not None
    assert [each.name for each in told.checks if not each.ok or each.fix is not None] == []
    assert [each.name for each in told.checks] == [
        "organization", "connection", "access", "token", "registration", "subscription", "callback", "status",
        "quality", "displayName", "review", "ban", "restriction", "violation", "payment", "metaPhoneNumber",
        "metaAccount", "metaBusiness", "metaApp", "sync",
    ]  # fmt: skip


ERROR = {"error_code": 141000, "error_description": "It is not verified.", "possible_solution": "Verify it."}
PAYMENT = {"error_code": 141006, "error_description": "There is a problem with the payment method."}
BLOCKED = {"can_send_message": "BLOCKED", "errors": [ERROR]}
LIMITED = {"can_send_message": "LIMITED", "additional_info": ["The display name has not been approved yet."]}

SOON = (datetime.now(UTC) + timedelta(days=3)).timestamp()

#: What Meta's nodes say -> the check that names it, what remains possible, words of message and of fix.
FROM_META: list[tuple[str, dict[str, Any], str, str, str, str]] = [
    ("phone", {"status": "FLAGGED"}, "status", "rst", "flagged", "You:"),
    ("phone", {"status": "RESTRICTED"}, "status", "rs-", "not begin conversations", "You:"),
    ("phone", {"status": "RATE_LIMITED"}, "status", "rs-", "limits", "You:"),
    ("phone", {"status": "BANNED"}, "status", "---", "banned", "Your customer:"),
    ("phone", {"status": "DISCONNECTED"}, "status", "---", "disconnected", "onboarding link"),
    ("phone", {"status": "DELETED"}, "status", "---", "no longer belongs", "onboarding link"),
    ("phone", {"status": "MIGRATED"}, "status", "---", "moved", "onboarding link"),
    ("phone", {"status": "PENDING"}, "status", "---", "not finished", "Meta:"),
    ("phone", {"status": "UNVERIFIED"}, "status", "---", "not verified", "Your customer:"),
    ("phone", {"quality_rating": "RED"}, "quality", "rst", "low", "You:"),
    ("phone", {"name_status": "DECLINED"}, "displayName", "rst", "declined", "Your customer:"),
    ("phone", {"name_status": "EXPIRED"}, "displayName", "rst", "expired", "Your customer:"),
    ("phone", {"name_status": "PENDING_REVIEW"}, "displayName", "rst", "reviewing", "Meta:"),
    ("phone", {"health_status": well(PHONE_NUMBER=BLOCKED)}, "metaPhoneNumber", "r--", "not verified", "Verify it."),
    ("phone", {"health_status": well(PHONE_NUMBER=LIMITED)}, "metaPhoneNumber", "rst", "display name", "customer:"),
    ("phone", {"health_status": well(WABA=BLOCKED)}, "metaAccount", "r--", "not verified", "Your customer:"),
    ("phone", {"health_status": well(BUSINESS=BLOCKED)}, "metaBusiness", "r--", "not verified", "Your customer:"),
    ("phone", {"health_status": well(APP={"can_send_message": "BLOCKED"})}, "metaApp", "r--", "BLOCKED", "operator"),
    ("phone", {"health_status": well(WABA={"errors": [PAYMENT]})}, "payment", "rs-", "payment", "Your customer:"),
    ("phone", {"platform_type": "NOT_APPLICABLE"}, "registration", "---", "not registered", "Your customer:"),
    ("waba", {"account_review_status": "REJECTED"}, "review", "r--", "rejected", "Your customer:"),
    ("waba", {"account_review_status": "PENDING"}, "review", "rst", "reviewing", "Meta:"),
    ("token", {"is_valid": False, "error": {"code": 190, "message": "It expired."}}, "token", "r--", "expired", "link"),
    ("token", {"app_id": "7"}, "token", "r--", "another Meta app", "onboarding link"),
    ("token", {"scopes": ["whatsapp_business_management"]}, "token", "r--", "whatsapp_business_messaging", "link"),
    ("token", {"granular_scopes": [{"scope": "whatsapp_business_management", "target_ids": ["7"]}]}, "token", "r--",
     "no longer covers", "onboarding link"),
    ("token", {"expires_at": 1_600_000_000}, "token", "r--", "expired on 2020-09-13", "onboarding link"),
    ("token", {"expires_at": SOON}, "token", "rst", "expires on", "onboarding link"),
]  # fmt: skip


@pytest.mark.parametrize(("noun", "node", "name", "remains", "message", "fix"), FROM_META)
async def test_what_meta_says_of_its_nodes_shows(
    rt: Runtime, meta: Meta, phone: Phone, noun: str, node: Any, name: str, remains: str, message: str, fix: str
) -> None:
    setattr(meta, noun, node)
    await sync(rt, phone)
    told = await seen(rt, phone)
    found = check(told, name)
    assert not found.ok and message in found.message and found.fix is not None and fix in found.fix
    assert able(told) == remains
    setattr(meta, noun, {})
    await sync(rt, phone)
    told = await seen(rt, phone)
    assert check(told, name).ok and able(told) == GOOD


BAN, RESTRICTED = "DISABLED_UPDATE", "ACCOUNT_RESTRICTION"
LATER, EARLIER = 4_000_000_000, 1_600_000_000
BUSINESS_INITIATED = "RESTRICTED_BIZ_INITIATED_MESSAGING"

#: What Meta tells by notification -> the check, what remains, and what takes it back.
TOLD: list[tuple[str, dict[str, Any], str, str, dict[str, Any] | None]] = [
    ("account_update", {"event": BAN, "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "April 17, 2025"}},
     "ban", "---", {"event": BAN, "ban_info": {"waba_ban_state": "REINSTATE"}}),
    ("account_update", {"event": BAN, "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}, "ban", "rst",
     {"event": BAN, "ban_info": {"waba_ban_state": "REINSTATE"}}),
    ("account_update", {"event": RESTRICTED, "restriction_info":
                        [{"restriction_type": BUSINESS_INITIATED, "expiration": LATER}]}, "restriction", "rs-",
     {"event": RESTRICTED, "restriction_info": [{"restriction_type": BUSINESS_INITIATED, "expiration": EARLIER}]}),
    ("account_update", {"event": RESTRICTED, "restriction_info":
                        [{"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"}]}, "restriction", "r--",
     {"event": RESTRICTED, "restriction_info": []}),
    ("account_update", {"event": RESTRICTED, "restriction_info": [{"restriction_type": "RESTRICTED_ADD_PHONE"}, 7]},
     "restriction", "rst", {"event": RESTRICTED}),
    ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"}}, "violation", "rst",
     None),
    ("account_update", {"event": "ACCOUNT_DELETED"}, "access", "---", {"event": "PARTNER_ADDED"}),
    ("account_update", {"event": "PARTNER_APP_UNINSTALLED", "waba_info": {"partner_app_id": "100000000000001"}},
     "access", "---", {"event": "PARTNER_APP_INSTALLED"}),
    ("account_review_update", {"decision": "REJECTED"}, "review", "r--", {"decision": "APPROVED"}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "name", "remains", "end"), TOLD)
async def test_what_meta_tells_by_notification_shows_at_once(
    rt: Runtime, meta: Meta, phone: Phone, field: str, value: Any, name: str, remains: str, end: Any
) -> None:
    await change(rt, phone, connected_at=datetime.now(UTC) - timedelta(hours=1))
    await tell(rt, phone, field, value, ago=60)
    told = await seen(rt, phone)
    assert not check(told, name).ok and check(told, name).fix and able(told) == remains
    if end is not None:
        await tell(rt, phone, field, end)
        told = await seen(rt, phone)
        assert check(told, name).ok and able(told) == GOOD


async def test_a_sync_much_later_ends_a_ban_whose_end_was_never_told(rt: Runtime, meta: Meta, phone: Phone) -> None:
    ban = {"event": BAN, "ban_info": {"waba_ban_state": "DISABLE"}}
    await change(rt, phone, connected_at=datetime.now(UTC) - timedelta(hours=2))
    await tell(rt, phone, "account_update", ban, ago=60)
    await sync(rt, phone)
    assert able(await seen(rt, phone)) == "---", "Meta's nodes may lag behind what it tells"
    async with rt.pool.connection() as conn:
        await conn.execute("update account_notices set at = now() - interval '1 hour'")
    assert able(await seen(rt, phone)) == GOOD
    meta.phone = {"health_status": well(WABA=LIMITED)}
    await sync(rt, phone)
    assert able(await seen(rt, phone)) == "---", "and a sync that finds the account unwell ends nothing"


async def test_what_was_told_before_the_connection_is_over(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await tell(rt, phone, "account_update", {"event": "ACCOUNT_DELETED"}, ago=3600)
    assert able(await seen(rt, phone)) == GOOD


async def test_another_apps_removal_is_none_of_our_business(rt: Runtime, meta: Meta, phone: Phone) -> None:
    value = {"event": "PARTNER_APP_UNINSTALLED", "waba_info": {"partner_app_id": "7"}}
    await tell(rt, phone, "account_update", value)
    assert able(await seen(rt, phone)) == GOOD


async def test_a_suspended_organization_and_a_disconnected_number_can_do_nothing(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    async with rt.pool.connection() as conn:
        await conn.execute("update organizations set suspended_at = now() where id = $1", phone.organization_id)
    told = await seen(rt, phone)
    assert able(told) == "---" and not check(told, "organization").ok
    async with rt.pool.connection() as conn:
        await conn.execute("update organizations set suspended_at = null where id = $1", phone.organization_id)
    await change(rt, phone, disconnected_at=datetime.now(UTC))
    told = await seen(rt, phone)
    assert able(told) == "---" and "onboarding link" in str(check(told, "connection").fix)


async def test_a_refused_send_tells_of_a_dead_token_once_and_asks_for_a_sync(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    async with rt.pool.connection() as conn:
        for code in (131047, 100, 132000):
            await health.note_refusal(conn, phone, refusal(code))
    assert able(await seen(rt, phone)) == GOOD
    async with rt.pool.connection() as conn:
        await conn.execute("delete from account_syncs")
        await health.note_refusal(conn, phone, refusal(190))
    told = await seen(rt, phone)
    assert able(told) == "r--" and "Meta refused (190)" in check(told, "token").message
    assert await state(rt, phone, "waba") is not None
    await sync(rt, phone)
    assert able(await seen(rt, phone)) == GOOD, "debug_token says that it is good"
    async with rt.pool.connection() as conn:
        await health.note_refusal(conn, phone, refusal(131042))
    told = await seen(rt, phone)
    assert able(told) == "rs-" and "payment" in check(told, "payment").message


async def test_asking_many_times_at_once_asks_meta_once(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await asyncio.gather(*(seen(rt, phone) for _ in range(30)))
    assert meta.calls == [], "the answer waits for nothing"
    assert await resync.run(rt) == 2
    assert sorted(meta.calls) == ["callback", "debug", "read_phone", "read_waba", "subscriptions"]
    assert await resync.run(rt) == 0


async def test_a_phone_that_nobody_has(rt: Runtime, meta: Meta, phone: Phone) -> None:
    for owner, id_ in ((phone.organization_id, uuid4()), (uuid4(), phone.id)):
        with pytest.raises(NotFound):
            await health.of(rt, owner, id_)


async def test_the_shape_of_the_answer(rt: Runtime, meta: Meta, phone: Phone) -> None:
    import msgspec

    told = json.loads(msgspec.json.encode(await seen(rt, phone)))
    assert set(told) == {"capabilities", "checks", "lastSyncedAt"}
    assert set(told["capabilities"]) == {"canReceiveMessages", "canSendMessages", "canSendTemplates"}
    assert all(set(each) == {"name", "ok", "message", "fix"} for each in told["checks"])


async def test_a_callback_of_somebody_else_stops_what_arrives(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.callbacks[phone.meta_phone_number_id] = "https://elsewhere.example/hook"
    await sync(rt, phone)
    told = await seen(rt, phone)
    assert able(told) == "-st" and "elsewhere.example" in check(told, "callback").message
    assert "callback" not in meta.calls, "another's callback is not fought over"
    await change(rt, phone, callback_url=None, override_error="Meta refused (100): No.")
    told = await seen(rt, phone)
    assert able(told) == GOOD and not check(told, "callback").ok


async def test_a_lost_subscription_is_renewed_and_shown_when_it_cannot_be(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    meta.subscribed = False
    meta.refused["subscribe"] = (100, None)
    await change(rt, phone, "wabas", is_subscribed=False)
    await sync(rt, phone, "waba")
    told = await seen(rt, phone)
    assert able(told) == "-st" and not check(told, "subscription").ok and not check(told, "sync").ok
    meta.refused.clear()
    await sync(rt, phone, "waba")
    assert meta.subscribed and (await row(rt, phone, "wabas"))["is_subscribed"] is True
    assert check(await seen(rt, phone), "subscription").ok
