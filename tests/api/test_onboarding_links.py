"""Onboarding links over the API: every check of their creation, and what reading and deleting them shows."""

import asyncio
from typing import Any

import pytest

from tests.stack import SECRET, Client, Stack
from waypost.domain import onboarding

LINKS = "/v1/onboarding-links"
HOOK = {"webhookUrl": "https://myapp.com/hook", "webhookEvents": ["message.received"]}
EVENTS = "message.received, message.sent, message.status_updated, phone_number.connected, *"


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return await stack.organization()


async def waiting_rows(stack: Stack, client: Client) -> int:
    async with stack.rt.pool.connection() as conn:
        return await conn.fetchval(
            "select count(*) from onboarding_links where organization_id = $1", client.organization_id
        )


REDIRECT = "must be an http or https URL of at most 2,048 characters."
BAD_REDIRECTS = (
    "", "/relative", "myapp.com", "javascript:alert(1)", "data:text/html,x", "ftp://myapp.com/", "https://",
    "https://me:pw@myapp.com/", "https://me@myapp.com/", "https://my app.com/", "https://myapp.com/\n", "https://[::1",
    "https://myapp.com:99999/", "https://myapp.com:x/", "https://myapp.com/" + "x" * 2048,
)  # fmt: skip
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"name": None}, "name", "must be a string."),
    ({"name": 5}, "name", "must be a string."),
    ({"name": ""}, "name", "must not be empty."),
    ({"name": " \t\n"}, "name", "must not be empty."),
    ({"name": "x" * 201}, "name", "must have at most 200 characters; it has 201."),
    ({"name": "a\x00b"}, "name", "must not contain the character NUL."),
    ({"externalId": 7}, "externalId", "must be a string."),
    ({"externalId": ""}, "externalId", "must not be empty."),
    ({"externalId": "x" * 256}, "externalId", "must have at most 255 characters; it has 256."),
    ({"externalId": "\x00"}, "externalId", "must not contain the character NUL."),
    *(({"redirectUrl": url}, "redirectUrl", REDIRECT) for url in BAD_REDIRECTS),
    ({"redirectUrl": True}, "redirectUrl", "must be a string."),
    ({**HOOK, "webhookUrl": "http://myapp.com/"}, "webhookUrl", "must use https."),
    (
        {**HOOK, "webhookUrl": "https://10.0.0.8/"},
        "webhookUrl",
        "must not point to a private, local or reserved address.",
    ),
    ({**HOOK, "webhookUrl": ["https://a.b"]}, "webhookUrl", "must be a string."),
    ({"webhookUrl": HOOK["webhookUrl"]}, "webhookEvents", "is required when webhookUrl is set."),
    ({**HOOK, "webhookEvents": None}, "webhookEvents", "is required when webhookUrl is set."),
    ({**HOOK, "webhookEvents": []}, "webhookEvents", "must name at least one event."),
    ({**HOOK, "webhookEvents": "*"}, "webhookEvents", "must be a list."),
    ({**HOOK, "webhookEvents": ["*", 3]}, "webhookEvents[1]", "must be a string."),
    ({**HOOK, "webhookEvents": ["*", "x"]}, "webhookEvents[1]", f"'x' is not an event; the events are {EVENTS}."),
    ({**HOOK, "webhookEvents": ["*"] * 51}, "webhookEvents", "names more than 50 events."),
    ({**HOOK, "webhookSecret": "x" * 15}, "webhookSecret", "must have 16 to 256 characters; it has 15."),
    ({**HOOK, "webhookSecret": "x" * 257}, "webhookSecret", "must have 16 to 256 characters; it has 257."),
    ({**HOOK, "webhookSecret": ""}, "webhookSecret", "must have 16 to 256 characters; it has 0."),
    ({"webhookSecret": SECRET}, "webhookSecret", "needs webhookUrl."),
    ({"webhookEvents": ["*"]}, "webhookEvents", "needs webhookUrl."),
    ({"metadata": []}, "metadata", "must be an object."),
    ({"metadata": "x"}, "metadata", "must be an object."),
    ({"metadata": {"x": "y" * 16_384}}, "metadata", "must be at most 16 kB of JSON."),
    ({"external_id": "x"}, "external_id", "is not a known field; remove it."),
    ({"status": "completed"}, "status", "is not a known field; remove it."),
    ({"organizationId": "x"}, "organizationId", "is not a known field; remove it."),
]


