"""Syncs: wishes become one, are shared by all workers, cost an allowance, and survive Meta's absence."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.accounts.meta import Meta
from tests.accounts.steps import able, change, check, row, seen, state, sync
from waypost.domain import numbers, registration, resync, syncs
from waypost.domain.phones import Phone
from waypost.domain.signups import pin_context
from waypost.errors import RateLimited
from waypost.meta.refusals import Refusal
from waypost.runtime import Runtime


async def want(rt: Runtime, phone: Phone, times: int = 1) -> None:
    for _ in range(times):
        async with rt.pool.connection() as conn:
            await syncs.want(conn, [(phone.organization_id, phone.id, "phone")])


async def test_facts_of_the_number_are_kept(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.phone = {
        "display_phone_number": "+54 9 11 5555-1234", "verified_name": "New", "quality_rating": "YELLOW",
        "throughput": {"level": "HIGH"}, "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
    }  # fmt: skip
    meta.waba = {"name": "Renamed", "business_verification_status": "pending"}
    await sync(rt, phone)
    found, waba = await row(rt, phone), await row(rt, phone, "wabas")
    assert (found["number"], found["verified_name"], found["quality"]) == ("+5491155551234", "New", "YELLOW")
    assert (found["messages_per_second"], found["messaging_limit"]) == (1000, "TIER_UNLIMITED")
    assert (waba["name"], waba["verification_status"], waba["is_subscribed"]) == ("Renamed", "pending", True)


LEVELS: list[tuple[dict[str, Any], int]] = [
    ({"throughput": {"level": "STANDARD"}}, 80),
    ({"throughput": {"level": "HIGH"}}, 1000),
    ({"throughput": {"level": "HIGH"}, "is_on_biz_app": True}, 20),
    ({"throughput": {"level": "NOT_APPLICABLE"}}, 7),
    ({"throughput": None}, 7),
    ({"throughput": "?"}, 7),
]


@pytest.mark.parametrize(("node", "expected"), LEVELS)
async def test_the_pace_follows_metas_level(
    rt: Runtime, meta: Meta, phone: Phone, node: dict[str, Any], expected: int
) -> None:
    await change(rt, phone, messages_per_second=7)
    meta.phone = node
    await sync(rt, phone, "phone")
    assert (await row(rt, phone))["messages_per_second"] == expected


ODD: list[dict[str, Any]] = [
    {"health_status": "bad"}, {"health_status": {"entities": [7, {}, {"errors": "x", "additional_info": [1]}]}},
    {"display_phone_number": None, "verified_name": None, "status": 7, "quality_rating": [], "platform_type": None},
    {"webhook_configuration": []}, {"verified_name": "NUL\x00 and " + "x" * 9000}, {"is_on_biz_app": "yes"},
]  # fmt: skip


@pytest.mark.parametrize("node", ODD)
async def test_odd_nodes_change_nothing_for_the_worse(
    rt: Runtime, meta: Meta, phone: Phone, node: dict[str, Any]
) -> None:
    meta.phone = node
    await sync(rt, phone)
    assert (await state(rt, phone))["error"] is None and (await row(rt, phone))["number"].startswith("+1555")
    assert able(await seen(rt, phone)) == "rst"


async def test_a_callback_is_set_where_there_is_none_or_an_older_one_of_ours(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    ours = f"{rt.config.public_url}/webhook/phone/{phone.id}"
    for present in (None, f"https://old.example/webhook/phone/{phone.id}"):
        meta.callbacks = {} if present is None else {phone.meta_phone_number_id: present}
        await sync(rt, phone, "phone")
        assert meta.callbacks[phone.meta_phone_number_id] == ours
    meta.calls.clear()
    await sync(rt, phone, "phone")
    assert meta.calls == ["read_phone"]
    meta.callbacks, meta.refused["callback"] = {"app": "http://127.0.0.1:1/webhook"}, (100, None)
    await sync(rt, phone, "phone")
    assert (await state(rt, phone))["error"] is None and check(await seen(rt, phone), "callback").ok


async def test_while_meta_is_down_the_last_that_was_known_stands(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await sync(rt, phone)
    synced = (await seen(rt, phone)).last_synced_at
    meta.silent = True
    gaps = []
    for _ in range(3):
        await sync(rt, phone)
        found = await state(rt, phone)
        gaps.append(found["due_at"] - found["now"])
    told = await seen(rt, phone)
    assert able(told) == "rst" and told.last_synced_at == synced
    assert not check(told, "sync").ok and "status 503" in check(told, "sync").message
    assert gaps[0] < gaps[1] < gaps[2], "later each time"
    meta.silent = False
    await sync(rt, phone)
    told = await seen(rt, phone)
    assert check(told, "sync").ok and (await state(rt, phone))["failures"] == 0


@pytest.mark.parametrize("code", [190, 10, 200])
async def test_a_token_refused_in_a_sync_shows(rt: Runtime, meta: Meta, phone: Phone, code: int) -> None:
    meta.refused = {"read_phone": (code, None)}
    await sync(rt, phone, "phone")
    assert able(await seen(rt, phone)) == "r--"
    meta.refused = {"read_waba": (code, None)}
    await change(rt, phone, "wabas", token_error=None)
    await sync(rt, phone, "waba")
    assert able(await seen(rt, phone)) == "r--"


async def test_a_number_that_left_the_account_shows(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.refused = {"read_phone": (100, 33)}
    await sync(rt, phone, "phone")
    assert able(await seen(rt, phone)) == "---"
    meta.refused = {}
    await sync(rt, phone, "phone")
    assert able(await seen(rt, phone)) == "rst"


async def test_several_workers_share_what_is_due(rt: Runtime, meta: Meta, phone: Phone) -> None:
    from tests.messages.tenants import connected

    phones = [phone, *[await connected(rt) for _ in range(11)]]
    for each in phones:
        await want(rt, each)
    counts = await asyncio.gather(*(resync.run(rt) for _ in range(4)))
    assert sum(counts) == 12 and meta.calls.count("read_phone") == 12


async def test_a_wish_during_a_sync_is_granted_after_it_and_never_beside_it(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    meta.held["read_phone"] = asyncio.Event()
    await want(rt, phone)
    running = asyncio.create_task(resync.run(rt))
    await meta.arrived.wait()
    await want(rt, phone, 5)
    assert await resync.run(rt) == 0, "it is being run"
    meta.held.pop("read_phone").set()
    assert await running == 1
    assert await resync.run(rt) == 1 and await resync.run(rt) == 0


async def test_a_sync_that_is_stopped_is_left_to_others_at_once(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.held["read_phone"] = asyncio.Event()
    await want(rt, phone)
    running = asyncio.create_task(resync.run(rt))
    await meta.arrived.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    meta.held.pop("read_phone").set()
    assert await resync.run(rt) == 1


async def test_the_sync_of_a_worker_that_died_is_taken_up_when_its_lease_is_over(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    await want(rt, phone)
    async with rt.pool.connection() as conn:
        assert len(await syncs.claim(conn, 5)) == 1
        assert await syncs.claim(conn, 5) == []
        await conn.execute("update account_syncs set claimed_until = now() - interval '1 s', due_at = now()")
    assert await resync.run(rt) == 1


async def test_meta_not_answering_at_all_is_a_failure_too(
    rt: Runtime, meta: Meta, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resync, "PATIENCE", 0.1)
    meta.held["read_phone"] = asyncio.Event()
    await sync(rt, phone, "phone")
    meta.held.pop("read_phone").set()
    assert (await state(rt, phone))["error"] == "Meta did not answer in time."


async def test_a_burst_is_granted_and_then_the_allowance_holds(rt: Runtime, meta: Meta, phone: Phone) -> None:
    granted = 0
    for _ in range(40):
        await want(rt, phone)
        granted += await resync.run(rt)
    most = syncs.BURST / syncs.PAUSE
    assert most <= granted <= most + 2
    found = await state(rt, phone)
    assert timedelta() < found["due_at"] - found["now"] <= syncs.PAUSE, "the wish is kept for when it may be granted"
    async with rt.pool.transaction() as conn:
        with pytest.raises(RateLimited) as refused:
            await syncs.claim_now(conn, phone.organization_id, phone.id, "phone")
    assert 1 <= (refused.value.retry_after or 0) <= 60


async def test_a_wish_for_what_is_due_already_writes_nothing(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await want(rt, phone)
    query = "select xmin::text from account_syncs where subject_id = $1"
    async with rt.pool.connection() as conn:
        before = await conn.fetchval(query, phone.id)
        await want(rt, phone, 3)
        assert await conn.fetchval(query, phone.id) == before


async def test_the_regular_round_comes_after_some_hours_and_not_for_all_at_once(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    gaps = set()
    for _ in range(5):
        await sync(rt, phone, "phone")
        found = await state(rt, phone)
        gaps.add(found["due_at"] - found["now"])
    assert len(gaps) == 5 and all(0.7 * syncs.PERIOD < gap < 1.3 * syncs.PERIOD for gap in gaps)


def refusal(code: int, subcode: int | None = None) -> Refusal:
    return Refusal(code, subcode, "No.", None, None, False)


HOPELESS = [133005, 133008, 133009, 131031, 368, 190, 10, 200, 100]
PASSING = [133004, 133006, 133015, 133016, 131045, 131000, 2, 4]


@pytest.mark.parametrize("code", HOPELESS)
def test_a_registration_that_needs_somebody_is_not_tried_again(code: int) -> None:
    assert registration.again(refusal(code), 0) is None


@pytest.mark.parametrize("code", PASSING)
def test_another_is_later_each_time_and_not_for_ever(code: int) -> None:
    pauses = [registration.again(refusal(code), tries) for tries in range(registration.TRIES + 1)]
    assert pauses[-1] is None and None not in pauses[:-1]
    assert pauses[:-1] == sorted(pause for pause in pauses if pause is not None)


async def owe(rt: Runtime, meta: Meta, phone: Phone) -> None:
    """A number whose registration was refused at its signup and may be tried again now."""
    meta.phone = {"status": "PENDING", "platform_type": "NOT_APPLICABLE"}
    await change(rt, phone, is_registered=False)
    async with rt.pool.connection() as conn:
        await numbers.owe_registration(
            conn, phone.organization_id, phone.id, 133015, "Just deleted.", timedelta(seconds=-1)
        )


async def test_a_registration_is_made_up_for(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await owe(rt, meta, phone)
    told = await seen(rt, phone)
    assert able(told) == "---" and "tried again" in str(check(told, "registration").fix)
    await sync(rt, phone, "phone")
    found = await row(rt, phone)
    assert found["is_registered"] and found["registration_error"] is None and found["register_at"] is None
    pin = rt.vault.open(found["pin"], pin_context(phone.id))
    assert {"messaging_product": "whatsapp", "pin": pin} in meta.bodies
    assert able(await seen(rt, phone)) == "rst"
    await sync(rt, phone, "phone")
    assert meta.calls.count("register") == 1


async def test_a_registration_refused_again_waits_longer_with_the_same_pin(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    await owe(rt, meta, phone)
    meta.refused["register"] = (133015, None)
    await sync(rt, phone, "phone")
    found, due = await row(rt, phone), await state(rt, phone)
    assert found["registration_tries"] == 2 and found["register_at"] > datetime.now(UTC) + timedelta(hours=1)
    assert due["due_at"] < datetime.now(UTC) + timedelta(hours=3), "the sync comes back for it"
    await change(rt, phone, register_at=datetime.now(UTC) - timedelta(seconds=1))
    meta.refused.clear()
    await sync(rt, phone, "phone")
    assert (await row(rt, phone))["pin"] == found["pin"] and (await row(rt, phone))["is_registered"]


@pytest.mark.parametrize("node", [{"code_verification_status": "NOT_VERIFIED"}, {"is_on_biz_app": True}])
async def test_it_is_not_tried_where_it_cannot_succeed(rt: Runtime, meta: Meta, phone: Phone, node: Any) -> None:
    await owe(rt, meta, phone)
    meta.phone = {**meta.phone, **node}
    await sync(rt, phone, "phone")
    assert "register" not in meta.calls


async def test_a_wrong_pin_met_later_ends_the_tries(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await owe(rt, meta, phone)
    meta.refused["register"] = (133005, None)
    await sync(rt, phone, "phone")
    assert (await row(rt, phone))["register_at"] is None
    told = await seen(rt, phone)
    assert (
        "two-step verification" in str(check(told, "registration").fix)
        and "133005" in check(told, "registration").message
    )
