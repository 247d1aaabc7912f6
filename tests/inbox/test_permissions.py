"""What a link does not allow is refused by every call that does it; foreign ids are nobody's; masked is masked."""

import asyncio
import base64
import re
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.inbox.browser import ALL, Browser, Feed
from tests.inbox.conftest import ANA, BEN, Office, office_of
from tests.stack import Stack

#: (permission, method, path, body) of every call that takes one; `{t}` is a conversation, `{m}` a message of ours.
SENDS: dict[str, dict[str, Any]] = {
    "sendText": {"type": "text", "text": "Hello!"},
    "sendMedia": {"type": "image", "mediaId": "1234567890"},
    "sendTemplates": {"type": "template", "templateName": "order_update", "languageCode": "en_US"},
    "sendAdvanced": {"type": "location", "latitude": 1.0, "longitude": 2.0},
}
CALLS: list[tuple[str, str, str, Any]] = [
    ("readInbox", "GET", "/conversations", None),
    ("readInbox", "GET", "/conversations/{t}", None),
    ("readInbox", "GET", "/conversations/{t}/messages", None),
    ("readInbox", "GET", "/messages/{m}", None),
    ("readInbox", "GET", "/media/1234567890", None),
    ("readInbox", "POST", "/presence", {"conversationId": None, "state": "viewing"}),
    ("readInbox", "GET", "/events", None),
    ("readDetails", "GET", "/conversations/{t}/details", None),
    ("markRead", "POST", "/conversations/{t}/read", {}),
    ("sendTemplates", "GET", "/templates", None),
    *((permission, "POST", "/messages", body) for permission, body in SENDS.items()),
    ("sendAdvanced", "POST", "/messages", {"type": "reaction", "wamid": "wamid.x", "emoji": "👍"}),
    ("sendAdvanced", "POST", "/messages", {"type": "interactive", "interactiveType": "location_request"}),
    ("sendAdvanced", "POST", "/messages", {"type": "flow"}),
    ("sendAdvanced", "POST", "/messages", {"type": "nonsense"}),
    ("sendText", "POST", "/messages/{m}/retry", {}),
]


@pytest.fixture(scope="module")
async def message(office: Office) -> str:
    """A text of ours to Ana."""
    guest = await office.browser()
    sent = await guest.send({"type": "text", "text": "Hello!", "conversationId": office.threads[ANA]}, "first")
    assert sent.status == 201, sent.body
    return str(sent.data["id"])


async def called(guest: Browser, office: Office, message: str, call: tuple[str, str, str, Any]) -> Any:
    _, method, path, body = call
    path = path.replace("{t}", office.threads[ANA]).replace("{m}", message)
    if method == "POST" and path == "/messages":
        body = {**body, "conversationId": office.threads[ANA]}
    if path == "/events":
        async with guest.stack.session.get(guest.base + path, headers=guest._cookie()) as answer:
            return answer.status, await answer.json() if answer.status >= 400 else None
    answer = await guest.call(method, path, body, headers={"Idempotency-Key": uuid4().hex} if method == "POST" else {})
    return answer.status, answer.body


@pytest.mark.parametrize("off", ALL)
async def test_each_permission_that_is_off_forbids_its_calls_and_no_others(
    office: Office, message: str, off: str
) -> None:
    guest = await office.browser(*(name for name in ALL if name != off))
    await office.writes(ANA, "again")
    for call in CALLS:
        status, body = await called(guest, office, message, call)
        if call[0] == off:
            assert status == 403 and body["error"]["details"] == {"permission": off}, call
        else:
            assert status not in (401, 403), (call, body)


async def test_nothing_allowed_forbids_everything(office: Office, message: str) -> None:
    nobody = Browser(office.stack, (await office.browser("readInbox")).link)
    await nobody.exchange()
    path = f"/v1/shared-inbox-links/{nobody.link['id']}"
    await office.client.patch(path, {"permissions": {"readInbox": False}})
    for call in CALLS:
        assert (await called(nobody, office, message, call))[0] == 403, call
    upload = await nobody.call("POST", "/media", data=form())
    assert (upload.status, upload.error["details"]) == (403, {"permission": "sendMedia"})
    assert (await nobody.get("/session")).status == 200


