"""What every message has around it: the recipient, the message it replies to, and the media it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from ...content import USER_ID, WAMID, digits, international
from .limits import Problems, problems, shaped, words

MediaKind = Literal["image", "video", "audio", "document", "sticker"]
#: URL -> Meta's media id; what is not in it goes to Meta as a link.
Media = Mapping[str, str]
NO_MEDIA: Media = MappingProxyType({})

WAMID_RULE = shaped(
    WAMID.pattern,
    "must be a wamid, as events, messages and the answer of a send have it.",
    "Meta's id of a message.",
    "wamid.HBgNNTQ5MTE1NTU1MTIzNBUCABEYEjVGNDI1QTc0RjEzMDMzNDkyQQA=",
)


@dataclass(frozen=True, slots=True)
class Link:
    """Media that a message names by URL; `field` is where."""

    field: str
    kind: MediaKind
    url: str
    filename: str | None = None


class Part(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Anything inside a message."""


class Context(Part):
    """The message that is replied to."""

    wamid: Annotated[str, WAMID_RULE]


class Message(msgspec.Struct, rename="camel", forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What all kinds share."""

    #: Whether this kind can be a reply.
    quotes: ClassVar[bool] = True

    to: Annotated[
        str | None,
        words(
            "The recipient's phone number with country code. `to` or `toUserId` is required; `to` wins.",
            "5491155551234",
        ),
    ] = None
    to_user_id: Annotated[
        str | None,
        words("The recipient's business-scoped user id, for people who hide their number.", "US.13491208655302741918"),
    ] = None
    context: Annotated[Context | None, words("Makes the message a reply to another one.")] = None

    def check(self) -> Problems:
        """(field, sentence) of everything that Meta would refuse."""
        return [*self._frame_problems(), *problems(self)]

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        """What is stored and shown; `media` as for `graph`."""
        raise NotImplementedError

    def links(self) -> list[Link]:
        """Media to be fetched and uploaded before sending."""
        return []

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        """`type` and the object of that name."""
        raise NotImplementedError

    def recipient(self) -> dict[str, Any]:
        """The part of Meta's body that says for whom, and in reply to what."""
        found: dict[str, Any] = {}
        if self.to is not None:
            found["to"] = international(self.to)
        if self.to_user_id is not None:
            found["recipient"] = self.to_user_id
        if self.context is not None:
            found["context"] = {"message_id": self.context.wamid}
        return found

    def _frame_problems(self) -> Problems:
        found: Problems = []
        if self.to is None and self.to_user_id is None:
            found.append(("to", "is required; or give toUserId."))
        if self.to is not None:
            found += recipient_problems(self.to)
        if self.to_user_id is not None and not USER_ID.fullmatch(self.to_user_id):
            found.append(("toUserId", "must be a user id of Meta, such as US.13491208655302741918."))
        if self.context is not None and not self.quotes:
            found.append(("context", "must be left out: Meta shows no message of this type as a reply."))
        return found


def recipient_problems(to: str) -> Problems:
    """Numbers are 7 to 15 digits with country code; spaces and the usual punctuation are tolerated."""
    if USER_ID.fullmatch(to):
        return [("to", "must be a phone number; give a user id as toUserId.")]
    if not 7 <= len(digits(to)) <= 15 or to.strip("+0123456789 -().\u00a0"):
        return [("to", "must be a phone number with country code, such as 5491155551234.")]
    return []