@pytest.mark.parametrize(("changes", "field", "message"), REFUSED, ids=lambda value: repr(value)[:50])
async def test_a_bad_field_is_named_and_nothing_is_stored(
    stack: Stack, client: Client, changes: dict[str, Any], field: str, message: str
) -> None:
    before = await waiting_rows(stack, client)
    answer = await client.post(LINKS, {"name": "Acme", **changes})
    assert answer.status == 400
    assert answer.error["code"] == "VALIDATION_ERROR" and answer.error["message"] == f"{field}: {message}"
    assert answer.error["details"] == [{"field": field, "message": message}]
    assert await waiting_rows(stack, client) == before


async def test_a_missing_name_is_named(client: Client) -> None:
    answer = await client.post(LINKS, {"externalId": "x"})
    assert answer.status == 400 and answer.error["details"] == [{"field": "name", "message": "is required."}]


async def test_every_bad_field_is_named_at_once(client: Client) -> None:
    body = {
        "name": "",
        "externalId": "",
        "redirectUrl": "x",
        "webhookUrl": "x",
        "webhookSecret": "short",
        "webhookEvents": [],
    }
    answer = await client.post(LINKS, body)
    assert answer.fields == ["name", "externalId", "redirectUrl", "webhookUrl", "webhookSecret", "webhookEvents"]


ACCEPTED: list[dict[str, Any]] = [
    {},
    {"name": "x" * 200, "externalId": "x" * 255},
    {"name": "Пекарня 🥖", "externalId": "kunde/ä 1"},
    {"redirectUrl": "http://localhost:3000/cb?x=1#y"},
    {"redirectUrl": "https://münchen.example/größe"},
    {"webhookUrl": "https://myapp.com/hook", "webhookEvents": ["*"]},
    {**HOOK, "webhookSecret": "x" * 16},
    {**HOOK, "webhookSecret": "ü" * 256},
    {**HOOK, "webhookEvents": ["message.received", "message.sent", "message.status_updated", "phone_number.connected"]},
    {"metadata": {}},
    {"metadata": {"a": [1, 2.5, None, True, {"b": "\u0000"}], "größe": "€"}},
    {"metadata": {"x": "y" * 16_376}},
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=lambda value: repr(value)[:50])
async def test_what_was_given_is_shown_again(client: Client, changes: dict[str, Any]) -> None:
    given = {"name": "Acme", **changes}
    made = await client.post(LINKS, given)
    assert made.status == 201, made.body
    assert {name: made.data[name] for name in given} == given
    shown = (await client.get(f"{LINKS}/{made.data['id']}")).data
    assert shown == {name: value for name, value in made.data.items() if name != "webhookSecret"}
    assert shown["hasWebhookSecret"] == ("webhookSecret" in given)


async def test_null_for_an_optional_field_means_absent(client: Client) -> None:
    optional = ("externalId", "redirectUrl", "webhookUrl", "webhookSecret", "webhookEvents", "metadata")
    made = await client.post(LINKS, {"name": "  Acme  ", **dict.fromkeys(optional)})
    assert made.status == 201 and made.data["name"] == "Acme"
    assert [made.data[name] for name in optional] == [None] * len(optional)


async def test_the_secret_is_shown_by_the_creating_call_alone_and_sealed_in_the_table(
    stack: Stack, client: Client
) -> None:
    made = await client.post(LINKS, {"name": "Acme", **HOOK, "webhookSecret": SECRET})
    id_ = made.data["id"]
    assert made.data["webhookSecret"] == SECRET
    listed = (await client.get(f"{LINKS}?limit=1")).data
    assert listed[0]["id"] == id_ and "webhookSecret" not in listed[0] and listed[0]["hasWebhookSecret"] is True
    async with stack.rt.pool.connection() as conn:
        link = await onboarding.opened(conn, id_)
    assert link.webhook_secret is not None and SECRET.encode() not in link.webhook_secret
    context = onboarding.secret_context(link.organization_id, link.id)
    assert stack.rt.vault.open(link.webhook_secret, context) == SECRET


