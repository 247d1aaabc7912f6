"""Reading: pages by cursor while rows move, filters, threads from both ends, details, templates, files, receipts."""

import asyncio
from typing import Any

import pytest

from tests.inbox.browser import Browser
from tests.inbox.conftest import ANA, BEN, Office, office_of
from tests.inbox.test_permissions import form
from tests.sending.test_read import reads
from tests.stack import Stack
from waypost.domain import shared_inbox_conversations
from waypost.paging import cursor_at, place_of


@pytest.fixture(scope="module")
async def crowd(stack: Stack) -> Office:
    """Twelve customers, each with one message."""
    office = await office_of(stack)
    for nth in range(10):
        await office.writes(f"1650555700{nth}", "Hi", f"Customer {nth}")
    rows = (await office.client.get(f"/v1/phones/{office.number.id}/conversations")).data
    office.threads = {row["contactPhone"]: row["id"] for row in rows}
    return office


async def pages(guest: Browser, path: str, between: Any = None, **query: Any) -> list[dict[str, Any]]:
    """All rows, page by page; `between` runs after each."""
    rows, cursor = [], None
    while True:
        params = {**query, **({"cursor": cursor} if cursor else {})}
        answer = await guest.get(path, params=params)
        assert answer.status == 200, answer.body
        rows += answer.data
        pagination = answer.body["meta"]["pagination"]
        cursor = pagination.get("nextCursor")
        assert pagination["hasMore"] is (cursor is not None) and len(answer.data) <= int(query["limit"])
        if cursor is None:
            return rows
        if between is not None:
            await between()


async def test_pages_show_nothing_twice_and_lose_nothing_while_rows_move(crowd: Office) -> None:
    guest = await crowd.browser("readInbox")

    async def somebody_writes() -> None:
        await crowd.writes(ANA, "me again")

    rows = await pages(guest, "/conversations", somebody_writes, limit=5)
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids)) and set(crowd.threads.values()) - {crowd.threads[ANA]} <= set(ids)
    found = await pages(guest, "/conversations", limit=4, search="customer")
    assert sorted(row["contactName"] for row in found) == [f"Customer {nth}" for nth in range(10)]
    moved = (await guest.get(f"/conversations/{crowd.threads[ANA]}")).data
    assert moved["lastMessage"]["origin"] == "contact" and moved["lastMessage"]["preview"] == "me again"
    thread = (await guest.get(f"/conversations/{crowd.threads[ANA]}/messages")).data
    assert moved["lastMessage"]["id"] == thread[-1]["id"]
    assert moved["mergedInto"] is None and moved["unreadCount"] >= 2


async def test_filters_find_what_is_far_back(crowd: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = await crowd.browser()
    monkeypatch.setattr(shared_inbox_conversations, "WALK", 3)
    monkeypatch.setattr(
        shared_inbox_conversations, "_END", shared_inbox_conversations._END.replace("offset 1999", "offset 2")
    )
    for number in list(crowd.threads)[:11]:
        if number != BEN:
            answer = await guest.post(f"/conversations/{crowd.threads[number]}/read", {})
            assert answer.status == 200 and answer.data["unreadCount"] == 0
    unread = await pages(guest, "/conversations", limit=2, filter="unread")
    assert {row["id"] for row in unread} == {
        id_ for number, id_ in crowd.threads.items() if number == BEN or number == list(crowd.threads)[11]
    }
    async with crowd.stack.rt.pool.connection() as conn:
        await conn.execute(
            "update conversations set last_inbound_at = now() - interval '25 hours' where phone_id = $1 and id <> $2",
            crowd.number.id, crowd.threads[BEN],
        )  # fmt: skip
    opened = await pages(guest, "/conversations", limit=2, filter="open")
    assert [row["id"] for row in opened] == [crowd.threads[BEN]]


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("filter=mine", "filter"), ("cursor=x", "cursor"),
     ("search=" + "x" * 101, "search"), ("search=%00", "search")],
)  # fmt: skip
async def test_bad_queries_are_named(office: Office, query: str, field: str) -> None:
    answer = await (await office.browser("readInbox")).get(f"/conversations?{query}")
    assert (answer.status, answer.fields) == (400, [field])


def test_cursors_of_any_length_are_read_back() -> None:
    for number in (1, 12, 123, 1234, 12345):
        assert place_of(cursor_at(number), tuple[int]) == (number,)


async def test_a_thread_is_read_from_both_ends_and_from_the_middle(office: Office) -> None:
    guest = await office.browser()
    for nth in range(9):
        await office.writes(BEN, f"no. {nth}", "Ben")
    path = f"/conversations/{office.threads[BEN]}/messages"

    def said(answer: Any) -> list[str]:
        return [row["content"]["body"] for row in answer.data]

    whole = await guest.get(path)
    assert said(whole) == ["Hola", *(f"no. {nth}" for nth in range(9))]
    assert set(whole.body["meta"]) == {"eventCursor"}
    newest = await guest.get(f"{path}?limit=4")
    assert said(newest) == said(whole)[-4:] and "after" not in newest.body["meta"]
    before = newest.body["meta"]["before"]
    await office.writes(BEN, "meanwhile", "Ben")
    older = await guest.get(f"{path}?limit=4&before={before}")
    assert said(older) == said(whole)[-8:-4]
    newer = await guest.get(f"{path}?limit=3&after={older.body['meta']['after']}")
    assert said(newer) == said(whole)[-4:-1]
    middle = whole.data[4]["id"]
    around = await guest.get(f"{path}?limit=5&around={middle}")
    assert said(around) == said(whole)[2:7] and {"before", "after"} <= set(around.body["meta"])
    assert said(await guest.get(f"{path}?limit=5&around={whole.data[0]['id']}")) == said(whole)[:5]
    both = await guest.get(f"{path}?before={before}&around={middle}")
    assert both.status == 400
    assert (await guest.get(f"{path}?around=x")).fields == ["around"]
    assert (await guest.get(f"{path}?before=x")).status == 400


