"""Outgoing webhooks over the API: checks, secrets, partial updates, lists, deletion."""

import ipaddress
from typing import Any
from uuid import UUID

import pytest

from tests.stack import SECRET, Client, Stack
from waypost.api.webhook_rules import url_problems
from waypost.config import Config
from waypost.domain import webhooks

HOOKS = "/v1/outgoing-webhooks"
URL = "https://yourapp.com/webhooks/whatsapp"
PRIVATE = "must not point to a private, local or reserved address."
NOT_A_URL = "must be an https URL, such as https://example.com/webhooks."
RATE = "must be a whole number from 1 to 1,000, or 0 for no limit of its own."
WIDTH = "must be a whole number from 1 to 64, or 0 for no limit of its own."
EVENTS = "message.received, message.sent, message.status_updated, phone_number.connected, *"


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return await stack.organization()


async def created(client: Client, **fields: Any) -> dict[str, Any]:
    made = await client.post(HOOKS, {"url": URL, "events": ["*"], **fields})
    assert made.status == 201, made.body
    return made.data


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"url": ""}, "url", NOT_A_URL),
    ({"url": "yourapp.com"}, "url", NOT_A_URL),
    ({"url": "ftp://yourapp.com"}, "url", NOT_A_URL),
    ({"url": "http://yourapp.com"}, "url", "must use https."),
    ({"url": "https://me:pw@yourapp.com"}, "url", "must not contain a user name or password."),
    ({"url": "https://yourapp.com/" + "x" * 2048}, "url", "must have at most 2,048 characters and no spaces."),
    ({"url": "https://yourapp.com/a b"}, "url", "must have at most 2,048 characters and no spaces."),
    ({"url": "https://yourapp.com:x/"}, "url", "must be a valid URL."),
    ({"url": "https://192.168.1.1/"}, "url", PRIVATE),
    ({"url": "https://[::1]/"}, "url", PRIVATE),
    ({"url": 5}, "url", "must be a string."),
    ({"events": []}, "events", "must name at least one event."),
    ({"events": "*"}, "events", "must be a list."),
    ({"events": ["*", None]}, "events[1]", "must be a string."),
    ({"events": ["message.*"]}, "events[0]", f"'message.*' is not an event; the events are {EVENTS}."),
    ({"events": ["MESSAGE.SENT"]}, "events[0]", f"'MESSAGE.SENT' is not an event; the events are {EVENTS}."),
    ({"events": ["*"] * 51}, "events", "names more than 50 events."),
    ({"secret": "x" * 15}, "secret", "must have 16 to 256 characters; it has 15."),
    ({"secret": "x" * 257}, "secret", "must have 16 to 256 characters; it has 257."),
    ({"secret": 1234567890123456}, "secret", "must be a string."),
    ({"isActive": "yes"}, "isActive", "must be true or false."),
    ({"isActive": 1}, "isActive", "must be true or false."),
    ({"ordering": "fifo"}, "ordering", "must be one of conversation, none."),
    ({"ordering": 1}, "ordering", "must be a string."),
    ({"maxPerSecond": -1}, "maxPerSecond", RATE),
    ({"maxPerSecond": 1001}, "maxPerSecond", RATE),
    ({"maxPerSecond": 10**20}, "maxPerSecond", RATE),
    ({"maxPerSecond": "10"}, "maxPerSecond", "must be a whole number."),
    ({"maxPerSecond": 0.5}, "maxPerSecond", "must be a whole number."),
    ({"maxConcurrency": -1}, "maxConcurrency", WIDTH),
    ({"maxConcurrency": 65}, "maxConcurrency", WIDTH),
    ({"maxConcurrency": True}, "maxConcurrency", "must be a whole number."),
    ({"switchedOffReason": None}, "switchedOffReason", "is not a known field; remove it."),
    ({"wabaId": None}, "wabaId", "is not a known field; remove it."),
    ({"is_active": True}, "is_active", "is not a known field; remove it."),
]


@pytest.mark.parametrize(("changes", "field", "message"), WRONG, ids=lambda value: repr(value)[:50])
async def test_a_bad_field_is_named_at_creation_and_at_update(
    client: Client, changes: dict[str, Any], field: str, message: str
) -> None:
    existing = await created(client)
    total = (await client.get(HOOKS)).body["meta"]["pagination"]["total"]
    for answer in (
        await client.post(HOOKS, {"url": URL, "events": ["*"], **changes}),
        await client.patch(f"{HOOKS}/{existing['id']}", {"isActive": False, "url": URL + "/2", **changes}),
    ):
        assert answer.status == 400 and answer.error["code"] == "VALIDATION_ERROR"
        assert answer.error["details"] == [{"field": field, "message": message}]
    shown = (await client.get(f"{HOOKS}/{existing['id']}")).data
    assert shown == {name: value for name, value in existing.items() if name != "secret"}, "nothing is half applied"
    assert (await client.get(HOOKS)).body["meta"]["pagination"]["total"] == total


