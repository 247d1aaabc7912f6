"""All words together, by operation id (`module.verb` of the route); and the tags in the order a customer meets them."""

from ..door import Route
from . import (
    account,
    events,
    media,
    messages,
    onboarding_links,
    outgoing_webhooks,
    phones,
    replays,
    shared_inbox_links,
)
from .words import Words

WORDS: dict[str, Words] = {
    **onboarding_links.WORDS,
    **phones.WORDS,
    **messages.WORDS,
    **media.WORDS,
    **outgoing_webhooks.WORDS,
    **shared_inbox_links.WORDS,
    **replays.WORDS,
    **events.WORDS,
    **account.WORDS,
}

#: Module of the verb -> (tag, what it is about), first things first.
TAGS: dict[str, tuple[str, str]] = {
    "onboarding_links": ("Onboarding links", "Let your customers connect their own numbers."),
    "phones": ("Phones", "The numbers, their labels and whether they are ready."),
    "messages": ("Messages", "Sending every type of message, and marking as read."),
    "media": ("Media", "Files up to Meta and down from it, streamed."),
    "templates": ("Templates", "What may be sent outside of the 24-hour window."),
    "conversations": ("Conversations", "Reading what was said, and how far each message got."),
    "outgoing_webhooks": ("Outgoing webhooks", "Where your events go, and what became of each delivery."),
    "shared_inbox_links": ("Shared inbox links", "Give people one number's inbox without giving them a key."),
    "replays": ("Replays", "Deliveries once more: one, or those of a span of time."),
    "events": ("Event feed", "Everything that webhooks get, in one order, to be fetched or followed."),
    "wabas": ("WABAs", "WhatsApp Business Accounts at Meta."),
    "organization": ("Organization", "Who the key speaks for."),
    "api_keys": ("API keys", "Keys of your own programs."),
}


def words_of(route: Route) -> Words:
    """Its words; a route that lacks them is served all the same, and fails `tests/api/test_openapi.py`."""
    return WORDS.get(operation_id(route)) or Words(route.summary + ".")


def operation_id(route: Route) -> str:
    return f"{_module(route)}.{route.verb.__name__}"


def tag(route: Route) -> str:
    return TAGS.get(_module(route), (_module(route), ""))[0]


def place(route: Route) -> int:
    """Where its tag stands among the tags."""
    return list(TAGS).index(_module(route)) if _module(route) in TAGS else len(TAGS)


def _module(route: Route) -> str:
    return route.verb.__module__.rsplit(".", 1)[-1]
