"""Templates: what Meta keeps for each WABA, as it was when last read; and whether a send fits the template it names."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from .. import clock
from ..errors import Invalid
from ..meta.templates import TemplateNode
from ..paging import Page, Slice
from ..postgres.pool import Connection
from . import syncs, template_rules

#: Templates of which Meta would refuse to send; what else there is, Meta decides.
UNSENDABLE = {
    "PENDING": "Meta has not reviewed it yet",
    "REJECTED": "Meta rejected it",
    "PAUSED": "Meta paused it for its quality",
    "DISABLED": "Meta disabled it for its quality",
    "PENDING_DELETION": "it is being deleted",
    "DELETED": "it was deleted",
    "LIMIT_EXCEEDED": "the account has too many templates",
    "ARCHIVED": "it is archived",
}
#: So long what was read is believed where Meta may have changed it since without our hearing of it.
FRESH = timedelta(minutes=10)
#: What a list may be filtered by, and the column of each.
FILTERS = {"status": "t.status", "name": "t.name", "language": "t.language", "category": "t.category"}


class Template(msgspec.Struct, rename="camel"):
    """As the API shows it; `id` is Meta's, `components` are Meta's own."""

    id: str
    name: str
    language: str
    status: str
    category: str | None
    parameter_format: str | None
    components: msgspec.Raw
    quality: str | None
    rejected_reason: str | None
    last_synced_at: str


class StatusChange(msgspec.Struct, frozen=True):
    """What a notification says of one template; None is what it leaves as it is."""

    organization_id: UUID
    waba_id: UUID
    meta_id: str
    status: str | None
    quality: str | None
    category: str | None
    rejected_reason: str | None
    at: datetime


async def listed(
    conn: Connection, organization_id: UUID, waba_id: UUID, page: Page, filters: Mapping[str, str]
) -> Slice[Template]:
    """By name and language, since Meta does not tell when a template was made. Meta keeps at most 6,000 per WABA."""
    values = list(filters.values())
    only = "".join(f" and {FILTERS[name]} = ${place}" for place, name in enumerate(filters, 3))
    source = f"from templates t where t.organization_id = $1 and t.waba_id = $2{only}"
    total = await conn.fetchval(f"select count(*) {source}", organization_id, waba_id, *values)
    rows = await conn.fetch(
        "select t.meta_id, t.name, t.language, t.status, t.category, t.parameter_format, t.components, t.quality,"
        f" t.rejected_reason, t.synced_at {source} order by t.name, t.language, t.meta_id"
        f" offset {min(page.offset, total)} limit {page.limit}",
        organization_id,
        waba_id,
        *values,
    )
    return Slice([_shown(row) for row in rows], total, page)


async def held(conn: Connection, organization_id: UUID, waba_id: UUID) -> int:
    """How many templates of a WABA are kept here."""
    count: int = await conn.fetchval(
        "select count(*) from templates where organization_id = $1 and waba_id = $2", organization_id, waba_id
    )
    return count


async def replace(conn: Connection, organization_id: UUID, waba_id: UUID, nodes: Sequence[TemplateNode]) -> None:
    """The whole list of a WABA as Meta has it now; what is not in it is gone."""
    rows = [
        (
            node.id, node.name, node.language, node.status, node.category, node.parameter_format,
            msgspec.json.encode(node.components).decode(), node.quality, node.rejected_reason,
        )
        for node in sorted(nodes, key=lambda node: node.id)
    ]  # fmt: skip
    await conn.execute(
        "delete from templates where organization_id = $1 and waba_id = $2 and not meta_id = any($3::text[])",
        organization_id,
        waba_id,
        [row[0] for row in rows],
    )
    if rows:
        await conn.execute(_STORE, organization_id, waba_id, *zip(*rows, strict=True))


_STORE = """
insert into templates as t (organization_id, waba_id, meta_id, name, language, status, category, parameter_format,
  components, quality, rejected_reason, synced_at)
select $1, $2, n.*, now() from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::json[], $10::text[], $11::text[]) as n
on conflict (organization_id, waba_id, meta_id) do update set name = excluded.name, language = excluded.language,
  status = excluded.status, category = excluded.category, parameter_format = excluded.parameter_format,
  components = excluded.components, quality = excluded.quality, rejected_reason = excluded.rejected_reason,
  synced_at = excluded.synced_at
