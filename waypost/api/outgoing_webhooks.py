"""Outgoing webhooks over the API: create, list, get, update, delete, rotate the secret, test, logs."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

import msgspec

from ..domain import delivery_log, trials, webhook_secrets, webhooks
from ..domain.delivery_log import Entry
from ..domain.webhooks import Ordering, Webhook, WebhookWithSecret
from ..errors import Invalid
from ..events import EVENT_TYPES
from ..paging import Slice
from . import webhook_rules
from .door import Call, Deleted

TEST_PATIENCE = 35.0
TEST_LOOK = 0.05
GRACE_HOURS = 24
LIMITS = ("max_per_second", "max_concurrency")


class CreateWebhook(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Where events go; `secret` has 16 to 256 characters."""

    url: Annotated[str, msgspec.Meta(examples=["https://yourapp.com/webhooks/whatsapp"])]
    events: Annotated[list[str], msgspec.Meta(description="Event types, or `*` for all.")]
    secret: str | None = None
    is_active: bool | None = None
    ordering: Ordering | None = None
    max_per_second: int | None = None
    max_concurrency: int | None = None


class UpdateWebhook(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What is absent stays as it is; a limit of 0 removes it."""

    url: str | None = None
    events: list[str] | None = None
    secret: str | None = None
    is_active: bool | None = None
    ordering: Ordering | None = None
    max_per_second: int | None = None
    max_concurrency: int | None = None


class RotateSecret(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Without a `secret` one is made up."""

    secret: str | None = None
    grace_hours: int | None = None


class Tested(Entry):
    """The delivery that was made, and what its attempt brought."""

    status_code: int | None = None
    duration_ms: int | None = None
    error: str | None = None
    response_body: str | None = None


async def create(call: Call) -> WebhookWithSecret:
    body: CreateWebhook = call.body
    _check(call)
    draft = webhooks.Draft(
        body.url, _unique(body.events), body.secret, body.is_active is not False, None, body.ordering or "none",
        body.max_per_second or None, body.max_concurrency or None,
    )  # fmt: skip
    async with call.rt.pool.transaction() as conn:
        made = await webhooks.create(conn, call.rt.vault, call.organization_id, draft)
    return _with_secret(made, body.secret)


async def listed(call: Call) -> Slice[Webhook]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await webhooks.listed(conn, call.organization_id, page)


async def one(call: Call) -> Webhook:
    async with call.rt.pool.connection() as conn:
        return await webhooks.one(conn, call.organization_id, call.ids["id"])


async def update(call: Call) -> Webhook:
    body: UpdateWebhook = call.body
    _check(call)
    changes: dict[str, Any] = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not None}
    if "events" in changes:
        changes["events"] = _unique(changes["events"])
    changes |= {name: None for name in LIMITS if changes.get(name) == 0}
    rt, owner, id_ = call.rt, call.organization_id, call.ids["id"]
    after = await webhooks.alone(rt, lambda conn: webhooks.update(conn, rt.vault, owner, id_, changes))
    call.rt.bell.ring()
    return after if body.secret is None else _with_secret(after, body.secret)


async def delete(call: Call) -> Deleted:
    await webhooks.alone(call.rt, lambda conn: webhooks.delete(conn, call.organization_id, call.ids["id"]))
    return Deleted(call.ids["id"])


async def rotate_secret(call: Call) -> WebhookWithSecret:
    """Workers have the new one with the next look that they take at the webhook."""
    body: RotateSecret = call.body
    found = webhook_rules.secret_problems("secret", body.secret)
    found += webhook_rules.number_problems(
        "graceHours", body.grace_hours, webhook_rules.MOST_GRACE_HOURS, "to end the secret before at once"
    )
    if found:
        raise Invalid.fields(found)
    secret = webhook_secrets.generated() if body.secret is None else body.secret
    grace = timedelta(hours=GRACE_HOURS if body.grace_hours is None else body.grace_hours)
    rt, owner, id_ = call.rt, call.organization_id, call.ids["id"]
    after = await webhooks.alone(rt, lambda conn: webhook_secrets.rotate(conn, rt.vault, owner, id_, secret, grace))
    return _with_secret(after, secret)


async def test(call: Call) -> Tested:
    """Waits for the attempt as long as an attempt may last."""
    webhook_id = call.ids["id"]
    async with call.rt.pool.transaction() as conn:
        delivery_id, at = await trials.send(conn, call.organization_id, webhook_id)
    call.rt.bell.ring()
    deadline = asyncio.get_running_loop().time() + TEST_PATIENCE
    while True:
        async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
            entry = await delivery_log.one(conn, call.organization_id, webhook_id, delivery_id, at)
        if entry is None:
            raise Invalid("The webhook was removed while it was tested.")
        if entry.attempts or asyncio.get_running_loop().time() > deadline:
            return _tested(entry)
        await asyncio.sleep(TEST_LOOK)


async def logs(call: Call) -> Slice[Entry]:
    page, event = call.page, call.query.get("event")
    if event is not None and event not in EVENT_TYPES:
        raise Invalid.field("event", f"must be one of {', '.join(EVENT_TYPES)}.")
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        await webhooks.one(conn, call.organization_id, call.ids["id"])
        return await delivery_log.listed(
            conn, call.organization_id, call.ids["id"], page, call.query.get("status"), event
        )


def _check(call: Call) -> None:
    body = call.body
    found = [] if body.url is None else webhook_rules.url_problems("url", body.url, call.rt.config)
    found += webhook_rules.secret_problems("secret", body.secret)
    found += [] if body.events is None else webhook_rules.event_problems("events", body.events)
    for field, number, most in (
        ("maxPerSecond", body.max_per_second, webhook_rules.MOST_PER_SECOND),
        ("maxConcurrency", body.max_concurrency, webhook_rules.MOST_CONCURRENCY),
    ):
        found += webhook_rules.number_problems(field, number, most, "for no limit of its own")
    if found:
        raise Invalid.fields(found)


def _unique(events: list[str]) -> list[str]:
    return list(dict.fromkeys(events))


def _with_secret(webhook: Webhook, secret: str | None) -> WebhookWithSecret:
    return WebhookWithSecret(**msgspec.structs.asdict(webhook), secret=secret)


def _tested(entry: Entry) -> Tested:
    last = entry.attempts[-1] if entry.attempts else None
    brought = (last.status_code, last.duration_ms, last.error, last.response_body) if last else (None, None, None, None)
    return Tested(*msgspec.structs.astuple(entry), *brought)
