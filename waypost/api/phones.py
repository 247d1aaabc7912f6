"""Phones over the API: list, get, label, disconnect, health."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from ..domain import health, numbers
from ..domain.health import Health
from ..domain.numbers import Number
from ..errors import Invalid
from ..paging import Slice
from . import webhook_rules
from .door import Call
from .onboarding_links import MAX_METADATA


class UpdatePhone(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What is absent stays as it is; null clears."""

    label: Annotated[
        str | UnsetType | None, msgspec.Meta(description="Your own name for the number, at most 200 characters.")
    ] = UNSET
    metadata: Annotated[
        dict[str, Any] | UnsetType | None,
        msgspec.Meta(description="Your own data, at most 16 kB; replaced as a whole."),
    ] = UNSET


async def listed(call: Call) -> Slice[Number]:
    page, waba_id = call.page, _waba_id(call.query.get("wabaId"))
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await numbers.listed(conn, call.organization_id, page, waba_id)


async def one(call: Call) -> Number:
    async with call.rt.pool.connection() as conn:
        return await numbers.one(conn, call.organization_id, call.ids["phone_id"])


async def update(call: Call) -> Number:
    body: UpdatePhone = call.body
    problems = webhook_rules.text_problems("label", body.label, 200) if isinstance(body.label, str) else []
    if isinstance(body.metadata, dict):
        encoded = msgspec.json.encode(body.metadata)
        if len(encoded) > MAX_METADATA:
            problems.append(("metadata", "must be at most 16 kB of JSON."))
    if problems:
        raise Invalid.fields(problems)
    changes = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    if isinstance(body.label, str):
        changes["label"] = body.label.strip()
    async with call.rt.pool.transaction() as conn:
        return await numbers.update(conn, call.organization_id, call.ids["phone_id"], changes)


async def disconnect(call: Call) -> Number:
    async with call.rt.pool.transaction() as conn:
        return await numbers.disconnect(conn, call.organization_id, call.ids["phone_id"])


async def show_health(call: Call) -> Health:
    return await health.of(call.rt, call.organization_id, call.ids["phone_id"])


def _waba_id(text: str | None) -> UUID | None:
    if text is None or text == "":
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid.field("wabaId", "must be the id of one of your WABAs.") from None
