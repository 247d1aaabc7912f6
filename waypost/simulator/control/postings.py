"""Posting any notification, and looking at what was posted and how it was answered."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .. import notifications
from ..notifier import Signature
from ..problems import BadInput, Unheard
from ..stage import Stage
from . import wire
from .manner import find_phone, report


class Posting(msgspec.Struct, forbid_unknown_fields=True):
    """One of `value` (wrapped for the phone's WABA), `payload` (the whole JSON body) or `body` (the very text)."""

    value: dict[str, Any] | None = None
    field: str = "messages"
    payload: dict[str, Any] | None = None
    body: str | None = None
    phone_number_id: str | None = None
    phone: str | None = None
    #: Where to, when it is not the address that Meta would choose.
    url: str | None = None
    signature: Signature = "valid"
    wait: bool = True


async def post(request: Request) -> Response:
    posting = await wire.read(request, Posting)
    stage = wire.stage_of(request)
    body = _body(stage, posting)
    sent = stage.notifier.post(_url(stage, posting), body, posting.signature)
    if posting.wait and sent.tried is not None:
        await sent.tried.wait()
    return wire.answer({"acknowledged": sent.acknowledged, **report(sent)})


def _body(stage: Stage, posting: Posting) -> bytes:
    given = [one for one in (posting.value, posting.payload, posting.body) if one is not None]
    if len(given) != 1:
        raise BadInput("value", "Give one of value, payload and body.")
    if posting.body is not None:
        return posting.body.encode()
    if posting.payload is not None:
        return notifications.as_bytes(posting.payload)
    phone = find_phone(stage, posting.phone_number_id, posting.phone)
    change = notifications.change(posting.value or {}, posting.field)
    return notifications.encode([notifications.entry(phone.waba_id, [change])])


def _url(stage: Stage, posting: Posting) -> str:
    if posting.url:
        return posting.url
    if posting.value is None and posting.phone_number_id is None and posting.phone is None and stage.world.callback_url:
        return stage.world.callback_url
    phone = find_phone(stage, posting.phone_number_id, posting.phone)
    url = stage.callback_for(stage.world.wabas[phone.waba_id], phone, posting.field)
    if url is None:
        raise Unheard(f"Nobody listens for {phone.display}.")
    return url


async def show(request: Request) -> Response:
    notifier = wire.stage_of(request).notifier
    newest = list(notifier.log)[: -wire.limit(request) - 1 : -1]
    shown = [
        {**report(one), "created_at": one.created_at, "body": one.body.decode("utf-8", "replace")} for one in newest
    ]
    return wire.answer({"counts": notifier.counts, "pending": notifier.pending, "notifications": shown})
