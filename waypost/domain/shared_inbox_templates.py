"""Templates that an inbox may send: the approved ones of its number's WABA, in pages by cursor."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from ..paging import cursor_at, place_of
from ..postgres.pool import Connection

SENDABLE = "APPROVED"
FILTERS = {"language": "t.language", "category": "t.category"}


class Template(msgspec.Struct, rename="camel"):
    """`id` is Meta's, `components` are Meta's own."""

    id: str
    name: str
    language: str
    category: str | None
    parameter_format: str | None
    components: msgspec.Raw


async def listed(
    conn: Connection,
    organization_id: UUID,
    phone_id: UUID,
    cursor: str | None,
    limit: int,
    search: str | None,
    filters: Mapping[str, str],
) -> tuple[list[Template], str | None]:
    """By name and language, and the cursor behind them. A search looks for a part of the name or of a component's text;
    a WABA has at most 6,000 templates."""
    place = place_of(cursor, tuple[str, str, str]) if cursor else ("", "", "")
    values: list[Any] = [organization_id, phone_id, *place, limit + 1, (search or "").strip().lower()]
    only = "".join(f" and {FILTERS[name]} = ${nth}" for nth, name in enumerate(filters, len(values) + 1))
    rows = await conn.fetch(
        "select t.meta_id, t.name, t.language, t.category, t.parameter_format, t.components from phones p"
        " join templates t on t.organization_id = p.organization_id and t.waba_id = p.waba_id"
        f" where p.organization_id = $1 and p.id = $2 and t.status = '{SENDABLE}'"
        " and (t.name, t.language, t.meta_id) > ($3, $4, $5) and ($7 = '' or position($7 in lower(t.name)) > 0"
        "  or exists (select from json_array_elements(t.components) c where position($7 in lower(c->>'text')) > 0))"
        f"{only} order by t.name, t.language, t.meta_id limit $6",
        *values,
        *filters.values(),
    )
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    following = None if last is None else cursor_at(last["name"], last["language"], last["meta_id"])
    return [_shown(row) for row in shown], following


def _shown(row: Any) -> Template:
    return Template(
        row["meta_id"], row["name"], row["language"], row["category"], row["parameter_format"],
        msgspec.Raw(row["components"].encode()),
    )  # fmt: skip
