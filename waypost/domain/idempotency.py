"""Sends that carry an Idempotency-Key: the first one runs, whoever repeats it gets its answer, for 24 hours.

The message's id joins the key in the transaction that stores the pending message: from then on a send is never begun
again, and a crash leaves an answer that the message itself can give.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec

from ..errors import Conflict, Invalid, Unavailable, WaypostError
from ..postgres.pool import Connection
from ..runtime import Runtime

KEPT = timedelta(hours=24)
#: Errors after which the caller repeats: the key is free again if nothing was sent, else the message will tell.
TRY_AGAIN = (429, 500, 502, 503)
#: Longer than a send can take: fetching a file, waiting for its turn, Meta's answer.
LEASE = timedelta(minutes=3)
WAIT_FOR_FIRST = 60.0
MAX_LENGTH = 255


class Key(NamedTuple):
    """A key as a caller gave it for one number, and the fingerprint of the body that came with it."""

    organization_id: UUID
    phone_id: UUID
    text: str
    body_hash: bytes


class Claim(NamedTuple):
    """The right to run the send of a key."""

    key: Key
    id: UUID


class Kept(NamedTuple):
    """What is known of an earlier send: its answer, or its message whose outcome was open, or that it still runs."""

    body_hash: bytes
    message_id: UUID | None
    status: int | None
    answer: str | None
    running: bool


class Repeated(WaypostError):
    """The error that the first send was answered with."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(error["message"], details=error.get("details"))
        self.status, self.code = status, error["code"]  # type: ignore[misc]


def key_of(organization_id: UUID, phone_id: UUID, text: str, body: Any) -> Key:
    """A key with the body it belongs to, however that was spelled; raises Invalid."""
    if not 1 <= len(text) <= MAX_LENGTH or not text.isprintable():
        raise Invalid.field("Idempotency-Key", f"must have 1 to {MAX_LENGTH} printable characters.")
    canonical = msgspec.json.encode(body, order="sorted")
    return Key(organization_id, phone_id, text, hashlib.sha256(canonical).digest())


async def once(
    rt: Runtime, key: Key, run: Callable[[Claim], Awaitable[Any]], settled: Callable[[UUID], Awaitable[Any]]
) -> Any:
    """What `run` gives or raises, or gave and raised when it ran first; `settled` answers for a message whose send
    ended without an answer. Raises Conflict when the key came with another body, or its first send does not end."""
    deadline = asyncio.get_running_loop().time() + WAIT_FOR_FIRST
    pause = 0.05
    while True:
        claim = Claim(key, uuid4())
        async with rt.pool.connection() as conn:
            kept = await _claim(conn, claim)
        if kept is None:
            return await _run(rt, claim, run)
        if kept.body_hash != key.body_hash:
            raise Conflict("This Idempotency-Key was used with another body; use a new key for another message.")
        if not kept.running and (kept.status is not None or kept.message_id is not None):
            return await _answer(kept, settled)
        if asyncio.get_running_loop().time() > deadline:
            raise Conflict("The first send with this Idempotency-Key is still under way; repeat the call later.")
        await asyncio.sleep(pause)
        pause = min(1.0, pause * 1.5)


async def begin(conn: Connection, message_ids: list[tuple[Claim, UUID]]) -> set[UUID]:
    """Joins messages to their keys, in the transaction that stores them; gives the claims that still hold."""
    if not message_ids:
        return set()
    rows = await conn.fetch(
        "update idempotency_keys k set message_id = w.message_id"
        " from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[])"
        " as w(organization_id, phone_id, key, claim, message_id)"
        " where k.organization_id = w.organization_id and k.phone_id = w.phone_id and k.key = w.key"
        " and k.claim = w.claim returning k.claim",
        *zip(*((c.key.organization_id, c.key.phone_id, c.key.text, c.id, id_) for c, id_ in message_ids), strict=True),
    )
    return {row["claim"] for row in rows}


