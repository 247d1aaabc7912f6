"""Messages with one button that opens something: a page (`cta_url`) or a WhatsApp Flow (`flow`)."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from .frame import NO_MEDIA, Link, Media, Message
from .headers import BODY, FOOTER, HEADER_TEXT, AnyHeader, Header, TextHeader, framed, shown
from .interactive import BUTTON_TITLE
from .limits import EMOJI, address, shaped, text, words


class Action(Message, kw_only=True):
    """What the two share. `headerText` is the short way to a header of type text."""

    body_text: Annotated[str, BODY]
    header_text: Annotated[str | None, HEADER_TEXT] = None
    header: Annotated[Header | None, words("Instead of headerText: text, image, video or document.")] = None
    footer_text: Annotated[str | None, FOOTER] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        if self.header is not None and self.header_text is not None:
            yield "headerText", "must be left out when there is a header: give one of the two."

    def head(self) -> AnyHeader | None:
        return self.header if self.header_text is None else TextHeader(type="text", text=self.header_text)

    def links(self) -> list[Link]:
        return [] if self.header is None else self.header.links("header")

    def stored(self, kind: str, offered: dict[str, Any], media: Media) -> dict[str, Any]:
        given = {name: value for name, value in offered.items() if value is not None}
        return {"type": kind, **shown(self.head(), self.body_text, self.footer_text, media), **given}

    def interactive(self, kind: str, parameters: dict[str, Any], media: Media) -> dict[str, Any]:
        frame = framed(self.head(), self.body_text, self.footer_text, media)
        action = {"name": kind, "parameters": parameters}
        return {"type": "interactive", "interactive": {"type": kind, **frame, "action": action}}


class SendCtaUrl(Action, kw_only=True):
    """A button that opens a page."""

    type: Literal["cta_url"]
    button_text: Annotated[str, BUTTON_TITLE]
    url: Annotated[str, address(2000, "What the button opens.", "https://store.example.com")]

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return self.stored("cta_url", {"buttonText": self.button_text, "url": self.url}, media)

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        return self.interactive("cta_url", {"display_text": self.button_text, "url": self.url}, media)


def _flow_button_problem(value: str) -> str | None:
    if not value.strip():
        return "must not be empty."
    if len(value) > 30:
        return f"has {len(value)} characters; at most 30 are allowed."
    return "must not contain an emoji." if EMOJI.search(value) else None


class SendFlow(Action, kw_only=True):
    """A button that opens a WhatsApp Flow; what is filled in arrives as an interactive message."""

    type: Literal["flow"]
    flow_cta: Annotated[
        str, words("The button: at most 30 characters, no emoji.", "Start Registration", rule=_flow_button_problem)
    ]
    flow_id: Annotated[
        str | None,
        shaped("[0-9]{1,32}", "must be Meta's id of a flow, digits only.", "The flow, by its id.", "1234567890"),
    ] = None
    flow_name: Annotated[str | None, text(200, "The flow, by its name; instead of flowId.", "registration")] = None
    flow_token: Annotated[str | None, text(1000, "Comes back with the answer.", "token_abc123")] = None
    flow_action: Annotated[
        Literal["navigate", "data_exchange"] | None, words("`navigate` when left out.", "navigate")
    ] = None
    screen: Annotated[str | None, text(200, "The first screen, with navigate.", "WELCOME_SCREEN")] = None
    data: Annotated[
        dict[str, Any] | None, words("What the first screen is given, with navigate.", {"userId": "usr_123"})
    ] = None
    mode: Annotated[Literal["draft", "published"] | None, words("`published` when left out.", "published")] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from super().faults()
        if self.flow_id is None and self.flow_name is None:
            yield "flowId", "is required; or give flowName."
        if self.flow_id is not None and self.flow_name is not None:
            yield "flowName", "must be left out when there is a flowId: give one of the two."
        if self.flow_action == "data_exchange":
            for name, given in (("screen", self.screen), ("data", self.data)):
                if given is not None:
                    yield name, "belongs to flowAction navigate: with data_exchange your endpoint chooses the screen."

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        offered = {
            "flowCta": self.flow_cta, "flowId": self.flow_id, "flowName": self.flow_name,
            "flowToken": self.flow_token, "flowAction": self.flow_action, "screen": self.screen, "data": self.data,
            "mode": self.mode,
        }  # fmt: skip
        return self.stored("flow", offered, media)

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        payload = {"screen": self.screen, "data": self.data or None}
        given = {name: value for name, value in payload.items() if value is not None}
        parameters = {
            "flow_message_version": "3", "flow_id": self.flow_id, "flow_name": self.flow_name,
            "flow_cta": self.flow_cta, "mode": self.mode, "flow_token": self.flow_token,
            "flow_action": self.flow_action, "flow_action_payload": given or None,
        }  # fmt: skip
        known = {name: value for name, value in parameters.items() if value is not None}
        return self.interactive("flow", known, media)
