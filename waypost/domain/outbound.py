"""Sending: a pending row first, then Meta, then the outcome. Nothing is sent twice, nothing sent is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from .. import clock
from ..content import USER_ID, digits
from ..errors import NotFound, Unavailable, UpstreamFailed, WaypostError
from ..meta import requests
from ..meta.graph import GraphError, Refused, Unreached
from ..meta.refusals import Refusal, outcome_is_open, public_error
from ..postgres.pool import Collision, Connection
from ..runtime import Runtime
from . import contacts, conversations, messages, phones, statuses
from .contacts import Contact
from .conversations import Thread
from .messages import Draft
from .phones import Phone

log = structlog.get_logger()


class Sent(msgspec.Struct, rename="camel"):
    """Answer of an accepted send."""

    message_id: UUID
    wamid: str


async def send(rt: Runtime, organization_id: UUID, phone_id: UUID, message: requests.Send) -> Sent:
    """Sends and stores one message. Raises Invalid, Forbidden, RateLimited when Meta refuses (the message is `failed`),
    UpstreamFailed when the outcome is unknown (it stays `pending` until a status settles it)."""
    requests.checked(message)
    draft, token = await _pending(rt, organization_id, phone_id, message)
    try:
        answer = await _call(rt, draft.phone, token, requests.message_body(message, draft.id))
        wamid = _wamid(answer)
    except Refused as error:
        if outcome_is_open(error.refusal):
            raise _unknown(draft.id, error.refusal) from error
        await _refused(rt, draft, error.refusal.stored())
        told = public_error(error.refusal)
        told.details["messageId"] = str(draft.id)
        raise told from error
    except Unreached as error:
        await _refused(rt, draft, {"code": None, "title": error.sentence, "message": error.sentence, "details": None})
        raise UpstreamFailed(f"{error.sentence} Nothing was sent.", details={"messageId": str(draft.id)}) from error
    except GraphError as error:
        raise _unknown(draft.id, None) from error
    if not await _accepted(rt, draft, wamid, _wa_id(answer)):
        raise _unknown(draft.id, None)
    return Sent(draft.id, wamid)


async def _pending(rt: Runtime, organization_id: UUID, phone_id: UUID, message: requests.Send) -> tuple[Draft, str]:
    """The stored message and the token to send it with; raises NotFound."""
    return await rt.groups.join("outbound.pending", partial(_store, rt), (organization_id, phone_id, message))


async def _store(
    rt: Runtime, wanted: Sequence[tuple[UUID, UUID, requests.Send]]
) -> list[tuple[Draft, str] | Exception]:
    """Pending rows in one transaction; first messages to one contact may collide with another process once."""
    for last_try in (False, True):
        try:
            async with rt.pool.transaction() as conn:
                return await _stored(conn, rt, wanted)
        except Collision:
            if last_try:
                raise
    raise AssertionError("unreachable")


async def _stored(
    conn: Connection, rt: Runtime, wanted: Sequence[tuple[UUID, UUID, requests.Send]]
) -> list[tuple[Draft, str] | Exception]:
    known = await phones.with_tokens(
        conn, rt.vault, {(organization_id, phone_id) for organization_id, phone_id, _ in wanted}
    )
    sendable = [(known[each[:2]], each[2]) for each in wanted if each[:2] in known]
    drafts: list[tuple[Draft, str]] = []
    if sendable:
        people = [Contact(phone.organization_id, phone.id, digits(message.to)) for (phone, _), message in sendable]
        threads = await conversations.opened(conn, rt.directory, people)
        for thread, ((phone, token), message) in zip(threads, sendable, strict=True):
            drafts.append((_draft(phone, thread, message), token))
        await messages.add(conn, [draft for draft, _ in drafts])
    made = iter(drafts)
    return [next(made) if each[:2] in known else NotFound.of("phone", each[1]) for each in wanted]


def _draft(phone: Phone, thread: Thread, message: requests.Send) -> Draft:
    now = clock.now()
    content = msgspec.json.encode(message.content()).decode()
    times = msgspec.json.encode({"pending": clock.stamp(now)}).decode()
    return Draft(
        phone, thread, uuid4(), "outbound", message.type, content, "pending", now, status_timestamps=times
    )  # fmt: skip


async def _call(rt: Runtime, phone: Phone, token: str, body: dict[str, Any]) -> dict[str, Any]:
    """One POST; a connection that could not be opened is tried once more, since nothing has left."""
    path = f"{phone.meta_phone_number_id}/messages"
    try:
        return await rt.graph.call("POST", path, token, body=body)
    except Unreached:
        return await rt.graph.call("POST", path, token, body=body)


async def _accepted(rt: Runtime, draft: Draft, wamid: str, wa_id: str | None) -> bool:
    """Records what Meta accepted; where that fails, the status that follows does it instead."""
    item = (draft, wamid, wa_id)
    return await _recorded(rt, draft, lambda: rt.groups.join("outbound.accepted", partial(_settle, rt), item))


async def _settle(rt: Runtime, accepted: Sequence[tuple[Draft, str, str | None]]) -> list[Exception | None]:
    async with rt.pool.transaction() as conn:
        await statuses.accept(conn, [(draft.phone, draft.id, wamid) for draft, wamid, _ in accepted])
        for draft, _, wa_id in accepted:
            if wa_id and wa_id != draft.thread.contact_phone:
                contact = Contact(draft.phone.organization_id, draft.phone.id, wa_id)
                await contacts.learn(conn, contact, draft.thread.id)
    return [None] * len(accepted)


async def _refused(rt: Runtime, draft: Draft, error: dict[str, Any]) -> None:
    async def record() -> None:
        async with rt.pool.transaction() as conn:
            await statuses.refuse(conn, draft.phone, draft.id, error)

    await _recorded(rt, draft, record)


async def _recorded(rt: Runtime, draft: Draft, record: Callable[[], Awaitable[None]]) -> bool:
    """Writes an outcome, again while the database is away for a moment; False when it stays away."""
    for pause in (0.2, 1.0, 3.0, None):
        try:
            await record()
        except (Unavailable, *Collision) as error:
            if pause is None:
                phone = draft.phone
                log.warning(
                    "outbound.outcome_not_recorded", organization=str(phone.organization_id), phone=str(phone.id),
                    message=str(draft.id), reason=repr(error)[:300],
                )  # fmt: skip
                break
            await asyncio.sleep(pause)
        else:
            rt.bell.ring()
            return True
    return False


def _unknown(message_id: UUID, refusal: Refusal | None) -> WaypostError:
    details: dict[str, Any] = {"messageId": str(message_id)}
    if refusal is not None:
        details["meta"] = msgspec.to_builtins(refusal)
    return UpstreamFailed(
        f"Meta's answer is unknown; message {message_id} stays pending until a status settles it."
        " Do not repeat it blindly.",
        details=details,
    )


def _wamid(answer: dict[str, Any]) -> str:
    try:
        wamid = answer["messages"][0]["id"]
    except (KeyError, IndexError, TypeError):
        wamid = None
    if not isinstance(wamid, str) or not wamid:
        raise GraphError("Meta accepted the message without naming it.")
    return wamid


def _wa_id(answer: dict[str, Any]) -> str | None:
    """The number by which Meta knows the recipient, which may differ from the one written to."""
    try:
        wa_id = answer["contacts"][0]["wa_id"]
    except (KeyError, IndexError, TypeError):
        return None
    return digits(wa_id) or None if isinstance(wa_id, str) and not USER_ID.fullmatch(wa_id) else None
