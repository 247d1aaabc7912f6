"""The sitemap of the API: every path, who may, which verb, which shapes. OpenAPI and the tenancy tests read it too."""

from ..domain.conversations import Conversation
from ..domain.delivery_log import Entry
from ..domain.messages import Message
from ..domain.onboarding import CompletedLink, PendingLink
from ..domain.outbound import Sent
from ..domain.webhooks import Webhook, WebhookWithSecret
from ..meta.requests import Send
from . import messages, onboarding_links, outgoing_webhooks
from .door import Deleted, Route
from .onboarding_links import CreateLink
from .outgoing_webhooks import CreateWebhook, Tested, UpdateWebhook

_LINKS = "/v1/onboarding-links"
_WEBHOOKS = "/v1/outgoing-webhooks"
_PHONE = "/v1/phones/{phone_id}"
_LINK = PendingLink | CompletedLink
_LOG_FILTERS = (("status", "pending, delivered or exhausted"), ("event", "an event type"))

ROUTES: tuple[Route, ...] = (
    Route("POST", _LINKS, "manage", onboarding_links.create, "Create an onboarding link", PendingLink, CreateLink, 201),
    Route("GET", _LINKS, "read", onboarding_links.listed, "List onboarding links", _LINK, listed=True),
    Route("GET", _LINKS + "/{id}", "read", onboarding_links.one, "Get an onboarding link", _LINK),
    Route("DELETE", _LINKS + "/{id}", "manage", onboarding_links.delete, "Delete a pending onboarding link", Deleted),
    Route(
        "POST", _WEBHOOKS, "manage", outgoing_webhooks.create, "Create an outgoing webhook",
        WebhookWithSecret, CreateWebhook, 201,
    ),
    Route("GET", _WEBHOOKS, "read", outgoing_webhooks.listed, "List outgoing webhooks", Webhook, listed=True),
    Route("GET", _WEBHOOKS + "/{id}", "read", outgoing_webhooks.one, "Get an outgoing webhook", Webhook),
    Route(
        "PATCH", _WEBHOOKS + "/{id}", "manage", outgoing_webhooks.update, "Update an outgoing webhook",
        Webhook | WebhookWithSecret, UpdateWebhook,
    ),
    Route("DELETE", _WEBHOOKS + "/{id}", "manage", outgoing_webhooks.delete, "Delete an outgoing webhook", Deleted),
    Route("POST", _WEBHOOKS + "/{id}/test", "manage", outgoing_webhooks.test, "Send a test delivery", Tested),
    Route(
        "GET", _WEBHOOKS + "/{id}/logs", "read", outgoing_webhooks.logs, "View the delivery log", Entry,
        listed=True, filters=_LOG_FILTERS,
    ),
    Route("POST", _PHONE + "/messages", "send", messages.send, "Send a message", Sent, Send),
    Route(
        "GET", _PHONE + "/conversations", "read", messages.listed_conversations, "List conversations",
        Conversation, listed=True,
    ),
    Route(
        "GET", _PHONE + "/conversations/{conversation_id}/messages", "read", messages.listed_messages,
        "List the messages of a conversation", Message, listed=True,
    ),
)  # fmt: skip
