"""Links over the API: what they are, what their answers hold, and what of a secret is never told again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.inbox.browser import ALL, Browser, browser, link
from tests.messages.test_sending import connected
from tests.stack import Stack

LINKS = "/v1/shared-inbox-links"


def ahead(**time: float) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


async def test_a_link_is_made_listed_changed_rotated_and_revoked(stack: Stack) -> None:
    client, number = await connected(stack)
    made = await link(client, number, "readInbox", "sendText")
    head, _, secret = made["publicUrl"].partition("#t=")
    assert head == f"{stack.rt.config.public_url}/inbox/{made['id']}" and len(secret) == 43
    assert made["permissions"] == {name: name in ("readInbox", "sendText") for name in ALL}
    assert (made["status"], made["expiresAt"], made["lastUsedAt"]) == ("active", None, None)
    later = {name: value for name, value in made.items() if name != "publicUrl"}
    assert (await client.get(f"{LINKS}/{made['id']}")).data == later
    listed = await client.get(LINKS)
    assert listed.data == [later] and listed.body["meta"]["pagination"]["total"] == 1

    changes = {"name": "Night shift", "expiresAt": ahead(hours=1), "permissions": {"sendText": False, "markRead": True}}
    changed = (await client.patch(f"{LINKS}/{made['id']}", changes)).data
    assert changed["permissions"] == {name: name in ("readInbox", "markRead") for name in ALL}
    assert changed["name"] == "Night shift" and changed["expiresAt"] is not None and "publicUrl" not in changed
    kept = (await client.patch(f"{LINKS}/{made['id']}", {"name": None})).data
    assert kept["expiresAt"] == changed["expiresAt"] and kept["name"] == "Night shift"
    freed = (await client.patch(f"{LINKS}/{made['id']}", {"expiresAt": None})).data
    assert freed["expiresAt"] is None

    rotated = (await client.post(f"{LINKS}/{made['id']}/rotate")).data
    assert rotated["publicUrl"] != made["publicUrl"] and rotated["publicUrl"].startswith(head + "#t=")
    assert (await client.delete(f"{LINKS}/{made['id']}")).data == {"id": made["id"], "deleted": True}
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate")):
        body = {} if method == "PATCH" else None
        assert (await client.call(method, f"{LINKS}/{made['id']}{path}", body)).status == 404
    empty = await client.get(LINKS)
    assert empty.data == [] and empty.body["meta"]["pagination"]["total"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "2040-01-01T00:00:00"}, "expiresAt"),
        ({"expiresAt": "tomorrow"}, "expiresAt"),
        ({"permissions": {"sendEverything": True}}, "permissions.sendEverything"),
        ({"permissions": {"sendText": "yes"}}, "permissions.sendText"),
        ({"permissions": ["sendText"]}, "permissions"),
        ({"secret": "x"}, "secret"),
        ({"phoneNumberId": "x"}, "phoneNumberId"),
    ],
)
async def test_what_cannot_be_is_named(stack: Stack, changes: dict[str, Any], field: str) -> None:
    client = await stack.organization()
    body = {"phoneNumberId": "00000000-0000-4000-8000-000000000000", "name": "Support", **changes}
    answer = await client.post(LINKS, body)
    assert (answer.status, answer.fields) == (400, [field])


async def test_scopes_and_foreign_numbers(stack: Stack) -> None:
    (client, number), (rival, foreign) = await connected(stack), await connected(stack)
    reader = await stack.with_scopes(client, "read", "send")
    body = {"phoneNumberId": number.id, "name": "Support", "permissions": {"readInbox": True}}
    assert (await reader.post(LINKS, body)).status == 403
    assert (await reader.get(LINKS)).status == 200
    assert (await client.post(LINKS, {**body, "phoneNumberId": foreign.id})).status == 404
    assert (await rival.get(LINKS)).data == []


async def test_an_expired_link_says_so_and_lives_again_when_it_is_prolonged(stack: Stack) -> None:
    client, number = await connected(stack)
    guest = await browser(stack, client, number, expiresAt=ahead(hours=1))
    await expire(stack, guest)
    assert (await client.get(f"{LINKS}/{guest.link['id']}")).data["status"] == "expired"
    assert (await guest.get("/session")).status == 401
    await client.patch(f"{LINKS}/{guest.link['id']}", {"expiresAt": ahead(hours=1)})
    assert (await guest.get("/session")).status == 200


async def expire(stack: Stack, guest: Browser) -> None:
    async with stack.rt.pool.connection() as conn:
        await conn.execute(
            "update shared_inbox_links set expires_at = now() - interval '1 ms' where id = $1", guest.link["id"]
        )


async def test_every_change_and_every_opening_is_in_the_audit(stack: Stack) -> None:
    client, number = await connected(stack)
    with capture_logs() as lines:
        guest = await browser(stack, client, number)
        cookie = str(guest.cookie)
        await client.patch(f"{LINKS}/{guest.link['id']}", {"permissions": {"sendText": False}})
        await guest.call("DELETE", "/session")
        await client.post(f"{LINKS}/{guest.link['id']}/rotate")
        await client.delete(f"{LINKS}/{guest.link['id']}")
    async with stack.rt.pool.connection() as conn:
        rows = await conn.fetch(
            "select action, details::text from inbox_audit where organization_id = $1 order by id",
            client.organization_id,
        )
        kept = await conn.fetch("select secret_hash from shared_inbox_links where id = $1", guest.link["id"])
    assert [row["action"] for row in rows] == ["created", "opened", "updated", "closed", "rotated", "revoked"]
    assert '"127.0.0.1"' in rows[1]["details"] and '"key"' in rows[0]["details"]
    told = str(lines)
    assert [line["event"] for line in lines] == [f"inbox.{row['action']}" for row in rows]
    for secret in (guest.secret, cookie):
        assert secret not in told and secret.encode() not in kept[0]["secret_hash"]
        assert all(secret not in row["details"] for row in rows)
