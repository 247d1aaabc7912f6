"""The ids in the path of a call: ours are UUIDs, Meta's have forms of their own. What is neither names nothing.

For the doors whose routes have them, and for the document that describes the API's.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from .content import WAMID
from .errors import NotFound

#: Parameters that are Meta's ids, and what they look like.
TEXTS = {"wamid": WAMID, "media_id": re.compile(r"[0-9]{1,32}")}


class Named(NamedTuple):
    """What a path names, by the names of its parameters; `texts` are Meta's ids."""

    ids: Mapping[str, UUID]
    texts: Mapping[str, str]


def named(parameters: Mapping[str, str], place: str) -> Named:
    """`place` is where something of that name would be: "this organization". Raises NotFound."""
    ids = {name: _uuid(text, place) for name, text in parameters.items() if name not in TEXTS}
    return Named(ids, {name: _text(name, text, place) for name, text in parameters.items() if name in TEXTS})


def _uuid(text: str, place: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _nothing(text, place) from None


def _text(name: str, text: str, place: str) -> str:
    if not TEXTS[name].fullmatch(text):
        raise _nothing(text, place)
    return text


def _nothing(text: str, place: str) -> NotFound:
    return NotFound(f"There is nothing with the id {text[:64]} in {place}.")
