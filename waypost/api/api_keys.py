"""API keys over the API: listed, created, revoked. A key grants at most what it has itself."""

from typing import Annotated, Literal

import msgspec

from ..domain import api_keys
from ..domain.api_keys import SCOPES, ApiKey
from ..errors import Invalid
from ..paging import Slice
from . import webhook_rules
from .door import Call, Deleted

Scope = Literal["read", "send", "manage"]


class CreateKey(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A key for another program of yours."""

    name: Annotated[str | None, msgspec.Meta(description="At most 200 characters.", examples=["Shop"])] = None
    scopes: Annotated[list[Scope] | None, msgspec.Meta(description="As many as the calling key has, unless given.")] = (
        None
    )


class CreatedKey(ApiKey):
    """The only answer that ever holds the key itself."""

    api_key: str = ""


async def create(call: Call) -> CreatedKey:
    body: CreateKey = call.body
    problems = [] if body.name is None else webhook_rules.text_problems("name", body.name, 200)
    if body.scopes is not None and not body.scopes:
        problems.append(("scopes", f"must name at least one of {', '.join(SCOPES)}, or be left out."))
    if problems:
        raise Invalid.fields(problems)
    scopes = sorted(call.caller.scopes) if body.scopes is None else list(body.scopes)
    for scope in scopes:
        call.caller.require(scope)
    name = None if body.name is None else body.name.strip()
    async with call.rt.pool.transaction() as conn:
        made, text = await api_keys.create(conn, call.organization_id, scopes, name)
    return CreatedKey(**msgspec.structs.asdict(made), api_key=text)


async def listed(call: Call) -> Slice[ApiKey]:
    page = call.page
    async with call.rt.pool.transaction("repeatable_read", readonly=True) as conn:
        return await api_keys.page(conn, call.organization_id, page)


async def revoke(call: Call) -> Deleted:
    async with call.rt.pool.transaction() as conn:
        await api_keys.revoke_own(conn, call.caller, call.ids["id"])
    return Deleted(call.ids["id"])
