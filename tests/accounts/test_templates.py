"""Templates: read from Meta whole or not at all, changed by what Meta tells, and sends checked against them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.accounts.meta import Meta
from tests.accounts.steps import state, sync, tell
from tests.messages.tenants import connected
from waypost.domain import resync, templates
from waypost.domain.phones import Phone
from waypost.errors import Forbidden, Invalid, NotFound, UpstreamFailed
from waypost.meta import requests
from waypost.paging import Page
from waypost.runtime import Runtime


def node(id_: str, name: str = "order_update", language: str = "en_US", **more: Any) -> dict[str, Any]:
    body = {"type": "BODY", "text": "Hi {{1}}, order {{2}} is on its way."}
    usual = {"status": "APPROVED", "category": "UTILITY", "parameter_format": "POSITIONAL", "components": [body]}
    return {"id": id_, "name": name, "language": language, **usual, **more}


async def listed(rt: Runtime, phone: Phone, page: Page | None = None, **filters: str) -> list[str]:
    """`id:status` of a page."""
    async with rt.pool.connection() as conn:
        found = await templates.listed(conn, phone.organization_id, phone.waba_id, page or Page(), filters)
    assert all(each.last_synced_at for each in found.items)
    return [f"{each.id}:{each.status}" for each in found.items]


async def checked(rt: Runtime, phone: Phone, name: str = "order_update", language: str = "en_US", *body: str) -> None:
    given: dict[str, Any] = {"type": "template", "to": "5491155551234", "templateName": name, "languageCode": language}
    if body:
        given["parameters"] = {"body": [{"type": "text", "text": text} for text in body]}
    send = msgspec.convert(given, requests.KINDS[("template", None)])
    async with rt.pool.transaction() as conn:
        await templates.check(conn, phone.organization_id, phone.waba_id, send)


async def refused(rt: Runtime, phone: Phone, *given: str) -> list[dict[str, str]]:
    with pytest.raises(Invalid) as error:
        await checked(rt, phone, *given)
    details: list[dict[str, str]] = error.value.details
    return details


async def test_all_pages_are_read_and_what_is_gone_goes(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.templates, meta.page = [node(str(number), f"t_{number:03}") for number in range(7)], 3
    await sync(rt, phone, "templates")
    assert meta.calls.count("list") == 3 and len(await listed(rt, phone)) == 7
    meta.templates = [node("3", "t_003", status="PAUSED"), node("9", "t_009")]
    await sync(rt, phone, "templates")
    assert await listed(rt, phone) == ["3:PAUSED", "9:APPROVED"]
    meta.templates = []
    await sync(rt, phone, "templates")
    assert await listed(rt, phone) == []


@pytest.mark.parametrize("how", ["refused", "unreadable", "silent"])
async def test_a_sync_that_fails_midway_leaves_the_old_list(
    rt: Runtime, meta: Meta, phone: Phone, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta.templates = [node("1"), node("2", "other")]
    await sync(rt, phone, "templates")
    meta.templates, meta.page = [node(str(number), f"t_{number}") for number in range(10, 16)], 2
    usual = meta._list

    def failing(path: str, query: Any, body: Any) -> Any:
        if query.get("after") != "2":
            return usual(path, query, body)
        meta.silent = how == "silent"
        return {"data": None} if how == "unreadable" else {"error": {"code": 131059, "message": "(#131059) Cursor."}}

    monkeypatch.setattr(meta, "_list", failing, raising=False)
    await sync(rt, phone, "templates")
    assert await listed(rt, phone) == ["1:APPROVED", "2:APPROVED"]
    assert (await state(rt, phone, "templates"))["error"]


async def test_lists_are_paged_filtered_and_ones_own(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.templates = [
        node("1", "b"), node("2", "a", "es"), node("3", "a", "en"),
        node("4", "c", status="PAUSED", category="MARKETING"),
    ]  # fmt: skip
    await sync(rt, phone, "templates")
    assert await listed(rt, phone) == ["3:APPROVED", "2:APPROVED", "1:APPROVED", "4:PAUSED"]
    assert await listed(rt, phone, Page(2, 3)) == ["4:PAUSED"] and await listed(rt, phone, Page(9, 3)) == []
    assert await listed(rt, phone, name="a") == ["3:APPROVED", "2:APPROVED"]
    assert await listed(rt, phone, name="a", language="es") == ["2:APPROVED"]
    assert await listed(rt, phone, status="PAUSED") == await listed(rt, phone, category="MARKETING") == ["4:PAUSED"]
    other = await connected(rt)
    assert await listed(rt, other) == []


ODD: list[Any] = [7, None, {}, {"id": "1"}, {"id": "1", "name": "x", "language": None}]


async def test_odd_entries_are_passed_over(rt: Runtime, meta: Meta, phone: Phone) -> None:
    strange = {"id": 5, "name": "x", "language": "en", "components": "?", "quality_score": "?", "status": None}
    meta.templates = [*ODD, strange, node("6", rejected_reason="NONE", quality_score={"score": "GREEN"})]
    await sync(rt, phone, "templates")
    assert await listed(rt, phone) == ["6:APPROVED", "5:UNKNOWN"]


async def test_a_send_that_does_not_fit_is_refused_with_the_placeholder(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.templates = [node("1")]
    await sync(rt, phone, "templates")
    await checked(rt, phone, "order_update", "en_US", "Ana", "1001")
    [problem] = await refused(rt, phone, "order_update", "en_US", "Ana")
    assert problem == {
        "field": "parameters.body",
        "message": "the template order_update (en_US) has 2 placeholders, {{1}} and {{2}}; 1 value was given, {{2}} is"
        " missing.",
    }


@pytest.mark.parametrize("status", sorted(templates.UNSENDABLE))
async def test_a_template_that_is_not_approved_is_refused_with_the_reason(
    rt: Runtime, meta: Meta, phone: Phone, status: str
) -> None:
    meta.templates = [node("1", status=status, rejected_reason="SCAM")]
    await sync(rt, phone, "templates")
    [problem] = await refused(rt, phone, "order_update", "en_US", "Ana", "1001")
    assert problem["field"] == "templateName" and f"status {status}: SCAM" in problem["message"]


async def age(rt: Runtime, by: timedelta) -> None:
    async with rt.pool.connection() as conn:
        await conn.execute("update templates set synced_at = synced_at - $1::interval, status_at = null", by)


async def test_what_is_unknown_or_known_from_long_ago_is_left_to_meta(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await checked(rt, phone)
    assert await state(rt, phone, "templates") is not None, "and is asked for"
    meta.templates = [node("1"), node("2", language="es"), node("3", "late", status="PENDING")]
    await sync(rt, phone, "templates")
    [problem] = await refused(rt, phone, "order_update", "fr", "Ana", "1001")
    assert problem == {
        "field": "languageCode", "message": "the template order_update is not there in fr, only in en_US, es.",
    }  # fmt: skip
    await checked(rt, phone, "unheard_of", "en_US")
    await age(rt, templates.FRESH)
    await checked(rt, phone, "order_update", "fr", "Ana", "1001")
    await checked(rt, phone, "late", "en_US", "Ana", "1001")
    await refused(rt, phone, "order_update", "en_US", "Ana")


async def test_an_approved_one_beside_a_deleted_one_of_the_same_name_counts(
    rt: Runtime, meta: Meta, phone: Phone
) -> None:
    meta.templates = [node("1", status="PENDING_DELETION"), node("2")]
    await sync(rt, phone, "templates")
    await checked(rt, phone, "order_update", "en_US", "Ana", "1001")


def status_update(event: str, id_: str = "1", **more: Any) -> dict[str, Any]:
    return {"event": event, "message_template_id": int(id_), "message_template_name": "order_update", **more}


async def test_what_meta_tells_of_a_template_counts_at_once(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.templates = [node("1")]
    await sync(rt, phone, "templates")
    await age(rt, timedelta(hours=3))
    await tell(rt, phone, "message_template_status_update", status_update("PAUSED"))
    assert await listed(rt, phone) == ["1:PAUSED"]
    [problem] = await refused(rt, phone, "order_update", "en_US", "Ana", "1001")
    assert "paused it for its quality" in problem["message"]
    await tell(rt, phone, "message_template_status_update", status_update("REJECTED", reason="SCAM"))
    assert "rejected it (status REJECTED: SCAM)" in (await refused(rt, phone))[0]["message"]
    await tell(rt, phone, "message_template_status_update", status_update("APPROVED"), ago=600)
    assert await listed(rt, phone) == ["1:REJECTED"], "an older one comes too late"
    await tell(rt, phone, "message_template_status_update", status_update("REINSTATED"))
    assert await listed(rt, phone) == ["1:APPROVED"]


async def test_quality_and_category_are_told_too(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.templates = [node("1")]
    await sync(rt, phone, "templates")
    quality = {"message_template_id": "1", "previous_quality_score": "GREEN", "new_quality_score": "RED"}
    await tell(rt, phone, "message_template_status_update", quality)
    impending = {"message_template_id": "1", "new_category": "MARKETING", "previous_category": "UTILITY"}
    await tell(rt, phone, "template_category_update", impending)
    async with rt.pool.connection() as conn:
        found = await templates.listed(conn, phone.organization_id, phone.waba_id, Page(), {})
    [one] = found.items
    assert (one.status, one.quality, one.category) == ("APPROVED", "RED", "MARKETING")


async def test_changed_components_and_new_templates_are_read_anew(rt: Runtime, meta: Meta, phone: Phone) -> None:
    await sync(rt, phone, "templates")
    meta.templates = [node("1")]
    await tell(rt, phone, "message_template_components_update", {"message_template_id": 1})
    assert await resync.run(rt) == 1
    assert await listed(rt, phone) == ["1:APPROVED"]


async def test_another_accounts_template_of_the_same_id_is_left_alone(rt: Runtime, meta: Meta, phone: Phone) -> None:
    other = await connected(rt)
    meta.templates = [node("1")]
    await sync(rt, phone, "templates")
    await sync(rt, other, "templates")
    await tell(rt, phone, "message_template_status_update", status_update("PAUSED"))
    assert await listed(rt, other) == ["1:APPROVED"]


async def test_on_demand_they_are_read_now_once_at_a_time(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.templates = [node("1"), node("2", "other")]
    told = await asyncio.gather(*(resync.templates_now(rt, phone.organization_id, phone.id) for _ in range(3)))
    assert [count for count, _ in told] == [2, 2, 2]
    assert await resync.run(rt) == 0, "nothing is left over"


async def test_on_demand_metas_failures_are_told(rt: Runtime, meta: Meta, phone: Phone) -> None:
    meta.silent = True
    with pytest.raises(UpstreamFailed):
        await resync.templates_now(rt, phone.organization_id, phone.id)
    meta.silent, meta.refused = False, {"list": (190, None)}
    with pytest.raises(Forbidden):
        await resync.templates_now(rt, phone.organization_id, phone.id)
    meta.refused = {}
    assert (await resync.templates_now(rt, phone.organization_id, phone.id))[0] == 0
    async with rt.pool.connection() as conn:
        await conn.execute("update phones set disconnected_at = $2 where id = $1", phone.id, datetime.now(UTC))
    with pytest.raises(NotFound, match="is disconnected"):
        await resync.templates_now(rt, phone.organization_id, phone.id)
