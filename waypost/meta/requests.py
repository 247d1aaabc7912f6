"""Ours → Graph JSON: the one description of what may be sent. Pure; validation and OpenAPI use the same Structs."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from ..content import USER_ID, digits, international
from ..errors import Invalid

MAX_TEXT = 4096


class SendText(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A text message; `previewUrl` shows a preview of the first link."""

    #: A field, not a tag, as long as this is the only kind: msgspec lets a tagged Struct that is alone come without it.
    type: Literal["text"]
    to: Annotated[
        str, msgspec.Meta(description="The recipient's phone number with country code.", examples=["5491155551234"])
    ]
    text: Annotated[str, msgspec.Meta(description="1 to 4,096 characters.", examples=["Hello!"])]
    preview_url: bool | None = None

    def check(self) -> list[tuple[str, str]]:
        """(field, message) of everything that Meta would refuse."""
        problems = recipient_problems(self.to)
        if not self.text.strip():
            problems.append(("text", "must not be empty."))
        elif len(self.text) > MAX_TEXT:
            problems.append(("text", f"has {len(self.text)} characters; at most {MAX_TEXT:,} are allowed."))
        return problems

    def content(self) -> dict[str, Any]:
        """What is stored and shown."""
        return {"body": self.text}

    def graph(self) -> dict[str, Any]:
        return {"text": {"body": self.text, "preview_url": bool(self.preview_url)}}


Send = SendText


def recipient_problems(to: str) -> list[tuple[str, str]]:
    """Numbers are 7 to 15 digits with country code; spaces and the usual punctuation are tolerated."""
    if USER_ID.fullmatch(to):
        return [("to", "must be a phone number, not a user id.")]
    if not 7 <= len(digits(to)) <= 15 or to.strip("+0123456789 -().\u00a0"):
        return [("to", "must be a phone number with country code, such as 5491155551234.")]
    return []


def checked(send: Send) -> Send:
    """The same; raises Invalid naming each field."""
    if problems := send.check():
        raise Invalid.fields(problems)
    return send


def message_body(send: Send, message_id: UUID) -> dict[str, Any]:
    """The body of `POST /{phone}/messages`; our message id travels along and returns in every status."""
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": international(send.to),
        "type": send.type,
        **send.graph(),
        "biz_opaque_callback_data": str(message_id),
    }
