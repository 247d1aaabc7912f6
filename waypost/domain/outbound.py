"""Sending: a pending row first, then Meta, then the outcome. Nothing is sent twice, nothing sent is forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import structlog

from .. import clock, ids
from ..content import USER_ID, digits
from ..errors import Conflict, Invalid, Unavailable, UpstreamFailed, WaypostError
from ..meta import requests
from ..meta.graph import GraphError, Refused, Unreached
from ..meta.refusals import Refusal, outcome_is_open, public_error
from ..postgres.pool import Collision, Connection
from ..runtime import Runtime
from . import (
    contacts,
    conversations,
    dispatch,
    health,
    idempotency,
    media,
    media_links,
    messages,
    phones,
    shared_inbox_sends,
    statuses,
    templates,
)
from .contacts import Contact
from .conversations import Thread
from .idempotency import Claim, Key
from .messages import Draft
from .phones import Phone
from .shared_inbox_sends import Errand

log = structlog.get_logger()
NONE: Mapping[str, str] = {}
#: Refusals after which an uploaded file is uploaded anew: Meta may have forgotten it.
ABOUT_MEDIA = frozenset({100, 131009, 131052, 131053})


class Sent(msgspec.Struct, rename="camel"):
    """Answer of an accepted send."""

    message_id: UUID
    wamid: str


class _Wanted(NamedTuple):
    """A message to be stored as pending; with the claim of its Idempotency-Key and whose errand it is, if any."""

    id: UUID
    phone: Phone
    message: requests.Send
    media: Mapping[str, str]
    claim: Claim | None
    errand: Errand | None = None


async def send(
    rt: Runtime,
    organization_id: UUID,
    phone_id: UUID,
    message: requests.Send,
    key: Key | None = None,
    errand: Errand | None = None,
) -> Sent:
    """Sends and stores one message; with a key, once for all who come with it. A guest's errand keeps to the window in
    which the contact may be written to. Raises Invalid, Forbidden, RateLimited when Meta refuses (the message is
    `failed`) or nothing was sent, Conflict for a key of another body, UpstreamFailed when Meta failed or the outcome is
    unknown (it stays `pending` until a status settles it)."""
    requests.checked(message)
    phone, token = await speaker(rt, organization_id, phone_id)
    if key is None:
        return await _send(rt, phone, token, message, None, errand)
    answer = await idempotency.once(
        rt, key, lambda claim: _send(rt, phone, token, message, claim, errand), partial(settled, rt, organization_id)
    )
    return msgspec.convert(answer, Sent)


async def speaker(rt: Runtime, organization_id: UUID, phone_id: UUID) -> tuple[Phone, str]:
    """A connected phone and its token; those of the same moment are read together. Raises NotFound."""
    found: tuple[Phone, str] = await rt.groups.join(
        "outbound.phones", partial(_phones, rt), (organization_id, phone_id), lane=organization_id
    )
    return found


async def settled(rt: Runtime, organization_id: UUID, message_id: UUID) -> Sent:
    """What a send came to whose answer was lost on the way: as Sent, Invalid or UpstreamFailed."""
    async with rt.pool.connection() as conn:
        wamid, error = await messages.outcome(conn, organization_id, message_id)
    if wamid is not None:
        return Sent(message_id, wamid)
    if error is not None:
        told = msgspec.json.decode(error)
        raise Invalid(f"The message failed: {told.get('title')}", details={"messageId": str(message_id)})
    raise _unknown(message_id, None)


async def _send(
    rt: Runtime, phone: Phone, token: str, message: requests.Send, claim: Claim | None, errand: Errand | None
) -> Sent:
    await fits(rt, phone, message, errand)
    uploaded = await media.ids_of(rt, phone, token, message.links())
    until = dispatch.deadline()
    at = await dispatch.turn(rt, phone, digits(message.to or "") or str(message.to_user_id), until)
    await dispatch.approach(at)
    wanted = _Wanted(ids.timely(), phone, message, uploaded, claim, errand)
    draft: Draft = await rt.groups.join("outbound.pending", partial(_store, rt), wanted, lane=phone.organization_id)
    body = requests.message_body(message, draft.id, uploaded)
    return await hand_over(rt, draft, token, body, (at, until), uploaded)


async def hand_over(
    rt: Runtime, draft: Draft, token: str, body: dict[str, Any], times: tuple[float, float], uploaded: Mapping[str, str]
) -> Sent:
    """Gives a pending message to Meta and records what it came to; `times` are its turn and the end of its patience.
    Raises as `send`."""
    try:
        answer = await dispatch.post(rt, draft.phone, token, body, *times)
        wamid = _wamid(answer)
    except Refused as error:
        if outcome_is_open(error.refusal):
            raise _unknown(draft.id, error.refusal) from error
        await _refused(rt, draft, error.refusal.stored(), error.refusal, uploaded)
        told = public_error(error.refusal)
        told.details["messageId"] = str(draft.id)
        raise told from error
    except Unreached as error:
        await _refused(rt, draft, {"code": None, "title": error.sentence, "message": error.sentence, "details": None})
        raise UpstreamFailed(f"{error.sentence} Nothing was sent.", details={"messageId": str(draft.id)}) from error
    except GraphError as error:
        raise _unknown(draft.id, None) from error
    if not await _accepted(rt, draft, wamid, answer):
        raise _unknown(draft.id, None)
    return Sent(draft.id, wamid)


async def fits(rt: Runtime, phone: Phone, message: requests.Send, errand: Errand | None = None) -> None:
    """A template is held against what Meta told of it, a guest's message against the window, before anything is stored;
    raises Invalid."""
    if errand is not None:
        async with rt.pool.connection() as conn:
            await shared_inbox_sends.window(conn, errand, message.type)
    if isinstance(message, requests.SendTemplate):
        async with rt.pool.connection() as conn:
            await templates.check(conn, phone.organization_id, phone.waba_id, message)


async def _phones(rt: Runtime, wanted: Sequence[tuple[UUID, UUID]]) -> list[tuple[Phone, str] | Exception]:
    async with rt.pool.connection() as conn:
        known = await phones.with_tokens(conn, rt.vault, set(wanted))
        missing = {each: await phones.absent(conn, *each) for each in set(wanted) - known.keys()}
    return [known.get(each) or missing[each] for each in wanted]


async def _store(rt: Runtime, wanted: Sequence[_Wanted]) -> list[Draft | Exception]:
    """Pending rows in one transaction; first messages to one contact may collide with another process once."""
    for last_try in (False, True):
        try:
            async with rt.pool.transaction() as conn:
                return await _stored(conn, rt, wanted)
        except Collision:
            if last_try:
                raise
    raise AssertionError("unreachable")


async def _stored(conn: Connection, rt: Runtime, wanted: Sequence[_Wanted]) -> list[Draft | Exception]:
    held = await idempotency.begin(conn, [(each.claim, each.id) for each in wanted if each.claim is not None])
    mine = [each for each in wanted if each.claim is None or each.claim.id in held]
    drafts: dict[UUID, Draft] = {}
    if mine:
        threads = await conversations.opened(conn, rt.directory, [_contact(each) for each in mine])
        drafts = {each.id: _draft(each, thread) for each, thread in zip(mine, threads, strict=True)}
        await messages.add(conn, list(drafts.values()))
        await shared_inbox_sends.keep(conn, [(e.errand, e.id, e.message) for e in mine if e.errand is not None])
    return [drafts.get(each.id) or _overtaken() for each in wanted]


def _contact(wanted: _Wanted) -> Contact:
    phone, message = wanted.phone, wanted.message
    return Contact(phone.organization_id, phone.id, digits(message.to or "") or None, message.to_user_id)


def _draft(wanted: _Wanted, thread: Thread) -> Draft:
    now, message = clock.now(), wanted.message
    content = msgspec.json.encode(message.content(wanted.media)).decode()
    context = None if message.context is None else msgspec.json.encode(message.context).decode()
    times = msgspec.json.encode({"pending": clock.stamp(now)}).decode()
    return Draft(
        wanted.phone, thread, wanted.id, "outbound", message.type, content, "pending", now,
        context=context, status_timestamps=times,
    )  # fmt: skip


def _overtaken() -> WaypostError:
    """Its lease ran out and another call with the same key took over: that one sends."""
    return Conflict("Another call with this Idempotency-Key took over; repeat the call for its answer.")


async def _accepted(rt: Runtime, draft: Draft, wamid: str, answer: dict[str, Any]) -> bool:
    """Records what Meta accepted; where that fails, the status that follows does it instead."""
    item = (draft, wamid, _known_as(draft.phone, answer))
    lane = draft.phone.organization_id
    return await _recorded(
        rt, draft, lambda: rt.groups.join("outbound.accepted", partial(_settle, rt), item, lane=lane)
    )


async def _settle(rt: Runtime, accepted: Sequence[tuple[Draft, str, Contact]]) -> list[Exception | None]:
    async with rt.pool.transaction() as conn:
        new = [(contact, draft.thread.id) for draft, _, contact in accepted if _says_more(contact, draft.thread)]
        await contacts.learn(conn, new)
        named = [(draft.phone, draft.id, wamid) for draft, wamid, _ in accepted]
        await statuses.accept(conn, named, rt.config.public_url)
    return [None] * len(accepted)


def _says_more(contact: Contact, thread: Thread) -> bool:
    """Whether Meta's answer names the recipient by what was not known."""
    return contact.wa_id not in (None, thread.contact_phone) or contact.user_id not in (None, thread.contact_user_id)


