"""The sitemap of the API: every path, who may, which verb, which shapes. OpenAPI and the tenancy tests read it too."""

from ..domain.api_keys import ApiKey
from ..domain.conversation_list import Conversation
from ..domain.delivery_log import Entry
from ..domain.health import Health
from ..domain.media import Uploaded
from ..domain.media_downloads import Gone, Media
from ..domain.messages import Message
from ..domain.numbers import Number
from ..domain.onboarding import CompletedLink, PendingLink
from ..domain.organizations import Organization
from ..domain.outbound import Sent
from ..domain.receipts import MarkedRead
from ..domain.replays import Replay
from ..domain.shared_inbox_links import SharedInboxLink, SharedInboxLinkWithUrl
from ..domain.templates import Template
from ..domain.wabas import Waba, WabaWithNotices
from ..domain.webhooks import Webhook, WebhookWithSecret
from ..meta.requests import Send
from . import (
    api_keys,
    conversations,
    events,
    media,
    messages,
    onboarding_links,
    organization,
    outgoing_webhooks,
    phones,
    replays,
    shared_inbox_links,
    templates,
    wabas,
)
from .api_keys import CreatedKey, CreateKey
from .door import Deleted, Route
from .messages import MarkRead
from .onboarding_links import CreateLink
from .outgoing_webhooks import CreateWebhook, RotateSecret, Tested, UpdateWebhook
from .phones import UpdatePhone
from .replays import CreateReplay
from .shared_inbox_links import CreateSharedInboxLink, UpdateSharedInboxLink
from .templates import Synced

_LINKS = "/v1/onboarding-links"
_WEBHOOKS = "/v1/outgoing-webhooks"
_INBOX = "/v1/shared-inbox-links"
_PHONE = "/v1/phones/{phone_id}"
_LINK = PendingLink | CompletedLink
_LOG_FILTERS = (("status", "pending, delivered or exhausted"), ("event", "an event type"))
_IDEMPOTENCY = (("Idempotency-Key", "The same key and body within 24 hours give the first answer and send nothing"),)
_CONVERSATIONS = (
    ("contactPhone", "a number: the conversation of this contact"),
    ("search", "words or digits: conversations whose contact's name, username or number has them all"),
)
_CURSOR = ("cursor", "in place of page: the nextCursor of the answer before")

