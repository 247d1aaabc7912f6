"""Templates: a name, a language, and parameters for header, body, buttons and carousel cards."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from . import parameters as given
from .catalogs import product_faults
from .frame import NO_MEDIA, Link, Media, Message, Part
from .limits import items, number, repeated, shaped, words
from .parameters import BodyParameter, ButtonParameter, HeaderParameter, TextParameter
from .spelling import as_meta, respelled, spellings

SubType = Literal["url", "quick_reply", "copy_code", "flow", "catalog", "mpm", "voice_call"]
#: Button -> type of its parameter, and which of the fields of an action it takes.
_TAKES = {
    "url": "text", "quick_reply": "payload", "copy_code": "coupon_code",
    "flow": "action", "catalog": "action", "mpm": "action",
}  # fmt: skip
_ACTION_FIELDS = {
    "flow": ("flow_token", "flow_action_data"),
    "catalog": ("thumbnail_product_retailer_id",),
    "mpm": ("thumbnail_product_retailer_id", "sections"),
}
MAX_HEADER, MAX_BODY, MAX_LONE_BODY = 60, 1024, 32_768


def _index_problem(index: int | str) -> str | None:
    return None if str(index) in "0123456789" and str(index) else "must be the button's place, from 0 to 9."


class TemplateButton(Part, kw_only=True):
    """What one button of the template is given; buttons without parameters are not named."""

    sub_type: Annotated[SubType, words("The button's kind; one-time codes use url.", "url")]
    parameters: Annotated[list[ButtonParameter], items(1, 2, "One; voice_call takes up to two.")]
    index: Annotated[int | str | None, words("The button's place in the template, from 0.", 0, rule=_index_problem)] = (
        None
    )
    type: Annotated[Literal["button"] | None, words("Always `button`; may be left out.", "button")] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        if self.index is None and self.sub_type != "voice_call":
            yield "index", "is required: the button's place in the template, from 0."
        if self.sub_type != "voice_call" and len(self.parameters) > 1:
            yield "parameters", f"has {len(self.parameters)} entries; a button of subType {self.sub_type} takes one."
        for place, parameter in enumerate(self.parameters):
            kind = str(parameter.__struct_config__.tag)
            wanted = (_TAKES[self.sub_type],) if self.sub_type in _TAKES else ("ttl_minutes", "payload")
            if kind not in wanted:
                yield f"parameters[{place}].type", f"must be {' or '.join(wanted)} for subType {self.sub_type}."
            elif isinstance(parameter, given.ActionParameter):
                yield from self._action_faults(f"parameters[{place}].action", parameter.action)

    def _action_faults(self, path: str, action: given.ButtonAction) -> Iterator[tuple[str, str]]:
        allowed = _ACTION_FIELDS[self.sub_type]
        for field in msgspec.structs.fields(action):
            part = getattr(action, field.name)
            if part is not None and field.name not in allowed:
                yield f"{path}.{field.encode_name}", f"does not belong to a button of subType {self.sub_type}."
            if part is None and self.sub_type == "mpm" and field.name in allowed:
                yield f"{path}.{field.encode_name}", "is required."
        if action.sections is not None:
            yield from ((f"{path}.{name}", sentence) for name, sentence in product_faults(action.sections))

    def graph(self, media: Media) -> dict[str, Any]:
        place = {} if self.index is None else {"index": str(self.index)}
        return {"type": "button", "sub_type": self.sub_type, **place, "parameters": as_meta(self.parameters, media)}


def value_faults(path: str, parameters: list[Any], most: int) -> Iterator[tuple[str, str]]:
    """Texts of a header or body: how long, and named all or none."""
    texts = [(f"{path}[{place}]", each) for place, each in enumerate(parameters) if isinstance(each, TextParameter)]
    for where, each in texts:
        if len(each.text) > most:
            yield f"{where}.text", f"has {len(each.text):,} characters; at most {most:,} are allowed."
    names = [getattr(each, "parameter_name", None) for each in parameters]
    if any(names) and not all(names):
        yield (
            f"{path}[{names.index(None)}].parameterName",
            "is required: the others are named, and a template's placeholders are all named or all numbered.",
        )
    elif all(names):
        yield from repeated((f"{path}[{place}].parameterName", str(name)) for place, name in enumerate(names))


class TemplateCard(Part, kw_only=True):
    """What one card of the template's carousel is given, in the order of the cards."""

    header: Annotated[list[HeaderParameter] | None, items(0, 1, "The card's image, video or product.")] = None
    body: list[BodyParameter] | None = None
    buttons: Annotated[list[TemplateButton] | None, items(0, 10, "The card's buttons.")] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        yield from _part_faults(self.header, self.body, self.buttons, alone=False)

    def graph(self, media: Media) -> dict[str, Any]:
        return {"components": [*_components(self.header, self.body, media), *as_meta(self.buttons or [], media)]}


