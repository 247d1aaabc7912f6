"""What a customer does in the Embedded Signup dialog, without the dialog: a WABA and a phone, and a code for them."""

from dataclasses import dataclass

import msgspec

from . import ids
from .problems import BadInput
from .world import Phone, Waba, World


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out is made up. `waba` and `phone_number_id` name existing ones, or are taken as new ids."""

    phone: str | None = None
    waba: str | None = None
    phone_number_id: str | None = None
    name: str | None = None
    #: False: the customer leaves before verifying the number, or (`with_phone`) without naming one.
    verified: bool = True
    with_phone: bool = True
    #: The number stays on the WhatsApp Business app and needs no registration.
    coexistence: bool = False
    #: Two-step PIN that the number has already.
    pin: str | None = None
    #: The code comes back used, as when somebody was faster.
    used: bool = False
    redirect_uri: str = ""


@dataclass(frozen=True, slots=True)
class Signup:
    code: str
    waba_id: str
    business_id: str
    phone_number_id: str | None


def complete(world: World, wish: Wish) -> Signup:
    digits = _digits(wish.phone)
    phone_id = _new_id("phone_number_id", wish.phone_number_id)
    phone = _known_phone(world, wish, digits)
    waba = _waba(world, wish, phone)
    if phone is None and wish.with_phone:
        phone = world.add_phone(waba, digits, phone_id)
        phone.verified, phone.pin = wish.verified, wish.pin
        phone.verified_name = wish.name or waba.name
    if phone is not None and wish.coexistence:
        phone.on_biz_app = phone.registered = True
    code = world.mint_code(waba, wish.redirect_uri, used=wish.used)
    return Signup(code.value, waba.id, waba.business_id, phone.id if phone else None)


def _digits(phone: str | None) -> str | None:
    if phone is None:
        return None
    digits = ids.digits_of(phone)
    if not 7 <= len(digits) <= 15:
        raise BadInput("phone", "Write a phone number with its country code, such as +1 631-555-0101.")
    return digits


def _known_phone(world: World, wish: Wish, digits: str | None) -> Phone | None:
    by_id = world.phones.get(wish.phone_number_id or "")
    by_number = world.phone_of(digits) if digits else None
    phone = by_id or by_number
    if phone is None:
        return None
    if (digits and phone.digits != digits) or (wish.phone_number_id and phone.id != wish.phone_number_id):
        raise BadInput("phone", f"Number and id belong to different phones: {phone.id} is {phone.display}.")
    if wish.waba and phone.waba_id != wish.waba:
        raise BadInput("waba", f"{phone.display} belongs to WABA {phone.waba_id}.")
    return phone


def _new_id(field: str, wanted: str | None) -> str | None:
    if wanted and not wanted.isdigit():
        raise BadInput(field, "Write an id of digits only.")
    return wanted


def _waba(world: World, wish: Wish, phone: Phone | None) -> Waba:
    waba_id = phone.waba_id if phone else wish.waba
    if waba_id and waba_id in world.wabas:
        return world.wabas[waba_id]
    return world.add_waba(wish.name or "Corner Bakery", _new_id("waba", waba_id))