_FEED = (
    ("after", "the nextCursor of the answer before; or `latest`: what comes from now on. Without it: from the oldest"),
    ("types", "event types, separated by commas"), ("phoneId", "a phone: its events alone"),
    ("limit", "events per page"),
)  # fmt: skip
_LAST = (("Last-Event-ID", "Of a stream: the last `id` that was received, in place of after"),)
_TEMPLATES = (
    ("status", "Meta's status, such as APPROVED"), ("name", "its name"), ("language", "its language code"),
    ("category", "Meta's category, such as UTILITY"),
)  # fmt: skip

ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/organization", "read", organization.show, "Get the organization", Organization),
    Route("GET", "/v1/api-keys", "manage", api_keys.listed, "List API keys", ApiKey, listed=True),
    Route("POST", "/v1/api-keys", "manage", api_keys.create, "Create an API key", CreatedKey, CreateKey, 201),
    Route("DELETE", "/v1/api-keys/{id}", "manage", api_keys.revoke, "Revoke an API key", Deleted),
    Route("GET", "/v1/wabas", "read", wabas.listed, "List WABAs", Waba, listed=True),
    Route("GET", "/v1/wabas/{id}", "read", wabas.one, "Get a WABA", WabaWithNotices),
    Route(
        "GET", "/v1/phones", "read", phones.listed, "List phones", Number, listed=True,
        filters=(("wabaId", "a WABA: its numbers alone"),),
    ),
    Route("GET", _PHONE, "read", phones.one, "Get a phone", Number),
    Route("PATCH", _PHONE, "manage", phones.update, "Label a phone", Number, UpdatePhone),
    Route("DELETE", _PHONE, "manage", phones.disconnect, "Disconnect a phone", Number),
    Route("GET", _PHONE + "/health", "read", phones.show_health, "Check a phone's health", Health),
    Route(
        "GET", _PHONE + "/templates", "read", templates.listed, "List the templates of a phone", Template,
        listed=True, filters=_TEMPLATES,
    ),
    Route("POST", _PHONE + "/templates/sync", "send", templates.sync, "Read the templates anew from Meta", Synced),
    Route("POST", _LINKS, "manage", onboarding_links.create, "Create an onboarding link", PendingLink, CreateLink, 201),
    Route("GET", _LINKS, "read", onboarding_links.listed, "List onboarding links", _LINK, listed=True),
    Route("GET", _LINKS + "/{id}", "read", onboarding_links.one, "Get an onboarding link", _LINK),
    Route("DELETE", _LINKS + "/{id}", "manage", onboarding_links.delete, "Delete a pending onboarding link", Deleted),
    Route(
        "POST", _INBOX, "manage", shared_inbox_links.create, "Create a shared inbox link", SharedInboxLinkWithUrl,
        CreateSharedInboxLink, 201,
    ),
    Route(
        "GET", _INBOX, "read", shared_inbox_links.listed, "List shared inbox links", SharedInboxLink, listed=True
    ),
    Route("GET", _INBOX + "/{id}", "read", shared_inbox_links.one, "Get a shared inbox link", SharedInboxLink),
    Route(
        "PATCH", _INBOX + "/{id}", "manage", shared_inbox_links.update, "Update a shared inbox link", SharedInboxLink,
        UpdateSharedInboxLink,
    ),
    Route("DELETE", _INBOX + "/{id}", "manage", shared_inbox_links.revoke, "Revoke a shared inbox link", Deleted),
    Route(
        "POST", _INBOX + "/{id}/rotate", "manage", shared_inbox_links.rotate, "Rotate a shared inbox link",
        SharedInboxLinkWithUrl,
    ),
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
    Route(
        "POST", _WEBHOOKS + "/{id}/rotate-secret", "manage", outgoing_webhooks.rotate_secret, "Rotate the secret",
        WebhookWithSecret, RotateSecret, bodyless=True,
    ),
    Route(
        "POST", _WEBHOOKS + "/{id}/logs/{delivery_id}/redeliver", "manage", replays.redeliver, "Redeliver",
        Entry, status=202,
    ),
    Route(
        "POST", _WEBHOOKS + "/{id}/replay", "manage", replays.create, "Replay deliveries", Replay, CreateReplay, 202,
    ),
    Route("GET", _WEBHOOKS + "/{id}/replays", "read", replays.listed, "List replays", Replay, listed=True),
    Route("GET", _WEBHOOKS + "/{id}/replays/{replay_id}", "read", replays.one, "Get a replay", Replay),
    Route("DELETE", _WEBHOOKS + "/{id}/replays/{replay_id}", "manage", replays.cancel, "Cancel a replay", Replay),
    Route(
        "GET", "/v1/events", "read", events.listed, "Read or follow the events", None, filters=_FEED, headers=_LAST,
        is_live=True,
    ),
    Route("POST", _PHONE + "/messages", "send", messages.send, "Send a message", Sent, Send, headers=_IDEMPOTENCY),
    Route("POST", _PHONE + "/media", "send", media.upload, "Upload a file", Uploaded, takes_file=True),
    Route("GET", _PHONE + "/media/{media_id}", "read", media.one, "Get a file's metadata", Media),
    Route(
        "GET", _PHONE + "/media/{media_id}/download", "read", media.download, "Download a file", None, gives_file=True
    ),
    Route("DELETE", _PHONE + "/media/{media_id}", "send", media.delete, "Delete a file", Gone),
    Route(
        "POST", _PHONE + "/messages/{wamid}/read", "send", messages.mark_read, "Mark a message as read",
        MarkedRead, MarkRead, bodyless=True,
    ),
    Route(
        "GET", _PHONE + "/conversations", "read", conversations.listed, "List conversations",
        Conversation, listed=True, filters=(*_CONVERSATIONS, _CURSOR),
    ),
    Route(
        "GET", _PHONE + "/conversations/{conversation_id}", "read", conversations.one, "Get a conversation",
        Conversation,
    ),
    Route(
        "POST", _PHONE + "/conversations/{conversation_id}/separate", "manage", conversations.separate,
        "Undo a merge of conversations", Conversation,
    ),
    Route(
        "GET", _PHONE + "/conversations/{conversation_id}/messages", "read", conversations.listed_messages,
        "List the messages of a conversation", Message, listed=True, filters=(_CURSOR,),
    ),
    Route("GET", _PHONE + "/messages/{message_id}", "read", conversations.message, "Get a message", Message),
)  # fmt: skip
