"""How notifications leave: how many to a POST, nested how, repeated, reordered, lost; and what came of them."""

import asyncio
import random
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Annotated, Any, Literal

import msgspec

from .. import ids, notifications
from ..notifier import Post, Signature
from ..parts import Part, Spread, nested
from ..problems import BadInput, Unheard
from ..stage import Stage
from ..world import Phone

Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class Manner(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    #: The business's number, by id or by digits; may be left out when there is only one.
    phone_number_id: str | None = None
    phone: str | None = None
    #: How many to a POST, and nested how.
    batch: Count | None = None
    spread: Spread = "messages"
    copies: Count = 1
    order: Literal["given", "reversed", "shuffled"] = "given"
    #: So many of the last are never posted.
    drop: Annotated[int, msgspec.Meta(ge=0)] = 0
    signature: Signature = "valid"
    #: Answer once the gateway has answered.
    wait: bool = True


def find_phone(stage: Stage, phone_number_id: str | None, number: str | None) -> Phone:
    phones = stage.world.phones
    if phone_number_id is not None and phone_number_id not in phones:
        raise BadInput("phone_number_id", f"There is no phone {phone_number_id}; see GET /_sim/world.")
    if phone_number_id is not None:
        return phones[phone_number_id]
    if number is None and len(phones) == 1:
        return next(iter(phones.values()))
    if number is None:
        raise BadInput("phone_number_id", f"Say which of the {len(phones)} phones is written to; see GET /_sim/world.")
    found = stage.world.phone_of(ids.digits_of(number))
    if found is None:
        raise BadInput("phone", f"There is no phone with the number {number}; see GET /_sim/world.")
    return found


def part_of(
    stage: Stage, phone: Phone, field: str, value: dict[str, Any], entry_id: str | None = None, at: int | None = None
) -> Part:
    """Raises Unheard when nobody listens for this field of this phone."""
    url = stage.callback_for(stage.world.wabas[phone.waba_id], phone, field)
    if url is None:
        raise Unheard(f"Nobody listens for {phone.display}: WABA {phone.waba_id} has no subscribed app or no callback.")
    return Part(entry_id or phone.waba_id, url, field, value, at)


_ORDERS: dict[str, Callable[[list[Part]], list[Part]]] = {
    "given": list,
    "reversed": lambda parts: parts[::-1],
    "shuffled": lambda parts: random.sample(parts, len(parts)),
}


async def deliver(stage: Stage, manner: Manner, parts: Sequence[Part]) -> dict[str, Any]:
    """Posts the parts in the manner that was asked for; gives `acknowledged` and `posts`, for the answer."""
    kept = parts[: max(0, len(parts) - manner.drop)]
    chosen = _ORDERS[manner.order]([part for part in kept for _ in range(manner.copies)])
    posts = [_post(stage, manner, group) for group in _groups(chosen, manner.batch or 1)]
    if manner.wait:
        await asyncio.gather(*(post.tried.wait() for post in posts if post.tried is not None))
    return {"acknowledged": all(post.acknowledged for post in posts), "posts": [report(post) for post in posts]}


def _groups(parts: list[Part], size: int) -> list[list[Part]]:
    """At most `size` to a POST, and only what goes to the same address."""
    runs = [list(run) for _, run in groupby(parts, key=lambda part: part.url)]
    return [run[start : start + size] for run in runs for start in range(0, len(run), size)]


def _post(stage: Stage, manner: Manner, group: list[Part]) -> Post:
    body = notifications.encode(nested(group, manner.spread))
    return stage.notifier.post(group[0].url, body, manner.signature)


def report(post: Post) -> dict[str, Any]:
    return {
        "number": post.number,
        "url": post.url,
        "attempts": post.attempts,
        "outcome": post.outcome,
        "milliseconds": post.milliseconds,
    }
