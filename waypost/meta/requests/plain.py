"""Text, location and reaction."""

from typing import Annotated, Any, ClassVar, Literal

from .frame import NO_MEDIA, WAMID_RULE, Media, Message
from .limits import EMOJI, number, text, words


class SendText(Message, kw_only=True):
    """A text message."""

    type: Literal["text"]
    text: Annotated[str, text(4096, "1 to 4,096 characters.", "Hello!")]
    preview_url: Annotated[bool | None, words("Whether to show a preview of the first link.", False)] = None

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"body": self.text}

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"type": "text", "text": {"body": self.text, "preview_url": bool(self.preview_url)}}


class SendLocation(Message, kw_only=True):
    """A place on the map."""

    type: Literal["location"]
    latitude: Annotated[float, number(-90, 90, "Degrees north.", -34.6037)]
    longitude: Annotated[float, number(-180, 180, "Degrees east.", -58.3816)]
    name: Annotated[str | None, text(1000, "Name of the place.", "Obelisco")] = None
    address: Annotated[
        str | None, text(1000, "Shown below the name, not without one.", "Av. 9 de Julio, Buenos Aires")
    ] = None

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        told = {"latitude": self.latitude, "longitude": self.longitude, "name": self.name, "address": self.address}
        return {name: value for name, value in told.items() if value is not None}

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"type": "location", "location": self.content()}


def _emoji_problem(value: str) -> str | None:
    return None if not value or EMOJI.fullmatch(value) else "must be one emoji, or empty to take the reaction back."


class SendReaction(Message, kw_only=True):
    """An emoji on one of the contact's or your messages; another one replaces it, an empty one takes it back."""

    quotes: ClassVar[bool] = False

    type: Literal["reaction"]
    wamid: Annotated[str, WAMID_RULE]
    emoji: Annotated[str, words("One emoji; empty takes the reaction back.", "👍", rule=_emoji_problem)]

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"emoji": self.emoji, "wamid": self.wamid}

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return {"type": "reaction", "reaction": {"message_id": self.wamid, "emoji": self.emoji}}