async def test_lists_are_newest_first_and_paged(stack: Stack) -> None:
    client = await stack.organization()
    assert (await client.get(LINKS)).body == {
        "data": [], "meta": {"pagination": {"page": 1, "limit": 50, "total": 0, "hasMore": False}},
    }  # fmt: skip
    ids = [(await client.post(LINKS, {"name": f"n{n}"})).data["id"] for n in range(7)][::-1]
    pages = [await client.get(f"{LINKS}?page={page}&limit=3") for page in (1, 2, 3, 4)]
    assert [[link["id"] for link in page.data] for page in pages] == [ids[:3], ids[3:6], ids[6:], []]
    told = [page.body["meta"]["pagination"] for page in pages]
    assert [each["hasMore"] for each in told] == [True, True, False, False]
    assert {(each["limit"], each["total"]) for each in told} == {(3, 7)}
    assert [each["page"] for each in told] == [1, 2, 3, 4]
    await client.delete(f"{LINKS}/{ids[2]}")
    after = await client.get(f"{LINKS}?limit=100")
    assert [link["id"] for link in after.data] == ids[:2] + ids[3:]
    assert after.body["meta"]["pagination"]["total"] == 6


async def test_links_made_at_once_are_all_counted(stack: Stack) -> None:
    client = await stack.organization()
    made = await asyncio.gather(*(client.post(LINKS, {"name": f"n{n}"}) for n in range(20)))
    assert {each.status for each in made} == {201}
    listed = await client.get(f"{LINKS}?limit=100")
    assert {link["id"] for link in listed.data} == {each.data["id"] for each in made}
    assert listed.body["meta"]["pagination"]["total"] == 20


@pytest.mark.parametrize(
    ("query", "field"),
    [("page=0", "page"), ("page=-1", "page"), ("page=x", "page"), ("page=1.5", "page"), ("page=9" + "9" * 20, "page"),
     ("page=%C2%B2", "page"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=ten", "limit")],
)  # fmt: skip
async def test_a_page_out_of_bounds_is_refused(client: Client, query: str, field: str) -> None:
    answer = await client.get(f"{LINKS}?{query}")
    assert answer.status == 400 and answer.fields == [field]


async def test_the_furthest_page_is_empty(client: Client) -> None:
    answer = await client.get(f"{LINKS}?page={2**53 // 100}&limit=100")
    assert answer.status == 200 and answer.data == []
    assert answer.body["meta"]["pagination"]["hasMore"] is False


async def test_a_pending_link_can_be_deleted_once(client: Client) -> None:
    made = await client.post(LINKS, {"name": "Acme"})
    path = f"{LINKS}/{made.data['id']}"
    assert (await client.delete(path)).data == {"id": made.data["id"], "deleted": True}
    again, shown = await client.delete(path), await client.get(path)
    assert (again.status, shown.status) == (404, 404) and again.error["code"] == "NOT_FOUND"


async def test_a_completed_link_cannot_be_deleted(stack: Stack, client: Client) -> None:
    number = await stack.connect(client)
    answer = await client.delete(f"{LINKS}/{number.link_id}")
    assert answer.status == 400
    assert answer.error["message"] == "Only a pending onboarding link can be deleted; this one is completed."
    assert (await client.get(f"{LINKS}/{number.link_id}")).data["status"] == "completed"


async def test_both_shapes_appear_side_by_side_in_a_list(stack: Stack) -> None:
    client = await stack.organization()
    number = await stack.connect(client, metadata={"plan": "pro"})
    pending = await client.post(LINKS, {"name": "Waiting", "metadata": {"plan": "free"}})
    shown = (await client.get(LINKS)).data
    assert [(link["id"], link["status"], link["metadata"]) for link in shown] == [
        (pending.data["id"], "pending", {"plan": "free"}),
        (number.link_id, "completed", {"plan": "pro"}),
    ]
