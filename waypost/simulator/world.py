"""The world that the simulator keeps: businesses, WABAs, phones, tokens, and what was sent. In memory, no I/O."""

import time
from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

import msgspec

from . import ids
from .limits import Meters
from .media import Shelf
from .people import Person
from .settings import Settings
from .starters import STARTERS
from .templates import Template

KEPT_OF_A_CHAT = 200
SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging", "public_profile")


@dataclass(frozen=True, slots=True)
class Override:
    url: str
    verify_token: str = field(repr=False)


@dataclass(slots=True)
class Business:
    id: str
    name: str


class Health(msgspec.Struct, forbid_unknown_fields=True):
    """What `health_status` says of a phone or a WABA; LIMITED has `additional_info`, BLOCKED has `errors`."""

    can_send_message: Literal["AVAILABLE", "LIMITED", "BLOCKED"] = "AVAILABLE"
    additional_info: list[str] | None = None
    errors: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class Waba:
    id: str
    name: str
    business_id: str
    currency: str = "USD"
    timezone_id: str = "1"
    country: str = "US"
    subscribed: bool = False
    override: Override | None = None
    templates: list[Template] = field(default_factory=list)
    #: Deleted template names, each with the time from which it may be used again.
    deleted: dict[str, float] = field(default_factory=dict)
    review_status: str = "APPROVED"
    verification_status: str = "verified"
    status: str = "ACTIVE"
    health: Health | None = None

    def template(self, template_id: str) -> Template | None:
        return next((one for one in self.templates if one.id == template_id), None)


@dataclass(slots=True)
class Phone:
    id: str
    waba_id: str
    digits: str
    verified_name: str
    verified: bool = True
    registered: bool = False
    pin: str | None = None
    #: On the WhatsApp Business app as well (coexistence): never registered through the API.
    on_biz_app: bool = False
    override: Override | None = None
    quality: str = "GREEN"
    #: Throughput: STANDARD or HIGH, as long as the number is registered.
    level: str = "STANDARD"
    #: Other than CONNECTED and PENDING, which follow the registration.
    status: str | None = None
    name_status: str = "APPROVED"
    account_mode: str = "LIVE"
    messaging_limit: str = "TIER_250"
    health: Health | None = None
    #: Kinds of data of the WhatsApp Business app that were asked for; each can be once.
    synced: list[str] = field(default_factory=list)
    onboarded_at: float = 0.0
    registrations: list[float] = field(default_factory=list)

    @property
    def display(self) -> str:
        return ids.display(self.digits)


@dataclass(slots=True)
class Token:
    value: str = field(repr=False)
    waba_ids: list[str]
    user_id: str
    issued_at: int
    valid: bool = True


@dataclass(slots=True)
class Code:
    value: str = field(repr=False)
    waba_id: str
    minted_at: float
    redirect_uri: str = ""
    used: bool = False


@dataclass(slots=True)
class Sent:
    """A message that the Graph API accepted."""

    wamid: str
    phone_number_id: str
    to: str
    user_id: str | None
    body: dict[str, Any]
    accepted_at: float
    name: str = "Customer"
    status: str = "accepted"
    #: The category of a template.
    category: str | None = None


class World:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.random = Random(settings.seed)  # noqa: S311
        self.callback_url = settings.callback_url
        self.businesses: dict[str, Business] = {}
        self.wabas: dict[str, Waba] = {}
        self.phones: dict[str, Phone] = {}
        self.by_digits: dict[str, Phone] = {}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, Code] = {}
        self.sent: deque[Sent] = deque(maxlen=settings.log_size)
        self.sent_count = 0
        self.received: deque[str] = deque(maxlen=settings.log_size)
        #: What customers wrote, (time, message) by (phone, customer): what their own phones show.
        self.written: dict[tuple[str, str], deque[tuple[float, dict[str, Any]]]] = {}
        #: What customers call themselves, by number.
        self.names: dict[str, str] = {}
        #: Customers who have done something, by number.
        self.people: dict[str, Person] = {}
        self.media = Shelf(settings)
        self.limits = settings.limits
        self.meters = Meters()
        self.reads: deque[dict[str, Any]] = deque(maxlen=settings.log_size)

    def new_id(self) -> str:
        while (candidate := ids.object_id(self.random)) in self.wabas or candidate in self.phones:
            pass
        return candidate

    def waba_of(self, node: str) -> Waba | None:
        """The WABA itself, or the one to which this phone or template belongs."""
        if phone := self.phones.get(node):
            return self.wabas.get(phone.waba_id)
        return self.wabas.get(node) or next((waba for waba in self.wabas.values() if waba.template(node)), None)

    def add_waba(self, name: str, waba_id: str | None = None) -> Waba:
        business = Business(self.new_id(), name)
        self.businesses[business.id] = business
        waba = Waba(waba_id or self.new_id(), name, business.id)
        for starter in STARTERS:
            waba.templates.append(Template(id=self.new_id(), **starter))
        self.wabas[waba.id] = waba
        return waba

    def add_phone(self, waba: Waba, digits: str | None = None, phone_id: str | None = None) -> Phone:
        phone = Phone(
            phone_id or self.new_id(), waba.id, digits or self.free_number(), waba.name, onboarded_at=time.time()
        )
        self.phones[phone.id] = self.by_digits[phone.digits] = phone
        return phone

    def free_number(self) -> str:
        while self.phone_of(candidate := ids.phone_digits(self.random)):
            pass
        return candidate

    def phone_of(self, digits: str) -> Phone | None:
        return self.by_digits.get(digits)

    def phones_of(self, waba_id: str) -> list[Phone]:
        return [phone for phone in self.phones.values() if phone.waba_id == waba_id]

    def mint_code(self, waba: Waba, redirect_uri: str = "", *, used: bool = False) -> Code:
        code = Code(ids.signup_code(), waba.id, time.monotonic(), redirect_uri, used)
        self.codes[code.value] = code
        return code

    def grant(self, waba_ids: list[str]) -> Token:
        """A business token: one per customer, good for these WABAs, without end."""
        token = Token(ids.access_token(), waba_ids, self.new_id(), int(time.time()))
        self.tokens[token.value] = token
        return token

    def hear(self, phone: Phone, person: str, at: float | None = None) -> None:
        """A customer wrote or called: the 24-hour window opens. `person` is a number or a business-scoped user id."""
        self.meters.hear(phone.id, ids.user_id(person) if person.isdigit() else person, at or time.time())

    def remember_written(self, phone: Phone, digits: str, message: dict[str, Any]) -> None:
        kept = self.written.setdefault((phone.id, digits), deque(maxlen=KEPT_OF_A_CHAT))
        kept.append((time.time(), message))
        self.received.append(message["id"])

    def remember_sent(self, sent: Sent) -> None:
        self.sent.append(sent)
        self.sent_count += 1