@pytest.mark.parametrize("field", ["url", "events"])
@pytest.mark.parametrize("given", ["absent", "null"])
async def test_address_and_events_are_required(client: Client, field: str, given: str) -> None:
    body: dict[str, Any] = {"url": URL, "events": ["*"]}
    body = {**body, field: None} if given == "null" else {n: v for n, v in body.items() if n != field}
    answer = await client.post(HOOKS, body)
    assert answer.status == 400 and answer.fields == [field]


async def test_a_new_webhook_is_shown_whole_and_its_secret_once(stack: Stack, client: Client) -> None:
    made = await created(client, secret=SECRET, events=["message.sent", "message.sent", "*"])
    assert set(made) == {
        "id", "url", "events", "isActive", "wabaId", "hasSecret", "ordering", "maxPerSecond", "maxConcurrency",
        "failingSince", "switchedOffReason", "previousSecretExpiresAt", "createdAt", "updatedAt", "secret",
    }  # fmt: skip
    assert made["ordering"] == "none"
    for name in ("maxPerSecond", "maxConcurrency", "failingSince", "switchedOffReason", "previousSecretExpiresAt"):
        assert made[name] is None
    assert UUID(made["id"]).version == 4 and made["createdAt"] == made["updatedAt"]
    assert (made["url"], made["isActive"], made["wabaId"], made["hasSecret"]) == (URL, True, None, True)
    assert made["secret"] == SECRET and made["events"] == ["message.sent", "*"]
    for shown in ((await client.get(f"{HOOKS}/{made['id']}")).data, (await client.get(HOOKS)).data[0]):
        assert shown == {name: value for name, value in made.items() if name != "secret"}
    async with stack.rt.pool.connection() as conn:
        sealed = await conn.fetchval("select secret from outgoing_webhooks where id = $1", made["id"])
    context = webhooks.secret_context(client.organization_id, UUID(made["id"]))
    assert SECRET.encode() not in sealed and stack.rt.vault.open(sealed, context) == SECRET


async def test_null_means_absent_at_creation(client: Client) -> None:
    made = await created(client, secret=None, isActive=None, ordering=None, maxPerSecond=None, maxConcurrency=None)
    assert made["secret"] is None and made["hasSecret"] is False and made["isActive"] is True


async def test_a_webhook_can_be_created_switched_off(client: Client) -> None:
    assert (await created(client, isActive=False))["isActive"] is False


CHANGES: list[dict[str, Any]] = [
    {"url": "https://yourapp.com/other"},
    {"events": ["message.received", "phone_number.connected"]},
    {"isActive": False},
    {"url": "https://yourapp.com/third", "events": ["*"], "isActive": False},
    {"ordering": "conversation"},
    {"maxPerSecond": 1000, "maxConcurrency": 64},
    {"maxPerSecond": 1},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda value: "+".join(value))
async def test_an_update_changes_what_it_names_and_nothing_else(client: Client, changes: dict[str, Any]) -> None:
    made = await created(client, secret=SECRET, events=["message.sent"])
    before = (await client.get(f"{HOOKS}/{made['id']}")).data
    after = (await client.patch(f"{HOOKS}/{made['id']}", changes)).data
    assert after["updatedAt"] >= before["updatedAt"]
    assert after == {**before, **changes, "updatedAt": after["updatedAt"]}
    assert (await client.get(f"{HOOKS}/{made['id']}")).data == after


async def test_a_limit_of_nothing_is_no_limit(client: Client) -> None:
    made = await created(client, maxPerSecond=0, maxConcurrency=5, ordering="conversation")
    assert (made["maxPerSecond"], made["maxConcurrency"], made["ordering"]) == (None, 5, "conversation")
    path = f"{HOOKS}/{made['id']}"
    after = (await client.patch(path, {"maxPerSecond": 20, "maxConcurrency": 0, "ordering": "none"})).data
    assert (after["maxPerSecond"], after["maxConcurrency"], after["ordering"]) == (20, None, "none")
    after = (await client.patch(path, {"maxPerSecond": None, "maxConcurrency": None, "ordering": None})).data
    assert (after["maxPerSecond"], after["maxConcurrency"], after["ordering"]) == (20, None, "none"), "null is absent"


async def test_why_it_was_switched_off_is_shown(stack: Stack, client: Client) -> None:
    made = await created(client)
    async with stack.rt.pool.connection() as conn:
        await conn.execute(
            "update outgoing_webhooks set is_active = false, switched_off = 'failing',"
            " failing_since = '2026-11-17T10:00:00Z' where id = $1",
            UUID(made["id"]),
        )
    shown = (await client.get(f"{HOOKS}/{made['id']}")).data
    assert (shown["switchedOffReason"], shown["failingSince"]) == ("failing", "2026-11-17T10:00:00.000Z")
    after = (await client.patch(f"{HOOKS}/{made['id']}", {"isActive": True})).data
    assert (after["isActive"], after["switchedOffReason"], after["failingSince"]) == (True, None, None)


