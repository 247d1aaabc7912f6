"""Whom a message is from or to: a number, a business-scoped user id, or both, and what `contacts[]` knows of them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ...content import USER_ID, digits
from .values import section, word


class Person(NamedTuple):
    wa_id: str | None
    user_id: str | None
    parent_user_id: str | None
    username: str | None
    name: str | None


def person(message: Any, index: int, contacts: Sequence[dict[str, Any]], side: str = "from") -> Person:
    """Who is on `side` (`from` or `to`) of a message; at least one of number and user id is known, or both are None."""
    at, user_at, parent_at = _SIDES[side]
    number, user = word(message, at), word(message, user_at)
    contact = _contact_of(number, user, index, contacts)
    wa_id, user_id = identity((number, word(contact, "wa_id")), (user, word(contact, "user_id")))
    profile = section(contact, "profile")
    return Person(
        wa_id,
        user_id,
        word(message, parent_at) or word(contact, "parent_user_id"),
        username(word(profile, "username") or word(contact, "username")),
        clean(word(profile, "name")),
    )


_SIDES = {
    "from": ("from", "from_user_id", "from_parent_user_id"),
    "to": ("to", "to_user_id", "to_parent_user_id"),
}


def _contact_of(number: str | None, user: str | None, index: int, contacts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`contacts[]` may be shorter than `messages[]`: match by id, then by place, then take the only one."""
    names = [name for name in (number, user) if name]
    for contact in contacts:
        if word(contact, "wa_id") in names or word(contact, "user_id") in names:
            return contact
    if names and contacts and all(word(contact, "wa_id") or word(contact, "user_id") for contact in contacts):
        return {}
    if index < len(contacts):
        return contacts[index]
    return contacts[0] if len(contacts) == 1 else {}


def identity(numbers: Iterable[str | None], user_ids: Iterable[str | None]) -> tuple[str | None, str | None]:
    """(number, user id) from what may hold them, best first: Meta's `from` and `wa_id` may carry a user id instead."""
    given = [number for number in numbers if number]
    wa_ids = (digits(number) for number in given if not USER_ID.fullmatch(number))
    named = [*(id_ for id_ in user_ids if id_), *(number for number in given if USER_ID.fullmatch(number))]
    return next((number for number in wa_ids if number), None), named[0] if named else None


def clean(name: str | None) -> str | None:
    """A profile name as PostgreSQL can hold it."""
    return name.strip()[:512] or None if name else None


def username(name: str | None) -> str | None:
    """It comes with or without its `@`."""
    return clean(name.strip().removeprefix("@")) if name else None
