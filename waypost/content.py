"""What messages are made of: the vocabulary of statuses, and small pure rules about numbers, contacts and media."""

import re
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

Status = Literal["pending", "sent", "delivered", "read", "failed"]

#: A status only moves to a higher rank, so that the order of arrival decides nothing; `failed` ends from anywhere.
RANK: dict[str, int] = {"pending": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}

#: Shape of Meta's business-scoped user ids, `US.1349…` (also `US.ENT.1…` for parents).
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
#: A message's id at Meta, opaque.
WAMID = re.compile(r"wamid\.[A-Za-z0-9+/=_-]{1,250}")
TYPE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
#: What arrives from a contact without being a message to read: it raises no count of unread messages.
QUIET_TYPES = frozenset({"reaction", "edit", "revoke", "system"})
#: What Meta says that is no act of writing: it opens no window to answer in.
WINDOWLESS_TYPES = frozenset({"edit", "revoke", "system"})


def moves_forward(present: str, following: str) -> bool:
    """Whether a message in `present` may take the status `following`."""
    return RANK[following] > RANK[present]


def digits(number: str) -> str:
    """A phone number without its punctuation: `+54 9 11…` → `54911…`."""
    return re.sub(r"[^0-9]", "", number)


def international(number: str) -> str:
    """`+` and digits."""
    return "+" + digits(number)


def with_addresses(content: dict[str, Any], public_url: str, phone_id: UUID) -> dict[str, Any]:
    """Content of a media message with where its file is: `mediaUrl` (about it), `downloadUrl` and `url` (its bytes).

    A `url` that a customer gave stays; without a `mediaId` there is nothing to add.
    """
    media_id = content.get("mediaId")
    if not media_id:
        return content
    media_url = f"{public_url}/v1/phones/{phone_id}/media/{quote(str(media_id), safe='')}"
    download_url = f"{media_url}/download"
    return {"url": download_url, **content, "mediaUrl": media_url, "downloadUrl": download_url}