def form() -> aiohttp.FormData:
    made = aiohttp.FormData()
    made.add_field("file", b"%PDF-1.7", filename="a.pdf", content_type="application/pdf")
    return made


async def test_uploads_take_one_of_two_permissions(office: Office) -> None:
    for permission, status in (("sendMedia", 200), ("sendTemplates", 200), ("sendAdvanced", 403)):
        guest = await office.browser(permission)
        answer = await guest.call("POST", "/media", data=form())
        assert answer.status == status, answer.body
        if status == 200:
            told = {name: answer.data[name] for name in ("mimeType", "fileSize", "filename")}
            assert told == {"mimeType": "application/pdf", "fileSize": 8, "filename": "a.pdf"}


async def test_ids_of_other_numbers_and_organizations_are_404(stack: Stack, office: Office, message: str) -> None:
    rival = await office_of(stack)
    second = Office(stack, office.client, await stack.connect(office.client), {})
    await second.writes(ANA, "to the other number")
    [thread] = (await office.client.get(f"/v1/phones/{second.number.id}/conversations")).data
    second.threads[ANA] = thread["id"]
    guest = await office.browser()
    for other in (rival, second):
        theirs = await other.browser()
        [row, *_] = (await theirs.get(f"/conversations/{other.threads[ANA]}/messages")).data
        for call in CALLS:
            if "{t}" in call[2] or "{m}" in call[2] or "conversationId" in str(call[3]):
                status, body = await called(guest, other, row["id"], call)
                wanted = 404 if call[3] != {"conversationId": None, "state": "viewing"} else 204
                assert status == wanted, (call, body)
        sent = await guest.send({**SENDS["sendText"], "conversationId": other.threads[ANA]}, uuid4().hex)
        assert (sent.status, sent.error["code"]) == (404, "NOT_FOUND")
        here = await guest.post("/presence", {"conversationId": other.threads[ANA], "state": "viewing"})
        assert here.status == 404
        quoted = {**SENDS["sendText"], "conversationId": office.threads[ANA], "context": {"wamid": row["wamid"]}}
        answer = await guest.send(quoted, uuid4().hex)
        assert (answer.status, answer.fields) == (400, ["context.wamid"])
        around = await guest.get(f"/conversations/{office.threads[ANA]}/messages?around={row['id']}")
        assert around.status == 404
    for path in ("/conversations/x", "/messages/1", f"/messages/{uuid4()}", "/media/x", f"/conversations/{uuid4()}"):
        assert (await guest.get(path)).status == 404, path


def tells(number: str, heard: bytes) -> list[str]:
    """Where bytes tell a number: in digits with or without punctuation, or inside of a wamid."""
    text = heard.decode()
    found = [m[0] for m in re.finditer(r"[0-9][0-9 ()+.-]{6,}[0-9]", text) if number in re.sub(r"\D", "", m[0])]
    for wamid in re.findall(r"wamid\.([A-Za-z0-9+/=_-]+)", text):
        raw = base64.b64decode(wamid + "=" * (-len(wamid) % 4), altchars=b"-_" if "-" in wamid else b"+/")
        found += [wamid] if number.encode() in raw else []
    return found


async def _told_of_statuses(office: Office, feed: Feed, words: str) -> None:
    """Of the message with these words, one by one: what comes together may be told together."""
    for nth, status in enumerate(("delivered", "read"), 1):
        await office.gets(words, status)
        assert (await feed.wait("status", nth))[-1].data["status"] == status


async def _says(office: Office, message: dict[str, Any]) -> None:
    letter = {"phone_number_id": office.number.meta_id, "from": ANA, "name": "Ana", "message": message}
    await office.stack.sim("POST", "/messages", letter)


