"""Finding conversations by their contact: exactly by number, or by parts of name, username and number.

A table beside the conversations holds each contact's folded words and an index of their parts; triggers keep it (see
0006_conversations.sql). What a search costs is bounded whatever is sought: docs/decisions/0009-search.md.
"""

import re
from uuid import UUID

from ..content import digits
from ..paging import Page, Slice
from ..postgres.pool import Connection
from . import conversation_list
from .conversation_list import Conversation

#: A search shows this many conversations at most; it is narrowed by another word, not leafed through.
REACH = 1_000
#: Up to so many contacts are put in order by their activity; where more fit, only the last active are looked at.
CANDIDATES = 5_000
WALK = 10_000

_NUMBER = re.compile(r"[\s+()./-]*[0-9][0-9\s+()./-]*")
#: Folded words hold no `%`, `_` or backslash: patterns made of them need no escaping.
_FITS = "s.words like all ($3::text[])"
#: Conversations of `found`, and for those that were merged into another the one that lives on.
_HEIRS = """heirs as (
  select c.id, c.merged_into, c.last_message_at from found f
  join conversations c on c.organization_id = $1 and c.phone_id = $2 and c.id = f.conversation_id
  where {bound}
  union
  select c.id, c.merged_into, c.last_message_at from heirs h
  join conversations c on c.organization_id = $1 and c.id = h.merged_into
)"""
_NUMBERED = f"""
with recursive found as (
  select conversation_id from contact_aliases where organization_id = $1 and phone_id = $2 and alias = $3
), {_HEIRS.format(bound="true")}
select id from heirs where merged_into is null
"""
# `is not distinct from` cannot use the primary key, which a planner may think cheaper and which reads the whole phone.
_FOUND = f"""
with recursive found as materialized (
  select s.conversation_id from contact_search s
  where s.organization_id is not distinct from $1 and s.phone_id = $2 and {_FITS}
    and contact_keys(s.phone_id, s.words) @> word_keys($2, $6::text[], true)
  limit $4 + 1
), {_HEIRS.format(bound="(select count(*) from found) <= $4")}
select (select count(*) from found) as fit, array(
  select id from heirs where merged_into is null order by last_message_at desc, id desc limit $5
) as ids
"""
_WALKED = f"""
select c.id from (
  select organization_id, id from conversations where organization_id = $1 and phone_id = $2 and merged_into is null
  order by last_message_at desc, id desc limit $4
) c cross join lateral (
  select from contact_search s where s.organization_id = $1 and s.conversation_id = c.id and {_FITS} limit 1
) s limit $5
"""


async def by_number(
    conn: Connection, organization_id: UUID, phone_id: UUID, number: str, page: Page
) -> Slice[Conversation]:
    """The conversation of whoever is known by exactly these digits, also formerly; at most one."""
    rows = await conn.fetch(_NUMBERED, organization_id, phone_id, f"wa:{digits(number)}")
    return await _slice(conn, organization_id, phone_id, [row["id"] for row in rows], page)


async def by_words(
    conn: Connection, organization_id: UUID, phone_id: UUID, sought: str, page: Page
) -> Slice[Conversation]:
    """Conversations whose contact has every sought word in name, username or number, last active first.

    A word of one or two characters begins a word, a longer one may stand anywhere in it; case and accents do not count,
    nor does the punctuation of a number. `total` counts up to REACH.
    """
    found = await words(conn, sought)
    ids = await matching(conn, organization_id, phone_id, found) if found else []
    return await _slice(conn, organization_id, phone_id, ids, page)


async def fold(conn: Connection) -> int:
    """Takes what waits into the index of contacts, and returns how many pages it was; any number of processes may."""
    pages: int = await conn.fetchval("select gin_clean_pending_list('contact_search_keys')")
    return pages


async def _slice(
    conn: Connection, organization_id: UUID, phone_id: UUID, ids: list[UUID], page: Page
) -> Slice[Conversation]:
    shown = ids[page.offset : page.offset + page.limit]
    return Slice(await conversation_list.these(conn, organization_id, phone_id, shown), len(ids), page)


async def words(conn: Connection, sought: str) -> list[str]:
    """What is sought, folded as contacts are; a number without its punctuation."""
    text = digits(sought) if _NUMBER.fullmatch(sought) else sought
    folded: str = await conn.fetchval("select folded($1)", text)
    return list(dict.fromkeys(folded.split()))


def part(word: str) -> str:
    """The pattern that contacts with this word fit."""
    return f"% {word}%" if len(word) < 3 else f"%{word}%"


async def matching(conn: Connection, organization_id: UUID, phone_id: UUID, words: list[str]) -> list[UUID]:
    """At most REACH conversations whose contact has all of the words, last active first."""
    parts = [part(word) for word in words]
    fit, ids = await conn.fetchrow(_FOUND, organization_id, phone_id, parts, CANDIDATES, REACH, words)
    if fit <= CANDIDATES:
        return list(ids)
    rows = await conn.fetch(_WALKED, organization_id, phone_id, parts, WALK, REACH)
    return [row["id"] for row in rows]
