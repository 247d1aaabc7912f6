"""Onboarding links over the API: shapes of the requests, their checks, one verb each."""

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from ..config import Config
from ..domain import onboarding
from ..domain.onboarding import Link
from ..errors import Invalid
from ..paging import Slice
from . import webhook_rules
from .door import Call, Deleted

MAX_METADATA = 16 * 1024
Problems = list[tuple[str, str]]


class CreateLink(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A link for one of your customers."""

    name: Annotated[str, msgspec.Meta(description="Shown on the signup page.", examples=["Acme Corp"])]
    external_id: str | None = None
    redirect_url: str | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    webhook_events: list[str] | None = None
    metadata: dict[str, Any] | None = None


async def create(call: Call) -> Link:
    problems = _problems(call.body, call.rt.config)
    if problems:
        raise Invalid.fields(problems)
    draft = onboarding.Draft(**{name: getattr(call.body, name) for name in onboarding.Draft.__struct_fields__})
    draft.name = draft.name.strip()
    async with call.rt.pool.transaction() as conn:
        return await onboarding.create(conn, call.rt.vault, call.rt.config.public_url, call.organization_id, draft)


async def listed(call: Call) -> Slice[Link]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await onboarding.listed(conn, call.rt.config.public_url, call.organization_id, page)


async def one(call: Call) -> Link:
    async with call.rt.pool.connection() as conn:
        return await onboarding.one(conn, call.rt.config.public_url, call.organization_id, call.ids["id"])


async def delete(call: Call) -> Deleted:
    async with call.rt.pool.transaction() as conn:
        await onboarding.delete(conn, call.organization_id, call.ids["id"])
    return Deleted(call.ids["id"])


def _problems(body: CreateLink, config: Config) -> Problems:
    found = webhook_rules.text_problems("name", body.name, 200)
    if body.external_id is not None:
        found += webhook_rules.text_problems("externalId", body.external_id, 255)
    if body.redirect_url is not None:
        found += _redirect_problems(body.redirect_url)
    if body.metadata is not None and len(msgspec.json.encode(body.metadata)) > MAX_METADATA:
        found.append(("metadata", "must be at most 16 kB of JSON."))
    return found + _webhook_problems(body, config)


def _webhook_problems(body: CreateLink, config: Config) -> Problems:
    if body.webhook_url is None:
        given = {"webhookSecret": body.webhook_secret, "webhookEvents": body.webhook_events}
        return [(name, "needs webhookUrl.") for name, value in given.items() if value is not None]
    found = webhook_rules.url_problems("webhookUrl", body.webhook_url, config)
    found += webhook_rules.secret_problems("webhookSecret", body.webhook_secret)
    if body.webhook_events is None:
        return [*found, ("webhookEvents", "is required when webhookUrl is set.")]
    return found + webhook_rules.event_problems("webhookEvents", body.webhook_events)


def _redirect_problems(url: str) -> Problems:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        usable = usable and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(url) > 2048 or any(ord(char) <= 32 or ord(char) == 127 for char in url):
        return [("redirectUrl", "must be an http or https URL of at most 2,048 characters.")]
    return []
