"""What messages are made of: the vocabulary of statuses, and small pure rules about numbers and contacts."""

import re
from typing import Literal

Status = Literal["pending", "sent", "delivered", "read", "failed"]

#: A status only moves to a higher rank, so that the order of arrival decides nothing; `failed` ends from anywhere.
RANK: dict[str, int] = {"pending": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}

#: Shape of Meta's business-scoped user ids, `US.1349…` (also `US.ENT.1…` for parents).
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
TYPE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def moves_forward(present: str, following: str) -> bool:
    """Whether a message in `present` may take the status `following`."""
    return RANK[following] > RANK[present]


def digits(number: str) -> str:
    """A phone number without its punctuation: `+54 9 11…` → `54911…`."""
    return re.sub(r"[^0-9]", "", number)


def international(number: str) -> str:
    """`+` and digits."""
    return "+" + digits(number)