"""


async def note(conn: Connection, changes: Sequence[StatusChange]) -> set[tuple[object, ...]]:
    """What notifications say of templates that are known, unless a later one was applied; repeats change nothing.

    Returns the (WABA, Meta's id) of those that are others now.
    """
    latest: dict[tuple[UUID, str], StatusChange] = {}
    for change in sorted(changes, key=lambda change: change.at):
        key = (change.waba_id, change.meta_id)
        latest[key] = _later(latest[key], change) if key in latest else change
    if not latest:
        return set()
    changed = await conn.fetch(
        "update templates t set status = coalesce(c.status, t.status), quality = coalesce(c.quality, t.quality),"
        " category = coalesce(c.category, t.category), rejected_reason = case when c.status is null"
        " then t.rejected_reason else c.rejected_reason end, status_at = c.at"
        " from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
        " $8::timestamptz[]) as c(organization_id, waba_id, meta_id, status, quality, category, rejected_reason, at)"
        " where t.organization_id = c.organization_id and t.waba_id = c.waba_id and t.meta_id = c.meta_id"
        " and (t.status_at is null or t.status_at < c.at or (t.status_at = c.at and ("
        " coalesce(c.status, t.status), coalesce(c.quality, t.quality), coalesce(c.category, t.category),"
        " case when c.status is null then t.rejected_reason else c.rejected_reason end"
        " ) is distinct from (t.status, t.quality, t.category, t.rejected_reason))) returning t.waba_id, t.meta_id",
        *zip(*(msgspec.structs.astuple(latest[key]) for key in sorted(latest)), strict=True),
    )
    return {tuple(row.values()) for row in changed}


async def check(conn: Connection, organization_id: UUID, waba_id: UUID, send: Any) -> None:
    """Refuses a send that does not fit its template; raises Invalid naming the placeholder.

    `send` is a template of `meta.requests`. What is not known here, or not freshly, is left to Meta to decide, and a
    sync is asked for.
    """
    given = msgspec.to_builtins(send)
    name, language = given["templateName"], given["languageCode"]
    rows: list[Any] = await conn.fetch(
        "select t.language, t.status, t.components, t.rejected_reason,"
        " greatest(t.synced_at, coalesce(t.status_at, t.synced_at)) > now() - $4::interval as is_fresh"
        " from templates t where t.organization_id = $1 and t.waba_id = $2 and t.name = $3"
        " order by t.language limit 200",
        organization_id,
        waba_id,
        name,
        FRESH,
    )
    problems = _problems(name, language, rows, given.get("parameters") or {})
    if problems or not any(row["language"] == language for row in rows):
        await syncs.want(conn, [(organization_id, waba_id, "templates")])
    if problems:
        raise Invalid.fields(problems)


def _problems(name: str, language: str, rows: list[Any], parameters: Any) -> list[tuple[str, str]]:
    exact = [row for row in rows if row["language"] == language]
    if not exact:
        others = sorted({row["language"] for row in rows})
        if others and all(row["is_fresh"] for row in rows):
            return [
                ("languageCode", f"the template {name} is not there in {language}, only in {', '.join(others[:20])}.")
            ]
        return []
    row = next((row for row in exact if row["status"] not in UNSENDABLE), exact[0])
    if row["status"] in UNSENDABLE:
        if not row["is_fresh"]:
            return []
        reason = f": {row['rejected_reason']}" if row["rejected_reason"] else ""
        why = f"{UNSENDABLE[row['status']]} (status {row['status']}{reason})"
        return [("templateName", f"the template {name} ({language}) cannot be sent: {why}.")]
    return template_rules.problems(f"{name} ({language})", msgspec.json.decode(row["components"]), parameters)


def _later(first: StatusChange, second: StatusChange) -> StatusChange:
    """Both in one; what the second leaves out is the first's."""
    return StatusChange(
        second.organization_id, second.waba_id, second.meta_id, second.status or first.status,
        second.quality or first.quality, second.category or first.category,
        second.rejected_reason if second.status else first.rejected_reason, second.at,
    )  # fmt: skip


def _shown(row: Any) -> Template:
    known = dict(row)
    components, synced = msgspec.Raw(known.pop("components").encode()), clock.stamp(known.pop("synced_at"))
    return Template(id=known.pop("meta_id"), components=components, last_synced_at=synced, **known)
