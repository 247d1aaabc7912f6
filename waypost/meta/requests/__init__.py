"""Ours → Graph JSON: the one description of what may be sent. Pure; decoding, limits and OpenAPI come from its Structs.

A kind of message is a Struct with its limits at its fields; it joins by its line in `KINDS` and in `Send`.
"""

from typing import Annotated, Any, cast
from uuid import UUID

import msgspec

from ...choice import Choice
from ...errors import Invalid
from .actions import SendCtaUrl, SendFlow
from .carousel import SendCarousel
from .catalogs import SendCatalog, SendProduct, SendProductList
from .contacts import SendContacts
from .frame import NO_MEDIA, Context, Link, Media, MediaKind, Message
from .interactive import SendButtons, SendList, SendLocationRequest
from .media import SendAudio, SendDocument, SendImage, SendSticker, SendVideo
from .plain import SendLocation, SendReaction, SendText
from .template import SendTemplate

#: (type, interactiveType) -> its Struct.
KINDS: dict[tuple[str, str | None], type[msgspec.Struct]] = {
    ("text", None): SendText,
    ("image", None): SendImage,
    ("video", None): SendVideo,
    ("audio", None): SendAudio,
    ("document", None): SendDocument,
    ("sticker", None): SendSticker,
    ("template", None): SendTemplate,
    ("interactive", "button"): SendButtons,
    ("interactive", "list"): SendList,
    ("interactive", "location_request"): SendLocationRequest,
    ("interactive", "product"): SendProduct,
    ("interactive", "product_list"): SendProductList,
    ("interactive", "catalog"): SendCatalog,
    ("interactive", "carousel"): SendCarousel,
    ("cta_url", None): SendCtaUrl,
    ("flow", None): SendFlow,
    ("reaction", None): SendReaction,
    ("location", None): SendLocation,
    ("contacts", None): SendContacts,
}

Send = Annotated[
    SendText | SendImage | SendVideo | SendAudio | SendDocument | SendSticker | SendTemplate | SendButtons | SendList
    | SendLocationRequest | SendProduct | SendProductList | SendCatalog | SendCarousel | SendCtaUrl | SendFlow
    | SendReaction | SendLocation | SendContacts,
    Choice(("type", "interactiveType"), KINDS),
]  # fmt: skip


def checked(send: Send) -> Send:
    """The same; raises Invalid naming each field."""
    if problems := send.check():
        raise Invalid.fields(problems)
    return send


def stored(raw: str) -> Send:
    """A message as it was encoded when it was sent before."""
    body = msgspec.json.decode(raw)
    kind = KINDS.get((body["type"], None)) or KINDS[body["type"], body["interactiveType"]]
    return cast(Send, msgspec.convert(body, kind))


def message_body(send: Send, message_id: UUID, media: Media = NO_MEDIA, attempt: int = 1) -> dict[str, Any]:
    """The body of `POST /{phone}/messages`; our message id travels along and returns in every status, from the second
    attempt on with its number. `media` has the ids of what was uploaded, by URL."""
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **send.recipient(),
        **send.graph(media),
        "biz_opaque_callback_data": str(message_id) if attempt == 1 else f"{message_id}.{attempt}",
    }


__all__ = [
    "KINDS", "NO_MEDIA", "Context", "Link", "Media", "MediaKind", "Message", "Send", "SendAudio", "SendButtons",
    "SendCarousel", "SendCatalog", "SendContacts", "SendCtaUrl", "SendDocument", "SendFlow", "SendImage", "SendList",
    "SendLocation", "SendLocationRequest", "SendProduct", "SendProductList", "SendReaction", "SendSticker",
    "SendTemplate", "SendText", "SendVideo", "checked", "message_body", "stored",
]  # fmt: skip