@pytest.mark.parametrize("body", [{}, {"url": None, "events": None, "secret": None, "isActive": None}])
async def test_an_update_of_nothing_changes_nothing(client: Client, body: dict[str, Any]) -> None:
    made = await created(client, secret=SECRET, isActive=False)
    after = await client.patch(f"{HOOKS}/{made['id']}", body)
    assert after.status == 200 and "secret" not in after.data
    assert {**after.data, "updatedAt": 0, "secret": SECRET} == {**made, "updatedAt": 0}


async def test_a_new_secret_is_shown_by_the_update_that_sets_it(stack: Stack, client: Client) -> None:
    made = await created(client)
    after = (await client.patch(f"{HOOKS}/{made['id']}", {"secret": "x" * 16})).data
    assert after["secret"] == "x" * 16 and after["hasSecret"] is True
    assert "secret" not in (await client.get(f"{HOOKS}/{made['id']}")).data


async def test_lists_are_newest_first_and_paged(stack: Stack) -> None:
    client = await stack.organization()
    ids = [(await created(client))["id"] for _ in range(5)][::-1]
    pages = [await client.get(f"{HOOKS}?page={page}&limit=2") for page in (1, 2, 3)]
    assert [[hook["id"] for hook in page.data] for page in pages] == [ids[:2], ids[2:4], ids[4:]]
    assert [page.body["meta"]["pagination"]["hasMore"] for page in pages] == [True, True, False]
    await client.delete(f"{HOOKS}/{ids[0]}")
    after = await client.get(HOOKS)
    assert [hook["id"] for hook in after.data] == ids[1:]
    assert after.body["meta"]["pagination"]["total"] == 4


@pytest.mark.parametrize("query", ["page=0", "limit=0", "limit=101", "page=abc"])
async def test_a_page_out_of_bounds_is_refused(client: Client, query: str) -> None:
    made = await created(client)
    for path in (HOOKS, f"{HOOKS}/{made['id']}/logs"):
        answer = await client.get(f"{path}?{query}")
        assert answer.status == 400 and answer.fields == [query.partition("=")[0]]


async def test_a_deleted_webhook_is_gone_for_every_call(client: Client) -> None:
    made = await created(client)
    path = f"{HOOKS}/{made['id']}"
    assert (await client.delete(path)).data == {"id": made["id"], "deleted": True}
    answers = [
        await client.get(path), await client.patch(path, {}), await client.delete(path),
        await client.post(path + "/test"), await client.get(path + "/logs"), await client.post(path + "/rotate-secret"),
        await client.get(path + "/replays"),
    ]  # fmt: skip
    assert [answer.status for answer in answers] == [404] * 7


LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
OFFICE = (ipaddress.ip_network("10.1.0.0/16"),)
POLICY: list[tuple[str, tuple[Any, ...], str | None]] = [
    ("https://yourapp.com/", (), None),
    ("https://8.8.8.8/", (), None),
    ("http://yourapp.com/", (), "must use https."),
    ("http://yourapp.com/", LOOPBACK, "must use https."),
    ("http://127.0.0.1:9000/", (), "must use https."),
    ("http://127.0.0.1:9000/", OFFICE, "must use https."),
    ("http://127.0.0.1:9000/", LOOPBACK, None),
    ("http://localhost:9000/", LOOPBACK, None),
    ("http://[::1]:9000/", LOOPBACK, None),
    ("http://10.1.2.3/", OFFICE, "must use https."),
    ("https://10.1.2.3/", OFFICE, None),
    ("https://10.2.2.3/", OFFICE, PRIVATE),
    ("https://localhost/", (), PRIVATE),
    ("https://api.localhost/", (), PRIVATE),
    ("https://LOCALHOST/", (), PRIVATE),
    ("https://169.254.169.254/latest/meta-data/", (), PRIVATE),
    ("https://[::ffff:10.0.0.1]/", (), PRIVATE),
    ("https://[64:ff9b::a00:1]/", (), PRIVATE),
    ("https://0.0.0.0/", (), PRIVATE),
    ("https://224.0.0.1/", (), PRIVATE),
    ("https:///path", (), NOT_A_URL),
    ("HTTPS://yourapp.com/", (), None),
]


@pytest.mark.parametrize(("url", "allow", "problem"), POLICY, ids=lambda value: str(value)[:40])
def test_the_policy_of_addresses(url: str, allow: tuple[Any, ...], problem: str | None) -> None:
    found = url_problems("url", url, Config(allow_targets=allow))
    assert found == ([] if problem is None else [("url", problem)])
