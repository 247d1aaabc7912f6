"""Rotating a webhook's secret: for some hours the one before signs too, so that no receiver must change in an instant.

The sealed bytes of the secret before move as they are: both are bound to the webhook, not to their column.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from .. import clock
from ..postgres.pool import Connection
from ..vault import Vault
from . import webhooks
from .webhooks import Webhook

RANDOM_BYTES = 32


def generated() -> str:
    """A new secret of 49 characters."""
    return "whsec_" + secrets.token_urlsafe(RANDOM_BYTES)


async def rotate(
    conn: Connection, vault: Vault, organization_id: UUID, id_: UUID, secret: str, grace: timedelta
) -> Webhook:
    """`secret` signs from now on, the one that it replaces until `grace` has passed; raises NotFound."""
    now, is_kept = clock.now(), grace > timedelta(0)
    await conn.execute(
        "update outgoing_webhooks set secret = $3,"
        " updated_at = greatest($4, updated_at + interval '1 ms'),"
        " previous_secret = case when $5 then secret end,"
        " previous_secret_until = case when $5 and secret is not null then $6::timestamptz end"
        " where organization_id = $1 and id = $2",
        organization_id, id_, vault.seal(secret, webhooks.secret_context(organization_id, id_)), now, is_kept,
        now + grace,
    )  # fmt: skip
    return await webhooks.one(conn, organization_id, id_)


async def forget(conn: Connection) -> None:
    """Previous secrets whose time is over."""
    await conn.execute(
        "update outgoing_webhooks set previous_secret = null, previous_secret_until = null"
        " where previous_secret_until < now()"
    )
