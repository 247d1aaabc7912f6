"""The customers: how each is known to the business, by number, by business-scoped id, or by both."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from . import ids

#: both: number and business-scoped id. hidden: the id alone. in_from: the id stands where the number belongs.
#: number: as before 2026, without any id.
Identity = Literal["both", "hidden", "in_from", "number"]
IDENTITIES: tuple[Identity, ...] = get_args(Identity)


@dataclass(slots=True)
class Person:
    digits: str
    name: str = "Customer"
    identity: Identity = "both"
    username: str | None = None
    user_id: str = ""
    parent_user_id: str | None = None
    identity_key_hash: str | None = None
    #: The last message that this person wrote: what an edit or a deletion is about when nothing else is said.
    last_wamid: str | None = None

    def __post_init__(self) -> None:
        self.user_id = self.user_id or ids.user_id(self.digits)

    @property
    def number(self) -> str | None:
        """What stands where Meta puts a number: `wa_id`, `from`, `to`, `recipient_id`."""
        shown: dict[Identity, str | None] = {"hidden": None, "in_from": self.user_id}
        return shown.get(self.identity, self.digits)

    @property
    def shown_user_id(self) -> str | None:
        return None if self.identity == "number" else self.user_id

    @property
    def thread(self) -> str:
        """The id under which the conversation goes: never a number that is hidden."""
        return self.number or self.user_id

    def contact(self) -> dict[str, Any]:
        """A row of `contacts[]`."""
        profile = _present(name=self.name, username=self.username)
        row = _present(wa_id=self.number, user_id=self.shown_user_id, parent_user_id=self.parent_user_id)
        return {"profile": profile, **row, **_present(identity_key_hash=self.identity_key_hash)}

    def sender(self) -> dict[str, str]:
        """Who a message is from."""
        whole = {"from": self.number, "from_user_id": self.shown_user_id, "from_parent_user_id": self.parent_user_id}
        return _present(**whole)

    def addressee(self) -> dict[str, str]:
        """Whom a message of the business is to."""
        return _present(to=self.number, to_user_id=self.shown_user_id, to_parent_user_id=self.parent_user_id)

    def wamid(self) -> str:
        return ids.wamid(self.thread, "in")


def _present(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
