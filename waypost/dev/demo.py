"""The demo organization: made at the first start, kept in the data folder for later ones."""

import os
import secrets
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from ..config import Config
from ..deployment import runtime
from ..domain import api_keys, completion, onboarding, organizations, phones, shared_inbox_links
from ..domain.phones import Phone
from ..domain.signups import Hints
from ..errors import NotFound, Unauthorized
from ..meta.graph import Graph
from ..runtime import Runtime


class Demo(msgspec.Struct):
    """`dev.json`: secrets and ids of a throw-away deployment, readable by its owner alone."""

    app_secret: str
    verify_token: str
    webhook_secret: str
    organization_id: UUID | None = None
    api_key: str = ""
    phone_id: UUID | None = None
    link_id: UUID | None = None
    inbox_url: str = ""


def recall(data_dir: Path) -> Demo:
    """The demo of this data folder; a new one has its secrets made up."""
    try:
        return msgspec.json.decode((data_dir / "dev.json").read_bytes(), type=Demo)
    except (FileNotFoundError, msgspec.DecodeError):
        return Demo(secrets.token_hex(16), secrets.token_urlsafe(16), "whsec_" + secrets.token_urlsafe(24))


def remember(data_dir: Path, demo: Demo) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    draft = data_dir / "dev.json.new"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(demo), indent=2))
    draft.replace(data_dir / "dev.json")


async def prepare(config: Config, demo: Demo, simulator: Graph, receiver_url: str) -> Phone:
    """Organization, key, a connected number and a link that waits; returns the number. Existing ones are kept."""
    async with runtime(config) as rt:
        await _organization(rt, demo)
        phone = await _number(rt, demo, simulator, receiver_url)
        await _link(rt, demo, receiver_url)
        await _inbox(rt, demo, phone)
    remember(config.data_dir, demo)
    return phone


async def _organization(rt: Runtime, demo: Demo) -> None:
    async with rt.pool.transaction() as conn:
        try:
            demo.organization_id = (await api_keys.caller(conn, demo.api_key)).organization_id
        except Unauthorized:
            made = await organizations.create(conn, "Demo")
            _, demo.api_key = await api_keys.create(conn, made.id, name="demo")
            demo.organization_id, demo.phone_id, demo.link_id, demo.inbox_url = made.id, None, None, ""


async def _number(rt: Runtime, demo: Demo, simulator: Graph, receiver_url: str) -> Phone:
    assert demo.organization_id is not None
    if demo.phone_id is None:
        link = await _create(rt, demo, "Corner Bakery", "demo-1", receiver_url)
        signup = await simulator.call("POST", "signups", body={"name": "Corner Bakery"})
        await completion.complete(rt, link, signup["code"], Hints())
        async with rt.pool.connection() as conn:
            demo.phone_id = (await onboarding.opened(conn, link)).phone_id
    assert demo.phone_id is not None
    async with rt.pool.connection() as conn:
        return await phones.required(conn, demo.organization_id, demo.phone_id)


async def _link(rt: Runtime, demo: Demo, receiver_url: str) -> None:
    """A link that is still pending and leads to where the receiver listens now."""
    if demo.link_id is not None:
        async with rt.pool.connection() as conn:
            try:
                link = await onboarding.opened(conn, demo.link_id)
            except NotFound:
                link = None
        if link is not None and link.status == "pending" and link.webhook_url == f"{receiver_url}/webhooks":
            return
    demo.link_id = await _create(rt, demo, "Acme Corp", "customer-123", receiver_url)


async def _inbox(rt: Runtime, demo: Demo, phone: Phone) -> None:
    """A link to the number's inbox with every permission; a new one when the one of before is gone or was rotated."""
    base, _, secret = demo.inbox_url.partition("#t=")
    async with rt.pool.transaction() as conn:
        if base.startswith(f"{rt.config.public_url}/inbox/") and await shared_inbox_links.opens(
            conn, phone.organization_id, UUID(base[-36:]), secret
        ):
            return
        draft = shared_inbox_links.Draft(phone.id, "Corner Bakery", shared_inbox_links.PERMISSIONS, None)
        made = await shared_inbox_links.create(conn, rt.config.public_url, phone.organization_id, draft)
    demo.inbox_url = made.public_url


async def _create(rt: Runtime, demo: Demo, name: str, external_id: str, receiver_url: str) -> UUID:
    draft = onboarding.Draft(
        name, external_id, f"{receiver_url}/connected", f"{receiver_url}/webhooks", demo.webhook_secret, ["*"]
    )
    assert demo.organization_id is not None
    async with rt.pool.transaction() as conn:
        made: Any = await onboarding.create(conn, rt.vault, rt.config.public_url, demo.organization_id, draft)
    id_: UUID = made.id
    return id_
