"""Numbers: phones as their owner sees them over the API: listed, labelled, disconnected; and what Meta says of each."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..errors import NotFound
from ..meta.accounts import Entity, PhoneNode
from ..paging import Page, Slice
from ..postgres.pool import Connection
from . import phones, syncs, tally

LIST = "phones"


class Number(msgspec.Struct, rename="camel"):
    """A number, connected or not; `status`, `qualityRating`, `nameStatus` and `messagingLimit` are Meta's own words."""

    id: UUID
    waba_id: UUID
    phone_number: str
    verified_name: str | None
    label: str | None
    external_id: str | None
    metadata: msgspec.Raw | None
    meta_phone_number_id: str
    is_phone_registered: bool
    registration_error: str | None
    status: str | None
    quality_rating: str | None
    name_status: str | None
    messaging_limit: str | None
    messages_per_second: int
    is_on_business_app: bool
    created_at: str
    connected_at: str
    disconnected_at: str | None
    last_synced_at: str | None


_SHOWN = (
    "select p.id, p.waba_id, p.number, p.verified_name, p.label, p.external_id, p.metadata, p.meta_phone_number_id,"
    " p.is_registered, p.registration_error, p.meta_status, p.quality, p.name_status, p.messaging_limit,"
    " p.messages_per_second, p.is_on_business_app, p.created_at, p.connected_at, p.disconnected_at, s.synced_at"
    " from phones p left join account_syncs s on s.organization_id = p.organization_id and s.subject_id = p.id"
    " and s.kind = 'phone' where p.organization_id = $1"
)


async def one(conn: Connection, organization_id: UUID, id_: UUID) -> Number:
    """Raises NotFound."""
    row = await conn.fetchrow(_SHOWN + " and p.id = $2", organization_id, id_)
    if row is None:
        raise NotFound.of("phone", id_)
    return _shown(row)


async def listed(conn: Connection, organization_id: UUID, page: Page, waba_id: UUID | None = None) -> Slice[Number]:
    """The one that was first connected last leads; those of one WABA, or all."""
    list_ = _list(waba_id)
    total = await tally.total(conn, organization_id, list_)
    before, skip = await tally.locate(conn, organization_id, list_, page.offset)
    only = "" if waba_id is None else " and p.waba_id = $5"
    rows = await conn.fetch(
        f"{_SHOWN} and p.created_at < $2{only} order by p.created_at desc, p.id desc offset $3 limit $4",
        organization_id, before, skip, page.limit, *([] if waba_id is None else [waba_id]),
    )  # fmt: skip
    return Slice([_shown(row) for row in rows], total, page)


async def update(conn: Connection, organization_id: UUID, id_: UUID, changes: dict[str, Any]) -> Number:
    """Sets `label` and `metadata` where they are given; None clears. Raises NotFound."""
    metadata = changes.get("metadata")
    await conn.execute(
        "update phones set label = case when $3 then $4 else label end,"
        " metadata = case when $5 then $6 else metadata end"
        " where organization_id = $1 and id = $2",
        organization_id, id_, "label" in changes, changes.get("label"), "metadata" in changes,
        None if metadata is None else msgspec.json.encode(metadata).decode(),
    )  # fmt: skip
    return await one(conn, organization_id, id_)


async def place(conn: Connection, organization_id: UUID, id_: UUID) -> tuple[UUID, datetime] | None:
    """Under which WABA and at which moment the lists have a number; None before it is connected for the first time."""
    row = await conn.fetchrow(
        "select waba_id, created_at from phones where organization_id = $1 and id = $2", organization_id, id_
    )
    return None if row is None else (row["waba_id"], row["created_at"])


async def connected(
    conn: Connection, organization_id: UUID, id_: UUID, was: tuple[UUID, datetime] | None, *, on_business_app: bool
) -> None:
    """After a number was connected: the lists follow (`was` is its place before), and Meta is asked about it; and for
    what was written in the app before."""
    now = await place(conn, organization_id, id_)
    assert now is not None
    moves: list[tally.Move] = []
    if was is None:
        moves.append((organization_id, LIST, None, now[1]))
    if was is None or was[0] != now[0]:
        moves.append((organization_id, _list(now[0]), None, now[1]))
    if was is not None and was[0] != now[0]:
        moves.append((organization_id, _list(was[0]), was[1], None))
    await tally.shift(conn, moves)
    await syncs.forget(conn, organization_id, id_, ["release"])
    wanted: list[syncs.Wanted] = [
        (organization_id, id_, "phone"), (organization_id, now[0], "waba"), (organization_id, now[0], "templates")
    ]  # fmt: skip
    await syncs.want(conn, [*wanted, (organization_id, id_, "import")] if on_business_app else wanted)


