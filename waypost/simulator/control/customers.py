"""Writing as a customer: one message or many, batched, repeated, reordered or lost on the way as asked."""

import asyncio
import random
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .. import ids, notifications
from ..notifications import Entry
from ..notifier import Post
from ..problems import BadInput, Unheard
from ..stage import Stage
from ..world import Phone
from . import wire

Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class Letter(msgspec.Struct, forbid_unknown_fields=True, rename={"from_": "from"}):
    """`message` is any message object of Meta's; its own id, timestamp or from win over ours."""

    from_: str
    #: The business's number, by id or by digits; may be left out when there is only one.
    phone_number_id: str | None = None
    phone: str | None = None
    name: str = "Customer"
    text: str | None = None
    message: dict[str, Any] | None = None
    #: How many messages, from how many customers (numbers counted up from `from`), how many to a POST, and nested how.
    count: Count = 1
    customers: Count = 1
    batch: Count = 1
    spread: Literal["messages", "changes", "entries"] = "messages"
    copies: Count = 1
    order: Literal["given", "reversed", "shuffled"] = "given"
    #: So many of the last messages are never posted.
    drop: Annotated[int, msgspec.Meta(ge=0)] = 0
    #: The customer has a username and hides the number.
    hide_phone: bool = False
    wait: bool = True


async def write(request: Request) -> Response:
    letter = await wire.read(request, Letter)
    stage = wire.stage_of(request)
    phone = find_phone(stage, letter.phone_number_id, letter.phone)
    url = listener(stage, phone)
    values = [_value(stage, phone, letter, number) for number in range(letter.count)]
    chosen = _arranged(values, letter)
    groups = [chosen[start : start + letter.batch] for start in range(0, len(chosen), letter.batch)]
    posts = [stage.notifier.post(url, notifications.encode(_entries(phone, letter, group))) for group in groups]
    if letter.wait:
        await asyncio.gather(*(post.tried.wait() for post in posts if post.tried is not None))
    written = [message["id"] for value in values for message in value["messages"]]
    acknowledged = all(post.acknowledged for post in posts)
    return wire.answer({"messages": written, "acknowledged": acknowledged, "posts": [report(post) for post in posts]})


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


def listener(stage: Stage, phone: Phone) -> str:
    url = stage.callback_for(stage.world.wabas[phone.waba_id], phone)
    if url is None:
        raise Unheard(f"Nobody listens for {phone.display}: WABA {phone.waba_id} has no subscribed app or no callback.")
    return url


def report(post: Post) -> dict[str, Any]:
    return {
        "number": post.number,
        "url": post.url,
        "attempts": post.attempts,
        "outcome": post.outcome,
        "milliseconds": post.milliseconds,
    }


def _value(stage: Stage, phone: Phone, letter: Letter, number: int) -> dict[str, Any]:
    digits = _customer(letter, number % letter.customers)
    message = notifications.message(digits, _content(letter), hide_phone=letter.hide_phone)
    stage.world.received.append(message["id"])
    stage.world.names[digits] = letter.name
    contact = notifications.contact(digits, letter.name, hide_phone=letter.hide_phone)
    return notifications.inbound(phone, [contact], [message])


def _customer(letter: Letter, offset: int) -> str:
    digits = ids.digits_of(letter.from_)
    if not 5 <= len(digits) <= 15:
        raise BadInput("from", "Write the customer's number with its country code, such as 16505551234.")
    return str(int(digits) + offset)


def _content(letter: Letter) -> dict[str, Any]:
    if (letter.text is None) == (letter.message is None):
        raise BadInput("text", "Give either text or message.")
    if letter.message is None:
        return {"type": "text", "text": {"body": letter.text}}
    if not isinstance(letter.message.get("type"), str):
        raise BadInput("message.type", "A message object has a type.")
    return letter.message


_ORDERS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "given": list,
    "reversed": lambda values: values[::-1],
    "shuffled": lambda values: random.sample(values, len(values)),
}


def _arranged(values: list[dict[str, Any]], letter: Letter) -> list[dict[str, Any]]:
    kept = values[: len(values) - letter.drop] if letter.drop < len(values) else []
    return _ORDERS[letter.order]([value for value in kept for _ in range(letter.copies)])


def _entries(phone: Phone, letter: Letter, values: list[dict[str, Any]]) -> list[Entry]:
    """One POST: every value in its own entry, in its own change, or all messages in one value."""
    if letter.spread == "entries":
        return [notifications.entry(phone.waba_id, [notifications.change(value)]) for value in values]
    if letter.spread == "changes":
        return [notifications.entry(phone.waba_id, [notifications.change(value) for value in values])]
    contacts = {contact["user_id"]: contact for value in values for contact in value["contacts"]}
    messages = [message for value in values for message in value["messages"]]
    whole = notifications.inbound(phone, list(contacts.values()), messages)
    return [notifications.entry(phone.waba_id, [notifications.change(whole)])]