async def _refused(
    rt: Runtime, draft: Draft, error: dict[str, Any], refusal: Refusal | None = None, uploaded: Mapping[str, str] = NONE
) -> None:
    """Records what Meta refused, and what that says of the number's health and of the files that were sent."""
    phone = draft.phone

    async def record() -> None:
        async with rt.pool.transaction() as conn:
            await statuses.refuse(conn, phone, draft.id, error, rt.config.public_url)
            if refusal is not None:
                await health.note_refusal(conn, phone, refusal)
            if refusal is not None and uploaded and refusal.code in ABOUT_MEDIA:
                await media_links.forget(conn, phone.organization_id, phone.id, list(uploaded.values()))

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
            rt.bell.ring([draft.phone.organization_id])
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


def _known_as(phone: Phone, answer: dict[str, Any]) -> Contact:
    """How Meta knows the recipient: its number may differ from the one written to, its user id may be new to us."""
    try:
        told = answer["contacts"][0]
        wa_id, user_id = told.get("wa_id"), told.get("user_id")
    except (KeyError, IndexError, TypeError, AttributeError):
        wa_id = user_id = None
    if not isinstance(wa_id, str) or USER_ID.fullmatch(wa_id):
        wa_id = None
    if not isinstance(user_id, str) or not USER_ID.fullmatch(user_id):
        user_id = None
    return Contact(phone.organization_id, phone.id, digits(wa_id or "") or None, user_id)
