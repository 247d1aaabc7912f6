"""Who does something to which number, and what lies before it in their thread."""

from dataclasses import dataclass
from typing import Any

from .. import ids
from ..overlay import Object
from ..people import Person
from ..world import Phone, Sent, World


@dataclass(frozen=True, slots=True)
class Scene:
    world: World
    phone: Phone
    person: Person

    def last_sent(self) -> Sent | None:
        """The business's last message to this person."""
        of_phone = (one for one in reversed(self.world.sent) if one.phone_number_id == self.phone.id)
        return next((one for one in of_phone if self._is_to_person(one)), None)

    def _is_to_person(self, sent: Sent) -> bool:
        return sent.to == self.person.digits if sent.to else sent.user_id == self.person.user_id

    def last_sent_wamid(self) -> str:
        """One that nobody knows when nothing was sent."""
        sent = self.last_sent()
        return sent.wamid if sent else ids.wamid(self.person.thread, "out")

    def last_received_wamid(self) -> str:
        return self.person.last_wamid or self.person.wamid()

    def quote(self, wamid: str | None = None) -> Object:
        """A `context`: an answer to a message of the business."""
        return {"from": self.phone.digits, "id": wamid or self.last_sent_wamid()}

    def offered(self, kind: str) -> list[dict[str, Any]]:
        """The reply buttons or list rows of the last interactive message to this person."""
        sent = self.last_sent()
        action = sent.body.get("interactive", {}).get("action", {}) if sent else {}
        if kind == "button_reply":
            return [button["reply"] for button in action.get("buttons", ()) if "reply" in button]
        return [row for section in action.get("sections", ()) for row in section.get("rows", ())]