async def forget(conn: Connection, limit: int = 10_000) -> None:
    """Drops keys that are older than 24 hours."""
    await conn.execute(
        "delete from idempotency_keys where (organization_id, phone_id, key) in (select organization_id, phone_id, key"
        " from idempotency_keys where created_at < now() - $1::interval order by created_at limit $2)",
        KEPT,
        limit,
    )


async def _run(rt: Runtime, claim: Claim, run: Callable[[Claim], Awaitable[Any]]) -> Any:
    try:
        answer = await run(claim)
    except WaypostError as problem:
        told = {"message": problem.message, "code": problem.code, "details": problem.details}
        await _keep(rt, claim, problem.status, told)
        raise
    except BaseException:
        await _keep(rt, claim, 500, None)
        raise
    await _keep(rt, claim, 200, msgspec.to_builtins(answer))
    return answer


async def _keep(rt: Runtime, claim: Claim, status: int, answer: Any) -> None:
    """The answer for those who repeat; a database that is away leaves that to the message. What was refused before
    a message was stored (a file that could not be fetched, say) leaves the key free."""
    key = (claim.key.organization_id, claim.key.phone_id, claim.key.text, claim.id)
    with suppress(Unavailable):
        async with rt.pool.connection() as conn:
            if status in TRY_AGAIN:
                await conn.execute(_FREE, *key)
                await conn.execute(_END, *key)
            else:
                if status >= 400:
                    await conn.execute(_FREE_UNSTORED, *key)
                await conn.execute(_ANSWER, *key, status, msgspec.json.encode(answer).decode())


_MINE = " where organization_id = $1 and phone_id = $2 and key = $3 and claim = $4"
_FREE = (
    f"delete from idempotency_keys k{_MINE} and (message_id is null or exists (select from messages m"
    " where m.organization_id = $1 and m.id = k.message_id and m.status = 'failed'))"
)
_FREE_UNSTORED = f"delete from idempotency_keys{_MINE} and message_id is null"
_END = f"update idempotency_keys set claimed_until = now(){_MINE}"
_ANSWER = f"update idempotency_keys set claimed_until = now(), status = $5, answer = $6{_MINE}"


async def _claim(conn: Connection, claim: Claim) -> Kept | None:
    """None: the claim holds. A key is free when it is new, out of date, or its holder is gone and sent nothing."""
    key = claim.key
    taken = await conn.fetchval(
        "insert into idempotency_keys as k (organization_id, phone_id, key, body_hash, claim, claimed_until)"
        " values ($1, $2, $3, $4, $5, now() + $6::interval)"
        " on conflict (organization_id, phone_id, key) do update set body_hash = excluded.body_hash,"
        "  claim = excluded.claim, claimed_until = excluded.claimed_until, message_id = null, status = null,"
        "  answer = null, created_at = now()"
        " where k.created_at < now() - $7::interval"
        "  or (k.message_id is null and k.status is null and k.claimed_until < now() and k.body_hash = $4)"
        " returning claim",
        key.organization_id, key.phone_id, key.text, key.body_hash, claim.id, LEASE, KEPT,
    )  # fmt: skip
    if taken is not None:
        return None
    row = await conn.fetchrow(
        "select body_hash, message_id, status, answer, claimed_until > now() as running from idempotency_keys"
        " where organization_id = $1 and phone_id = $2 and key = $3",
        key.organization_id,
        key.phone_id,
        key.text,
    )
    return Kept(key.body_hash, None, None, None, True) if row is None else Kept(*row.values())


async def _answer(kept: Kept, settled: Callable[[UUID], Awaitable[Any]]) -> Any:
    if kept.status is None:
        assert kept.message_id is not None
        return await settled(kept.message_id)
    answer = msgspec.json.decode(kept.answer or "null")
    if kept.status >= 400:
        raise Repeated(kept.status, answer)
    return answer
