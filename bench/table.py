"""A phone with as many messages as wanted, loaded with COPY: rows such as the gateway writes, tallies that fit them.

The hard case: everything belongs to one phone. A tenth as many conversations as messages, whose messages lie scattered
over the table in the order of their times, and one long thread with 6 % of them.
"""

import os
import random
import time
from array import array
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

import asyncpg

FIRST_NUMBER = 5491150000000
DAYS = 60
CHUNK = 5_000
FIRST = ("María", "José", "Ana", "Luís", "Zoë", "Björn", "Amélie", "Juan", "Lucía", "Noah", "Emma", "Łukasz", "Aïcha",
         "Chloé", "Tomás", "Inés", "Ravi", "Fatima", "Jürgen", "Søren")  # fmt: skip
SYLLABLES = ("bar", "cel", "dor", "fen", "gal", "hir", "jun", "kem", "lor", "mas", "nev", "ost", "pil", "qui", "ruz",
             "sam", "tel", "urb", "vas", "zam")  # fmt: skip
BODIES = (
    "I would like to know whether my order has left the bakery already.",
    "Yes, please.",
    "Could somebody call me back in the afternoon? I have a question about the invoice of last month and about the "
    "delivery that did not come.",
    "Thank you!",
)
_COLUMNS = ("organization_id", "id", "phone_id", "conversation_id", "position", "direction", "type", "content",
            "status", "status_timestamps", "wamid", "sent_at", "created_at")  # fmt: skip