class LimitedTimeOffer(Part, kw_only=True):
    expiration_time_ms: Annotated[int, number(1, 10**14, "When the offer ends, Unix milliseconds.", 1_700_000_000_000)]


class TemplateParameters(Part, kw_only=True):
    """Values for the template's placeholders; numbered ones in their order."""

    header: Annotated[list[HeaderParameter] | None, items(0, 1, "The header's one parameter: text or media.")] = None
    body: Annotated[list[BodyParameter] | None, words("One for each placeholder of the body.")] = None
    buttons: Annotated[list[TemplateButton] | None, items(0, 10, "One for each button that takes a value.")] = None
    carousel: Annotated[list[TemplateCard] | None, items(2, 10, "One for each card, in their order.")] = None
    limited_time_offer: Annotated[LimitedTimeOffer | None, words("Of a limited-time offer template.")] = None

    def faults(self) -> Iterator[tuple[str, str]]:
        beside = self.header or self.buttons or self.carousel or self.limited_time_offer
        yield from _part_faults(self.header, self.body, self.buttons, alone=not beside)

    def components(self, media: Media) -> list[dict[str, Any]]:
        found = _components(self.header, self.body, media)
        if self.limited_time_offer is not None:
            offer = {"type": "limited_time_offer", "limited_time_offer": as_meta(self.limited_time_offer)}
            found.append({"type": "limited_time_offer", "parameters": [offer]})
        found += as_meta(self.buttons or [], media)
        if self.carousel is not None:
            cards = [{"card_index": place, **card.graph(media)} for place, card in enumerate(self.carousel)]
            found.append({"type": "carousel", "cards": cards})
        return found

    def links(self) -> Iterator[Link]:
        cards = [(f"parameters.carousel[{place}]", card.header) for place, card in enumerate(self.carousel or [])]
        for path, header in [("parameters", self.header), *cards]:
            for place, parameter in enumerate(header or []):
                found = given.file_of(parameter)
                if found is not None and found[2].link is not None:
                    name, kind, file = found
                    where = f"{path}.header[{place}].{name}.link"
                    yield Link(where, kind, str(file.link), getattr(file, "filename", None))


def _components(header: list[Any] | None, body: list[Any] | None, media: Media) -> list[dict[str, Any]]:
    parts = {"header": header, "body": body}
    return [{"type": name, "parameters": as_meta(part, media)} for name, part in parts.items() if part]


def _part_faults(
    header: list[Any] | None, body: list[Any] | None, buttons: list[TemplateButton] | None, *, alone: bool
) -> Iterator[tuple[str, str]]:
    """What a template and a card of one have in common; a body that stands alone may be longer."""
    yield from value_faults("header", header or [], MAX_HEADER)
    yield from value_faults("body", body or [], MAX_LONE_BODY if alone else MAX_BODY)
    yield from repeated(
        (f"buttons[{place}].index", str(button.index))
        for place, button in enumerate(buttons or [])
        if button.index is not None
    )


_NAMES = given.SPELLINGS | spellings(TemplateButton, TemplateParameters, LimitedTimeOffer)


class SendTemplate(Message, kw_only=True):
    """An approved template, the one type that may be sent at any time."""

    quotes: ClassVar[bool] = False

    type: Literal["template"]
    template_name: Annotated[
        str,
        shaped(
            "[a-z0-9_]{1,512}", "must be 1 to 512 lower-case letters, digits and underscores.", "Its name at Meta.",
            "order_confirmation",
        ),
    ]  # fmt: skip
    language_code: Annotated[
        str,
        shaped(
            "[a-z]{2,3}(_[A-Za-z0-9]{2,8}){0,2}", "must be a language of Meta's, such as en or en_US.",
            "The language of the template, spelled as at Meta.", "en_US",
        ),
    ]  # fmt: skip
    parameters: Annotated[TemplateParameters | None, words("Values for the placeholders.")] = None

    @staticmethod
    def respelled(body: dict[str, Any]) -> dict[str, Any]:
        return {
            name: respelled(part, _NAMES, free="flowActionData") if name == "parameters" else part
            for name, part in body.items()
        }

    def links(self) -> list[Link]:
        return [] if self.parameters is None else list(self.parameters.links())

    def content(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        found: dict[str, Any] = {"name": self.template_name, "language": self.language_code}
        return found if self.parameters is None else {**found, "parameters": msgspec.to_builtins(self.parameters)}

    def graph(self, media: Media = NO_MEDIA) -> dict[str, Any]:
        whole: dict[str, Any] = {"name": self.template_name, "language": {"code": self.language_code}}
        if self.parameters is not None and (components := self.parameters.components(media)):
            whole["components"] = components
        return {"type": "template", "template": whole}