async def test_details_show_the_contact_and_the_files(stack: Stack) -> None:
    office = await office_of(stack)
    guest = await office.browser()
    media = (await guest.call("POST", "/media", data=form())).data
    body = {"type": "document", "mediaId": media["mediaId"], "filename": "a.pdf", "conversationId": office.threads[ANA]}
    made = (await guest.send(body, "document")).data
    address = f"/inbox/{guest.link['id']}/api/media/{media['mediaId']}"
    assert made["content"] == {"mediaId": media["mediaId"], "filename": "a.pdf", "mediaUrl": address}
    details = (await guest.get(f"/conversations/{office.threads[ANA]}/details")).data
    assert (details["contactPhone"], details["contactName"]) == (ANA, "Ana")
    assert [row["id"] for row in details["media"]] == [made["id"]] and details["firstSeenAt"] is not None

    path = f"/media/{media['mediaId']}"
    whole = await guest.get(path)
    assert (whole.status, whole.body) == (200, b"%PDF-1.7")
    assert whole.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert whole.headers["Content-Disposition"].startswith("attachment") and "X-Server-Time" in whole.headers
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    part = await guest.get(path, headers={"Range": "bytes=1-3"})
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"PDF", "bytes 1-3/8")
    assert (await guest.get(path, headers={"Range": "bytes=9-"})).status == 416
    if etag := whole.headers.get("Etag"):
        assert (await guest.get(path, headers={"If-None-Match": etag})).status == 304
    stranger = await (await office_of(stack)).browser()
    assert (await stranger.get(path)).status == 404


async def test_reading_goes_up_to_the_contacts_last_message(stack: Stack) -> None:
    office = await office_of(stack)
    guest = await office.browser("readInbox", "markRead")
    for text in ("one", "two"):
        await office.writes(ANA, text)
    rows = (await guest.get(f"/conversations/{office.threads[ANA]}/messages")).data
    path = f"/conversations/{office.threads[ANA]}/read"
    assert (await guest.post(path, {"messageId": rows[1]["id"]})).data["unreadCount"] == 1
    assert (await guest.post(path)).data["unreadCount"] == 0
    reads = await read_receipts(office)
    await guest.post(path)
    assert await read_receipts(office) == reads
    assert (await guest.post(path, {"typing": True})).status == 200
    assert await read_receipts(office) == reads + 1
    assert (await guest.post(path, {"messageId": "x"})).fields == ["messageId"]
    [theirs, *_] = (await guest.get(f"/conversations/{office.threads[BEN]}/messages")).data
    assert (await guest.post(path, {"messageId": theirs["id"]})).status == 404


async def read_receipts(office: Office) -> int:
    """How many receipts Meta has had from this number."""
    return len(await reads(office.stack, office.number))


async def templates_are_here(office: Office) -> None:
    """Until what Meta has was taken over whole: a worker does that soon after the number is connected."""
    async with asyncio.timeout(10):
        async with office.stack.rt.pool.connection() as conn:
            while not await conn.fetchval(
                "select bool_and(synced_at is not null) from account_syncs where organization_id = $1"
                " and kind = 'templates'",
                office.client.organization_id,
            ):
                await asyncio.sleep(0.05)


async def test_templates_are_those_that_can_be_sent(office: Office) -> None:
    await templates_are_here(office)
    guest = await office.browser("sendTemplates")
    known = (await office.client.get(f"/v1/phones/{office.number.id}/templates")).data
    approved = {row["id"] for row in known if row["status"] == "APPROVED"}
    rows = await pages(guest, "/templates", limit=2)
    assert approved and [row["id"] for row in rows] == [row["id"] for row in known if row["id"] in approved]
    one = rows[0]
    assert set(one) == {"id", "name", "language", "category", "parameterFormat", "components"}
    found = await pages(guest, "/templates", limit=5, search=one["name"].upper(), language=one["language"])
    assert one["id"] in {row["id"] for row in found} and {row["language"] for row in found} == {one["language"]}
    body = next(part["text"] for part in one["components"] if part["type"] == "BODY")
    found = await pages(guest, "/templates", limit=100, search=body[:20])
    assert one["id"] in {row["id"] for row in found}
    assert await pages(guest, "/templates", limit=5, search="no such words at all") == []
    other = await pages(guest, "/templates", limit=100, category=str(one["category"]).lower())
    assert {row["category"] for row in other} == {one["category"]}