async def disconnect(conn: Connection, organization_id: UUID, id_: UUID) -> Number:
    """Ends a number's connection; its history stays. A second time changes nothing. Raises NotFound.

    What is to be undone at Meta is left to a sync of its own: it must not fail because Meta is away.
    """
    waba_id: UUID | None = await conn.fetchval(
        "update phones set disconnected_at = now(), register_at = null"
        " where organization_id = $1 and id = $2 and disconnected_at is null returning waba_id",
        organization_id,
        id_,
    )
    if waba_id is not None:
        await syncs.forget(conn, organization_id, id_, ["phone", "import"])
        if not await phones.any_connected(conn, organization_id, waba_id):
            await syncs.forget(conn, organization_id, waba_id, ["waba", "templates"])
        await syncs.want(conn, [(organization_id, id_, "release")])
    return await one(conn, organization_id, id_)


async def learn(conn: Connection, organization_id: UUID, id_: UUID, node: PhoneNode) -> None:
    """Keeps what Meta says of a number; what Meta leaves out stays as it was."""
    await conn.execute(
        "update phones set number = coalesce($3, number), verified_name = coalesce($4, verified_name),"
        " meta_status = coalesce($5, meta_status), quality = coalesce($6, quality),"
        " name_status = coalesce($7, name_status), code_status = coalesce($8, code_status),"
        " messaging_limit = coalesce($9, messaging_limit),"
        " messages_per_second = coalesce($10, messages_per_second), is_on_business_app = $11,"
        " is_registered = coalesce($12, is_registered), callback_url = coalesce($13, callback_url),"
        " health = coalesce($14, health),"
        " override_error = case when $15 then null else override_error end,"
        " registration_error = case when $12 then null else registration_error end,"
        " registration_code = case when $12 then null else registration_code end,"
        " register_at = case when $12 then null else register_at end"
        " where organization_id = $1 and id = $2",
        organization_id, id_, node.number, node.verified_name, node.status, node.quality, node.name_status,
        node.code_status, node.messaging_limit, node.messages_per_second, node.is_on_business_app, node.is_registered,
        node.callback, stored_health(node.health), node.own_callback is not None,
    )  # fmt: skip


async def vanished(conn: Connection, organization_id: UUID, id_: UUID) -> None:
    """Meta no longer shows this number to us."""
    await conn.execute(
        "update phones set meta_status = 'DELETED' where organization_id = $1 and id = $2", organization_id, id_
    )


async def owe_registration(
    conn: Connection, organization_id: UUID, id_: UUID, code: int, reason: str, again: timedelta | None
) -> None:
    """A registration that Meta refused; tried again after `again`, or never."""
    await conn.execute(
        "update phones set registration_code = $3, registration_error = $4, register_at = now() + $5::interval,"
        " registration_tries = least(registration_tries + 1, 1000) where organization_id = $1 and id = $2",
        organization_id, id_, code, reason, again,
    )  # fmt: skip


def stored_health(health: list[Entity] | None) -> str | None:
    return None if health is None else msgspec.json.encode(health).decode()


def opened_health(stored: str | None) -> list[Entity]:
    return [] if stored is None else msgspec.json.decode(stored, type=list[Entity])


def _list(waba_id: UUID | None) -> str:
    return LIST if waba_id is None else f"{LIST}/{waba_id}"


def _shown(row: Any) -> Number:
    known = dict(row)
    created, connected = clock.stamp(known.pop("created_at")), clock.stamp(known.pop("connected_at"))
    metadata = known.pop("metadata")
    return Number(
        phone_number=known.pop("number"),
        metadata=None if metadata is None else msgspec.Raw(metadata.encode()),
        is_phone_registered=known.pop("is_registered"),
        status=known.pop("meta_status"),
        quality_rating=known.pop("quality"),
        created_at=created,
        connected_at=connected,
        disconnected_at=clock.optional_stamp(known.pop("disconnected_at")),
        last_synced_at=clock.optional_stamp(known.pop("synced_at")),
        **known,
    )
