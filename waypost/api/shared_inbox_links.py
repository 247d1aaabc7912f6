"""Shared inbox links over the API: created, listed, changed, rotated, revoked. Every change rings for open inboxes."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from .. import clock
from ..domain import shared_inbox_links
from ..domain.shared_inbox_links import Draft, Permissions, SharedInboxLink, SharedInboxLinkWithUrl
from ..errors import Invalid
from ..paging import Slice
from . import webhook_rules
from .door import Call, Deleted

Expiry = Annotated[datetime, msgspec.Meta(tz=True, description="In the future; null: the link does not expire.")]


class GivenPermissions(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What the holders of the link may do; what is left out is false, or in a change stays as it is."""

    read_inbox: Annotated[bool | None, msgspec.Meta(description="See conversations and messages.")] = None
    read_details: Annotated[
        bool | None, msgspec.Meta(description="See full numbers, and the details of contacts and messages.")
    ] = None
    mark_read: Annotated[bool | None, msgspec.Meta(description="Mark as read, show that somebody types.")] = None
    send_text: Annotated[bool | None, msgspec.Meta(description="Send text.")] = None
    send_media: Annotated[bool | None, msgspec.Meta(description="Send images, videos, audio and documents.")] = None
    send_templates: Annotated[bool | None, msgspec.Meta(description="See and send approved templates.")] = None
    send_advanced: Annotated[
        bool | None, msgspec.Meta(description="Send interactive messages, reactions, locations, contacts, flows.")
    ] = None


class CreateSharedInboxLink(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A link to one number's inbox."""

    phone_number_id: Annotated[UUID, msgspec.Meta(description="The phone whose inbox it opens.")]
    name: Annotated[str, msgspec.Meta(description="Shown at the top of the inbox.", examples=["Support access"])]
    expires_at: Expiry | None = None
    permissions: GivenPermissions | None = None


class UpdateSharedInboxLink(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What is absent stays as it is."""

    name: str | None = None
    expires_at: Expiry | UnsetType | None = UNSET
    permissions: GivenPermissions | None = None


async def create(call: Call) -> SharedInboxLinkWithUrl:
    body: CreateSharedInboxLink = call.body
    _check(body.name, body.expires_at)
    chosen = [name for name, is_on in _given(body.permissions).items() if is_on]
    draft = Draft(body.phone_number_id, body.name.strip(), chosen, body.expires_at, call.caller.key_id)
    async with call.rt.pool.transaction() as conn:
        return await shared_inbox_links.create(conn, call.rt.config.public_url, call.organization_id, draft)


async def listed(call: Call) -> Slice[SharedInboxLink]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await shared_inbox_links.listed(conn, call.organization_id, page)


async def one(call: Call) -> SharedInboxLink:
    async with call.rt.pool.connection() as conn:
        return await shared_inbox_links.one(conn, call.organization_id, call.ids["id"])


async def update(call: Call) -> SharedInboxLink:
    body: UpdateSharedInboxLink = call.body
    _check(body.name, body.expires_at if isinstance(body.expires_at, datetime) else None)
    changes: dict[str, Any] = {} if body.name is None else {"name": body.name.strip()}
    if body.expires_at is not UNSET:
        changes["expires_at"] = body.expires_at
    if body.permissions is not None:
        changes["permissions"] = _given(body.permissions)
    async with call.rt.pool.transaction() as conn:
        link = await shared_inbox_links.update(conn, call.organization_id, call.ids["id"], changes, call.caller.key_id)
    call.rt.bell.ring([call.organization_id])
    return link


async def rotate(call: Call) -> SharedInboxLinkWithUrl:
    url, id_ = call.rt.config.public_url, call.ids["id"]
    async with call.rt.pool.transaction() as conn:
        link = await shared_inbox_links.rotate(conn, url, call.organization_id, id_, call.caller.key_id)
    call.rt.bell.ring([call.organization_id])
    return link


async def revoke(call: Call) -> Deleted:
    async with call.rt.pool.transaction() as conn:
        await shared_inbox_links.revoke(conn, call.organization_id, call.ids["id"], call.caller.key_id)
    call.rt.bell.ring([call.organization_id])
    return Deleted(call.ids["id"])


def _given(permissions: GivenPermissions | None) -> dict[str, bool]:
    """By their names on the wire, those that are given."""
    if permissions is None:
        return {}
    told = {field.encode_name: getattr(permissions, field.name) for field in msgspec.structs.fields(Permissions)}
    return {name: is_on for name, is_on in told.items() if is_on is not None}


def _check(name: str | None, expires_at: datetime | None) -> None:
    found = [] if name is None else webhook_rules.text_problems("name", name, 200)
    if expires_at is not None and expires_at <= clock.now():
        found.append(("expiresAt", "must be in the future; to end the link now, delete it."))
    if found:
        raise Invalid.fields(found)
