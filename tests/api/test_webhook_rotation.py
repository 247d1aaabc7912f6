"""Rotating a webhook's secret: what the API says, and what receivers of two makes find genuine while it goes on."""

import base64
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import standardwebhooks
from standardwebhooks.webhooks import WebhookVerificationError

from tests.api.test_node_snippet import verdict
from tests.receiver import Delivery
from tests.stack import SECRET, Client, Stack
from waypost import clock
from waypost.domain import webhook_secrets, webhooks

HOOKS = "/v1/outgoing-webhooks"
NEW, NEWEST = "whsec_a_new_secret_äöü_0123456789", "whsec_the_newest_secret_9876543210"


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return await stack.organization()


@pytest.fixture
async def hook(stack: Stack, client: Client) -> dict[str, Any]:
    url = f"{stack.receiver.url}/{uuid4().hex}"
    made = await client.post(HOOKS, {"url": url, "events": ["message.sent"], "secret": SECRET})
    return made.data


async def rotated(client: Client, hook: dict[str, Any], body: Any = None) -> dict[str, Any]:
    answer = await client.post(f"{HOOKS}/{hook['id']}/rotate-secret", body)
    assert answer.status == 200, answer.body
    return answer.data


async def kept(stack: Stack, client: Client, hook: dict[str, Any]) -> tuple[str | None, str | None]:
    """The secret and the one before, opened."""
    async with stack.rt.pool.connection() as conn:
        row = await conn.fetchrow(
            "select secret, previous_secret from outgoing_webhooks where id = $1", UUID(hook["id"])
        )
    context = webhooks.secret_context(client.organization_id, UUID(hook["id"]))
    secret, previous = (sealed and stack.rt.vault.open(sealed, context) for sealed in row.values())
    return secret, previous


async def delivered(stack: Stack, client: Client, hook: dict[str, Any]) -> Delivery:
    """A delivery that goes out now."""
    told = (await client.post(f"{HOOKS}/{hook['id']}/test")).data
    assert told["status"] == "delivered", told
    [got] = await stack.receiver.wait_for(lambda each: each.id == told["id"])
    return got


def found_genuine(got: Delivery, *secrets: str) -> list[str]:
    """Those of the secrets with which the official library verifies a delivery."""
    genuine = []
    for secret in secrets:
        try:
            standardwebhooks.Webhook(base64.b64encode(secret.encode()).decode()).verify(got.raw, got.headers)
        except WebhookVerificationError:
            continue
        genuine.append(secret)
    return genuine


async def test_receivers_of_the_old_and_of_the_new_secret_both_verify(
    stack: Stack, client: Client, hook: dict[str, Any], tmp_path: Path
) -> None:
    before = await delivered(stack, client, hook)
    assert found_genuine(before, SECRET, NEW) == [SECRET]
    after = await rotated(client, hook, {"secret": NEW, "graceHours": 1})
    assert after["secret"] == NEW and after["hasSecret"] is True
    during = await delivered(stack, client, hook)
    assert found_genuine(during, SECRET, NEW, NEWEST) == [SECRET, NEW]
    assert [each.partition(",")[0] for each in during.headers["webhook-signature"].split(" ")] == ["v1", "v1"]
    assert found_genuine(Delivery(during.path, during.headers, during.raw + b" ", during.at), SECRET, NEW) == []
    async with stack.rt.pool.connection() as conn:
        await conn.execute("update outgoing_webhooks set previous_secret_until = now() where id = $1", UUID(hook["id"]))
    later = await delivered(stack, client, hook)
    assert found_genuine(later, SECRET, NEW) == [NEW]
    headers = [each.headers["X-Webhook-Signature-256"] for each in (before, during, later)]
    script = tmp_path / "check.mjs"
    told = [verdict(script, each.raw, h, NEW) for each, h in zip((before, during, later), headers, strict=True)]
    assert told == ["forged", "genuine", "genuine"], "the snippet of the prompt goes with the secret it has"