async def test_without_details_no_byte_tells_who_the_contact_is(stack: Stack) -> None:
    office = await office_of(stack)
    whole = await office.browser()
    masked = await office.browser(*(name for name in ALL if name != "readDetails"))
    thread = office.threads[ANA]
    await stack.sim("POST", "/faults", {"statuses": {"off": True}})
    async with whole.stream(), masked.stream() as feed:
        [first] = (await whole.get(f"/conversations/{thread}/messages")).data
        text = {"type": "text", "text": "Hello, whoever!", "context": {"wamid": first["wamid"]}}
        sent = await masked.send({**text, "conversationId": thread, "clientId": "c-1"}, "a")
        assert sent.status == 201, sent.body
        await office.all_told(feed)
        await _told_of_statuses(office, feed, "whoever")
        reply = {"id": first["wamid"], "from": office.number.number}
        await _says(office, {"type": "text", "text": {"body": "yes"}, "context": reply})
        await office.writes(BEN, f"call me at {BEN}, or +{BEN}", BEN)
        reaction = {"type": "reaction", "wamid": first["wamid"], "emoji": "👍", "conversationId": thread}
        await masked.send(reaction, "b")
        refusal = {"code": 131030, "details": f"The recipient {ANA} is not in the allowed list"}
        await stack.sim("POST", "/faults", {"fail": {"messages.send": refusal}})
        refused = await masked.send({"type": "text", "text": "no", "conversationId": thread}, "c")
        assert refused.status == 400 and "•••• 1234" in refused.error["message"]
        await masked.get(f"/messages/{refused.error['details']['messageId']}")
        await office.writes(BEN, f"+{BEN}", BEN)
        await masked.post(f"/conversations/{thread}/read", {})
        moved = {"type": "system", "system": {
            "body": "Ana changed from +1 (650) 555-1234 to +1 650 555 9999", "wa_id": "16505559999",
            "type": "user_changed_number"}}  # fmt: skip
        await _says(office, moved)
        async with asyncio.timeout(10):
            while not any(e.data["message"]["type"] == "system" for e in feed.named("message")):
                await asyncio.sleep(0.02)
        async with masked.stream(after=(await masked.get("/conversations")).body["meta"]["eventCursor"]):
            pass
        for path in ("", f"/{thread}", f"/{thread}/messages", "?search=ana", "?filter=unread", "?search=5642"):
            assert (await masked.get("/conversations" + path)).status == 200
        await masked.get(f"/messages/{sent.data['id']}")
        await masked.get("/session")
    rows = {row["id"]: row for row in (await masked.get("/conversations")).data}
    assert rows[thread]["contactPhone"] == "•••• 9999" and rows[thread]["contactName"] == "Ana"
    assert rows[office.threads[BEN]]["contactPhone"] == rows[office.threads[BEN]]["contactName"] == "•••• 8642"
    assert all(row["contactUserId"] is None and row["contactUsername"] is None for row in rows.values())
    shown = (await masked.get(f"/messages/{sent.data['id']}")).data
    assert shown["statusTimestamps"] == {} and shown["pricing"] is None and shown["clientId"] == "c-1"
    assert shown["context"] == {"wamid": first["wamid"]}
    for number in (ANA, BEN, "16505559999"):
        assert tells(number, bytes(masked.heard)) == [], number
    assert (await whole.get(f"/conversations/{thread}")).data["contactPhone"] == "16505559999"
    told = (await whole.get(f"/messages/{sent.data['id']}")).data
    assert {"pending", "sent"} <= set(told["statusTimestamps"])


@pytest.mark.parametrize(
    ("search", "found"),
    [("ana", [ANA]), ("1234", [ANA]), ("8642", [BEN]), ("55558642", []), ("5551234", []), ("650", []), (ANA, []),
     ("ben 8642", [BEN]), ("ben 1234", []), ("zzz", [])],
)  # fmt: skip
async def test_without_details_numbers_are_found_by_their_last_four_digits_alone(
    office: Office, search: str, found: list[str]
) -> None:
    guest = await office.browser("readInbox")
    rows = (await guest.get("/conversations", params={"search": search})).data
    assert [row["id"] for row in rows] == [office.threads[each] for each in found]


@pytest.mark.parametrize(("search", "found"), [("5551234", [ANA]), ("+54 9 11", [BEN]), ("an", [ANA]), ("8642", [BEN])])
async def test_with_details_any_part_of_a_number_finds_it(office: Office, search: str, found: list[str]) -> None:
    guest = await office.browser("readInbox", "readDetails")
    rows = (await guest.get("/conversations", params={"search": search})).data
    assert [row["id"] for row in rows] == [office.threads[each] for each in found]
