"""Parts of notifications: one value for one field each, before it is decided what shares a POST, and nested how."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from .notifications import Change, Entry, change, entry

Spread = Literal["messages", "changes", "entries"]

#: Lists inside a value that may be of several people and things at once.
_LISTS = ("contacts", "messages", "statuses", "errors", "message_echoes", "state_sync", "history", "user_preferences")


@dataclass(slots=True)
class Part:
    """`entry_id` is the WABA, or the business for what concerns partners; `at` the seconds of account-type fields."""

    entry_id: str
    url: str
    field: str
    value: dict[str, Any]
    at: int | None = None


def nested(parts: list[Part], spread: Spread) -> list[Entry]:
    """Each part in an entry of its own; or in a change of its own; or all that can share a value in one."""
    if spread == "entries":
        return [entry(part.entry_id, [_change(part)], part.at) for part in parts]
    wanted = parts if spread == "changes" else list(_merged(parts))
    entries: dict[str, Entry] = {}
    for part in wanted:
        entries.setdefault(part.entry_id, entry(part.entry_id, [], part.at))["changes"].append(_change(part))
    return list(entries.values())


def _change(part: Part) -> Change:
    return change(part.value, part.field)


def _merged(parts: list[Part]) -> Iterator[Part]:
    """Parts that differ in nothing but their lists become one; a person who wrote several times is named once."""
    found: list[Part] = []
    for part in parts:
        like = next((one for one in found if _frame(one) == _frame(part) and _has_list(one, part)), None)
        if like is None:
            found.append(Part(part.entry_id, part.url, part.field, dict(part.value), part.at))
        else:
            _add(like.value, part.value)
    yield from found


def _frame(part: Part) -> tuple[str, str, dict[str, Any]]:
    return part.entry_id, part.field, {key: value for key, value in part.value.items() if key not in _LISTS}


def _has_list(one: Part, other: Part) -> bool:
    return any(name in one.value or name in other.value for name in _LISTS)


def _add(whole: dict[str, Any], more: dict[str, Any]) -> None:
    for name in _LISTS:
        if name in more:
            before = whole.get(name, [])
            known = before if name == "contacts" else []
            whole[name] = [*before, *(item for item in more[name] if item not in known)]