async def test_the_old_one_expires_and_its_sealed_bytes_go(stack: Stack, client: Client, hook: dict[str, Any]) -> None:
    now = clock.stamp(clock.now())
    after = await rotated(client, hook, {"graceHours": 168})
    shown = (await client.get(f"{HOOKS}/{hook['id']}")).data
    assert shown == {name: value for name, value in after.items() if name != "secret"}
    assert shown["previousSecretExpiresAt"] > now and hook["previousSecretExpiresAt"] is None
    assert await kept(stack, client, hook) == (after["secret"], SECRET)
    async with stack.rt.pool.connection() as conn:
        await webhook_secrets.forget(conn)
        assert await kept(stack, client, hook) == (after["secret"], SECRET)
        await conn.execute("update outgoing_webhooks set previous_secret_until = now() where id = $1", UUID(hook["id"]))
        assert (await client.get(f"{HOOKS}/{hook['id']}")).data["previousSecretExpiresAt"] is None
        await webhook_secrets.forget(conn)
    assert await kept(stack, client, hook) == (after["secret"], None)


@pytest.mark.parametrize("body", [None, {}, {"secret": None, "graceHours": None}])
async def test_without_a_secret_one_is_made_up_and_the_old_one_has_a_day(
    stack: Stack, client: Client, hook: dict[str, Any], body: Any
) -> None:
    after = await rotated(client, hook, body)
    assert after["secret"].startswith("whsec_") and len(after["secret"]) >= 6 + 32 and after["secret"] != SECRET
    assert set(after["secret"]) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert after["updatedAt"][:10] < after["previousSecretExpiresAt"][:10]
    assert after["updatedAt"][10:] == after["previousSecretExpiresAt"][10:], "24 hours"
    assert await kept(stack, client, hook) == (after["secret"], SECRET)


async def test_rotated_twice_the_latest_one_before_is_kept_alone(
    stack: Stack, client: Client, hook: dict[str, Any]
) -> None:
    await rotated(client, hook, {"secret": NEW})
    await rotated(client, hook, {"secret": NEWEST})
    assert await kept(stack, client, hook) == (NEWEST, NEW)
    assert found_genuine(await delivered(stack, client, hook), SECRET, NEW, NEWEST) == [NEW, NEWEST]


async def test_without_grace_or_by_an_update_the_one_before_ends_at_once(
    stack: Stack, client: Client, hook: dict[str, Any]
) -> None:
    await rotated(client, hook, {"secret": NEW})
    assert (await rotated(client, hook, {"secret": NEWEST, "graceHours": 0}))["previousSecretExpiresAt"] is None
    assert await kept(stack, client, hook) == (NEWEST, None)
    await rotated(client, hook, {"secret": NEW})
    after = (await client.patch(f"{HOOKS}/{hook['id']}", {"secret": NEWEST})).data
    assert after["previousSecretExpiresAt"] is None and await kept(stack, client, hook) == (NEWEST, None)


async def test_a_webhook_without_a_secret_gets_one(stack: Stack, client: Client) -> None:
    bare = (await client.post(HOOKS, {"url": stack.receiver.url + "/bare", "events": ["message.sent"]})).data
    after = await rotated(client, bare)
    assert after["hasSecret"] is True and after["previousSecretExpiresAt"] is None
    assert found_genuine(await delivered(stack, client, bare), after["secret"]) == [after["secret"]]


HOURS = "must be a whole number from 1 to 168, or 0 to end the secret before at once."


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"secret": "x" * 15}, "secret", "must have 16 to 256 characters; it has 15."),
        ({"secret": 5}, "secret", "must be a string."),
        ({"graceHours": -1}, "graceHours", HOURS),
        ({"graceHours": 169}, "graceHours", HOURS),
        ({"graceHours": 1.5}, "graceHours", "must be a whole number."),
        ({"graceHours": "24"}, "graceHours", "must be a whole number."),
        ({"graceHours": True}, "graceHours", "must be a whole number."),
        ({"hours": 1}, "hours", "is not a known field; remove it."),
    ],
)
async def test_a_bad_field_changes_nothing(
    stack: Stack, client: Client, hook: dict[str, Any], body: Any, field: str, message: str
) -> None:
    answer = await client.post(f"{HOOKS}/{hook['id']}/rotate-secret", body)
    assert answer.status == 400 and answer.error["details"] == [{"field": field, "message": message}]
    assert await kept(stack, client, hook) == (SECRET, None)