@dataclass
class Table:
    """What was loaded; conversation i belongs to the number FIRST_NUMBER + i, conversation 0 is the long thread."""

    organization_id: UUID
    phone_id: UUID
    messages: int
    ids: list[str] = field(default_factory=list)
    counts: "array[int]" = field(default_factory=lambda: array("i"))
    lasts: "array[float]" = field(default_factory=lambda: array("d"))

    @property
    def conversations(self) -> int:
        return len(self.ids)

    def number(self, index: int) -> str:
        return str(FIRST_NUMBER + index)

    def surname(self, index: int) -> str:
        """About 160,000 different ones."""
        digits = index * 7919 % 160_000
        return "".join(SYLLABLES[digits // 20**place % 20] for place in range(4)).title()

    def name(self, index: int) -> str:
        return f"{FIRST[index % len(FIRST)]} {self.surname(index)}"


async def load(dsn: str, organization_id: UUID, phone_id: UUID, messages: int) -> Table:
    """Fills the (empty) tables of this phone; indexes of messages and the search's are built afterwards."""
    table = Table(organization_id, phone_id, messages)
    conn = await asyncpg.connect(dsn, command_timeout=3600, server_settings={"maintenance_work_mem": "1GB"})
    try:
        rebuilt = [
            *await _without_indexes(conn, "messages"),
            *await _without_indexes(conn, "contact_search"),
        ]
        await conn.execute("alter table conversations disable trigger user")
        await conn.copy_to_table("messages", source=_chunks(_messages(table)), columns=_COLUMNS)
        await conn.copy_to_table("conversations", source=_chunks(_conversations(table)), columns=(
            "organization_id", "id", "phone_id", "contact_phone", "contact_user_id", "contact_username", "contact_name",
            "message_count", "unread_count", "last_message_at", "last_inbound_at", "created_at",
        ))  # fmt: skip
        await conn.execute("alter table conversations enable trigger user")
        await _derive(conn, table)
        for statement in rebuilt:
            await conn.execute(statement)
        await conn.execute("alter index contact_search_keys alter column 1 set statistics 0")
        for name in ("messages", "conversations", "contact_aliases", "contact_search", "tallies"):
            await conn.execute(f"vacuum (analyze) {name}")
        await conn.execute("checkpoint")
    finally:
        await conn.close()
    return table


async def _derive(conn: Any, table: Table) -> None:
    """What follows from the conversations: aliases, words of the search, tallies."""
    owner = (table.organization_id, table.phone_id)
    await conn.execute(
        "insert into contact_aliases (organization_id, phone_id, alias, conversation_id)"
        " select organization_id, phone_id, alias, id from conversations c,"
        " lateral (values ('wa:' || contact_phone), ('id:' || contact_user_id)) as a(alias)"
        " where organization_id = $1 and phone_id = $2",
        *owner,
    )
    await conn.execute(
        "insert into contact_search (organization_id, conversation_id, phone_id, words)"
        " select organization_id, id, phone_id, contact_words(contact_name, contact_username, contact_phone)"
        " from conversations where organization_id = $1 and phone_id = $2",
        *owner,
    )
    await conn.execute(
        "insert into tallies (organization_id, list, level, slot, entries)"
        " select organization_id, 'conversations/' || phone_id, l,"
        " floor(extract(epoch from last_message_at))::bigint >> l, count(*)"
        " from conversations, (values (8), (16), (24)) as levels(l)"
        " where organization_id = $1 and phone_id = $2 group by 1, 2, 3, 4",
        *owner,
    )


async def _without_indexes(conn: Any, table: str) -> list[str]:
    """Drops a table's indexes and returns the statements that make them again."""
    constraints = await conn.fetch(
        "select conname, pg_get_constraintdef(oid) as made from pg_constraint"
        " where conrelid = $1::text::regclass and contype in ('p', 'u')",
        table,
    )
    statements = [f'alter table {table} add constraint "{row["conname"]}" {row["made"]}' for row in constraints]
    for row in constraints:
        await conn.execute(f'alter table {table} drop constraint "{row["conname"]}"')
    for row in await conn.fetch("select indexname, indexdef from pg_indexes where tablename = $1", table):
        await conn.execute(f'drop index "{row["indexname"]}"')
        statements.append(row["indexdef"])
    return statements


async def warm(dsn: str) -> None:
    """Reads what is looked up at random into memory; a machine that drops its file cache would measure its disk."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("set enable_seqscan = off; set enable_bitmapscan = off; set statement_timeout = 0")
        await conn.execute("set max_parallel_workers_per_gather = 0")
        for query in (
            "select count(wamid) from messages where organization_id is not null and wamid is not null",
            "select count(*) from (select organization_id, conversation_id, position from messages order by 1, 2, 3) m",
            "select count(*) from (select organization_id, phone_id, alias from contact_aliases order by 1, 2, 3) a",
            "select count(contact_phone) from (select contact_phone from conversations order by organization_id, id) c",
        ):
            await conn.fetchval(query)
    finally:
        await conn.close()


def _messages(table: Table) -> Iterator[str]:
    """Lines for COPY, oldest first: one message of each conversation, then all mixed."""
    conversations = max(table.messages // 10, 1)
    table.ids = list(islice(_uuids(), conversations))
    table.counts, table.lasts = array("i", bytes(4 * conversations)), array("d", bytes(8 * conversations))
    counts, lasts, ids = table.counts, table.lasts, table.ids
    pick, ends = random.Random(7), time.time() - 3600
    step = DAYS * 86400 / table.messages
    head, uuids, long = f"{table.organization_id}\t", _uuids(), 6 / 90
    for n in range(table.messages):
        at = ends - (table.messages - n) * step
        if n < conversations:
            index = n * 7919 % conversations if conversations % 7919 else n
        else:
            index = 0 if pick.random() < long else int(pick.random() * conversations)
        counts[index] += 1
        lasts[index] = at
        id_, stamp = _timely(next(uuids), at), _stamp(at)
        if n % 4:
            state = 'inbound\ttext\t{"body":"' + BODIES[n % 4] + '"}\tdelivered\t{}'
        else:
            state = f'outbound\ttext\t{{"body":"{BODIES[0]}"}}\tread\t{{"sent":"{stamp}","delivered":"{stamp}"}}'
        yield (
            f"{head}{id_}\t{table.phone_id}\t{ids[index]}\t{counts[index]}\t{state}"
            f"\twamid.HBgN{id_[24:]}{id_[:8]}{id_[9:13]}QUCABIYFDVD\t{stamp}\t{stamp}\n"
        )


def _conversations(table: Table) -> Iterator[str]:
    for index, id_ in enumerate(table.ids):
        at = _stamp(table.lasts[index])
        yield (
            f"{table.organization_id}\t{id_}\t{table.phone_id}\t{table.number(index)}\tUS.{table.number(index)}\t"
            f"user{index}\t{table.name(index)}\t{table.counts[index]}\t{index % 3}\t{at}\t{at}\t{at}\n"
        )


async def _chunks(lines: Iterator[str]) -> AsyncIterator[bytes]:
    while chunk := list(islice(lines, CHUNK)):
        yield "".join(chunk).encode()


def _uuids() -> Iterator[str]:
    """Random ones of version 4, ten thousand at a time."""
    while True:
        text = os.urandom(16 * 10_000).hex()
        for at in range(0, len(text), 32):
            t = text[at : at + 32]
            yield f"{t[:8]}-{t[8:12]}-4{t[13:16]}-a{t[17:20]}-{t[20:]}"


def _timely(uuid: str, at: float) -> str:
    """The same with the moment in front, as `waypost.ids` makes them."""
    moment = f"{int(at * 1000):012x}"
    return f"{moment[:8]}-{moment[8:]}{uuid[13:]}"


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
