"""The world that the simulator keeps: businesses, WABAs, phones, tokens, and what was sent. In memory, no I/O."""

import time
from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

from . import ids
from .settings import Settings
from .starters import STARTERS

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging", "public_profile")


@dataclass(frozen=True, slots=True)
class Override:
    url: str
    verify_token: str = field(repr=False)


@dataclass(slots=True)
class Business:
    id: str
    name: str


@dataclass(slots=True)
class Template:
    id: str
    name: str
    language: str
    category: str
    status: str
    components: list[dict[str, Any]]


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
        #: What customers call themselves, by number.
        self.names: dict[str, str] = {}
        self.reads: deque[dict[str, Any]] = deque(maxlen=settings.log_size)

    def new_id(self) -> str:
        while (candidate := ids.object_id(self.random)) in self.wabas or candidate in self.phones:
            pass
        return candidate

    def add_waba(self, name: str, waba_id: str | None = None) -> Waba:
        business = Business(self.new_id(), name)
        self.businesses[business.id] = business
        waba = Waba(waba_id or self.new_id(), name, business.id)
        waba.templates = [Template(self.new_id(), *starter) for starter in STARTERS]
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

    def remember_sent(self, sent: Sent) -> None:
        self.sent.append(sent)
        self.sent_count += 1
