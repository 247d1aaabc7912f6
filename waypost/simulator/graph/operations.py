"""Graph's sitemap: (method, kind of node, edge) to the operation's name and verb. A new noun is a new file."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ..stage import Stage
from . import app_data, application, media, messages, oauth, phones, registration, templates, wabas
from .call import Call
from .refusals import Refusal, unknown_object, unknown_path

Verb = Callable[[Call], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` is what faults and the distilled schema call it; `checked`: the body must fit it before the verb runs."""

    name: str
    verb: Verb
    checked: bool = False


OPERATIONS: dict[tuple[str, str, str], Operation] = {
    ("GET", "oauth", "access_token"): Operation("oauth.exchange", oauth.exchange),
    ("POST", "oauth", "access_token"): Operation("oauth.exchange", oauth.exchange),
    ("GET", "debug_token", ""): Operation("oauth.debug", oauth.debug),
    ("DELETE", "me", "permissions"): Operation("oauth.revoke", oauth.revoke),
    ("GET", "app", ""): Operation("application.read", application.read),
    ("GET", "app", "subscriptions"): Operation("application.subscriptions", application.subscriptions),
    ("POST", "app", "subscriptions"): Operation("application.subscribe", application.subscribe),
    ("GET", "waba", ""): Operation("wabas.read", wabas.read),
    ("GET", "waba", "phone_numbers"): Operation("wabas.phones", wabas.list_phones),
    ("GET", "waba", "subscribed_apps"): Operation("wabas.subscriptions", wabas.subscriptions),
    ("POST", "waba", "subscribed_apps"): Operation("wabas.subscribe", wabas.subscribe, checked=True),
    ("DELETE", "waba", "subscribed_apps"): Operation("wabas.unsubscribe", wabas.unsubscribe),
    ("GET", "waba", "message_templates"): Operation("templates.list", templates.list_templates),
    ("POST", "waba", "message_templates"): Operation("templates.create", templates.create, checked=True),
    ("DELETE", "waba", "message_templates"): Operation("templates.delete", templates.delete),
    ("GET", "template", ""): Operation("templates.read", templates.read),
    ("POST", "template", ""): Operation("templates.edit", templates.edit, checked=True),
    ("POST", "template", "unpause"): Operation("templates.unpause", templates.unpause),
    ("GET", "phone", ""): Operation("phones.read", phones.read),
    ("POST", "phone", ""): Operation("phones.update", phones.update, checked=True),
    ("POST", "phone", "register"): Operation("phones.register", registration.register, checked=True),
    ("POST", "phone", "deregister"): Operation("phones.deregister", registration.deregister),
    ("POST", "phone", "smb_app_data"): Operation("phones.app_data", app_data.request),
    ("POST", "phone", "media"): Operation("media.upload", media.upload),
    ("GET", "media", ""): Operation("media.read", media.read),
    ("DELETE", "media", ""): Operation("media.delete", media.delete),
    ("POST", "phone", "messages"): Operation("messages.send", messages.send),
}

NAMES = tuple(dict.fromkeys(operation.name for operation in OPERATIONS.values()))
_LITERAL = frozenset({"oauth", "debug_token", "me"})
_EDGES = frozenset(edge for _, _, edge in OPERATIONS)


def kind_of(stage: Stage, node: str) -> str:
    if node in _LITERAL:
        return node
    if node in stage.world.phones:
        return "phone"
    if node in stage.world.wabas:
        return "waba"
    if node in stage.world.media:
        return "media"
    if node.isdigit() and stage.world.waba_of(node) is not None:
        return "template"
    return "app" if node == stage.settings.app_id else ""


def find(call: Call) -> Operation:
    kind = kind_of(call.stage, call.node)
    operation = OPERATIONS.get((call.method, kind, call.edge))
    if operation is not None:
        return operation
    if not kind:
        if call.token_text:
            call.token()
            raise unknown_object(call.method, call.node)
        raise Refusal(104, "An access token is required to request this resource.")
    if call.edge and call.edge not in _EDGES:
        raise unknown_path(f"/{call.edge}")
    raise unknown_object(call.method, call.node)
