"""What becomes of phones, WABAs and templates without anybody's call: levels, quality, health, bans, lost tokens."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from .. import reviews
from ..problems import BadInput
from ..stage import Stage
from ..templates import Category, Format, Status, Template
from ..world import Health, Waba
from . import wire

PhoneStatus = Literal[
    "CONNECTED", "DISCONNECTED", "PENDING", "FLAGGED", "RESTRICTED", "RATE_LIMITED", "BANNED", "MIGRATED", "UNVERIFIED",
    "DELETED", "UNKNOWN",
]  # fmt: skip


class PhoneChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays; `status` or `health` null: as follows from the registration."""

    level: Literal["STANDARD", "HIGH"] | UnsetType = UNSET
    status: PhoneStatus | UnsetType | None = UNSET
    quality: Literal["GREEN", "YELLOW", "RED", "NA", "UNKNOWN"] | UnsetType = UNSET
    name_status: (
        Literal["APPROVED", "AVAILABLE_WITHOUT_REVIEW", "DECLINED", "EXPIRED", "PENDING_REVIEW", "NONE"] | UnsetType
    ) = UNSET
    account_mode: Literal["LIVE", "SANDBOX"] | UnsetType = UNSET
    messaging_limit: Literal["TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"] | UnsetType = UNSET
    verified_name: str | UnsetType = UNSET
    verified: bool | UnsetType = UNSET
    registered: bool | UnsetType = UNSET
    on_biz_app: bool | UnsetType = UNSET
    #: Seconds since the epoch.
    onboarded_at: float | UnsetType = UNSET
    health: Health | UnsetType | None = UNSET


class WabaChange(msgspec.Struct, forbid_unknown_fields=True):
    review_status: Literal["APPROVED", "PENDING", "REJECTED"] | UnsetType = UNSET
    verification_status: Literal["verified", "not_verified", "pending"] | UnsetType = UNSET
    status: str | UnsetType = UNSET
    subscribed: bool | UnsetType = UNSET
    health: Health | UnsetType | None = UNSET
    #: Whether the tokens that reach the WABA are good.
    tokens: Literal["valid", "revoked"] | UnsetType = UNSET


class TemplateWish(msgspec.Struct, forbid_unknown_fields=True):
    """A template as it is, without the checks and the review of Graph; replaces one of the same name and language."""

    name: str
    components: list[dict[str, Any]]
    language: str = "en_US"
    category: Category = "UTILITY"
    status: Status = "APPROVED"
    parameter_format: Format = "POSITIONAL"
    waba_id: str | None = None
    #: Tell it with `message_template_status_update`.
    announce: bool = False


async def change_phone(request: Request) -> Response:
    phone = wire.stage_of(request).world.phones.get(request.path_params["phone_id"])
    if phone is None:
        raise BadInput("phone_id", "There is no such phone; see GET /_sim/world.")
    given = await wire.read(request, PhoneChange)
    _apply(phone, given)
    return wire.answer(phone)


async def change_waba(request: Request) -> Response:
    stage = wire.stage_of(request)
    waba = _waba(stage, request.path_params["waba_id"])
    given = await wire.read(request, WabaChange)
    if given.tokens is not UNSET:
        for token in stage.world.tokens.values():
            token.valid = (given.tokens == "valid") if waba.id in token.waba_ids else token.valid
        given.tokens = UNSET
    _apply(waba, given)
    return wire.answer(
        {name: getattr(waba, name) for name in ("id", *WabaChange.__struct_fields__) if name != "tokens"}
    )


async def add_template(request: Request) -> Response:
    stage = wire.stage_of(request)
    wish = await wire.read(request, TemplateWish)
    waba = _waba(stage, wish.waba_id)
    known = [one for one in waba.templates if (one.name, one.language) == (wish.name, wish.language)]
    template = Template(
        known[0].id if known else stage.world.new_id(), wish.name, wish.language, wish.category, wish.status,
        wish.components, wish.parameter_format,
    )  # fmt: skip
    waba.templates = [*(one for one in waba.templates if one not in known), template]
    if wish.announce:
        reviews.change_status(stage, waba, template, wish.status)
    return wire.answer(template, 201)


def _waba(stage: Stage, waba_id: str | None) -> Waba:
    wabas = stage.world.wabas
    if waba_id is None and len(wabas) == 1:
        return next(iter(wabas.values()))
    if waba_id is None or waba_id not in wabas:
        raise BadInput("waba_id", f"Say which of the {len(wabas)} WABAs is meant; see GET /_sim/world.")
    return wabas[waba_id]


def _apply(noun: object, given: msgspec.Struct) -> None:
    for name in given.__struct_fields__:
        if (value := getattr(given, name)) is not UNSET:
            setattr(noun, name, value)
