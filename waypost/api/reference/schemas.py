"""JSON Schema of the Structs of the routes, and what their Python types cannot say of themselves.

A request's limits stand at its Struct where it has them; the texts of answers are told apart here: times, addresses,
words of a fixed set, free JSON.
"""

from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from ... import events
from ...choice import Choice
from ...content import RANK
from ...domain.api_keys import SCOPES
from ...domain.delivery_log import STATUSES
from ...domain.replays import STATES
from ...domain.webhooks import REASONS
from ...meta.refusals import Refusal
from ..webhook_rules import MOST_CONCURRENCY, MOST_GRACE_HOURS, MOST_PER_SECOND, SECRET_LENGTH

Schema = dict[str, Any]
REF = "#/components/schemas/{name}"

_TIME: Schema = {"format": "date-time"}
_EVENTS: Schema = {"items": {"type": "string", "enum": [*events.EVENT_TYPES, events.ALL]}, "minItems": 1}
_DIRECTION: Schema = {"enum": ["inbound", "outbound"]}
_STATUS: Schema = {"enum": list(RANK)}
_SECRET: Schema = {"minLength": SECRET_LENGTH[0], "maxLength": SECRET_LENGTH[1]}
_OBJECT: Schema = {"type": "object"}
_LIMITS: dict[str, Schema] = {
    "maxPerSecond": {"minimum": 0, "maximum": MOST_PER_SECOND, "description": "Deliveries begun in a second; 0: any."},
    "maxConcurrency": {"minimum": 0, "maximum": MOST_CONCURRENCY, "description": "Deliveries on the way; 0: up to 64."},
}
_ORDERING: Schema = {"description": "`conversation`: the events of one conversation one after the other."}
_WEBHOOK: dict[str, Schema] = {
    "events": _EVENTS,
    "ordering": _ORDERING,
    "failingSince": {**_TIME, "description": "Since when every delivery fails."},
    "switchedOffReason": {
        "enum": list(REASONS),
        "description": "Why it was switched off by itself: it answered 410, or failed for five days.",
    },
    "previousSecretExpiresAt": {"description": "Until when the secret before signs too."},
}
_LINK_STATUS = {"pending": {"const": "pending"}, "completed": {"const": "completed"}}
_MESSAGE: dict[str, Schema] = {
    "direction": _DIRECTION,
    "status": _STATUS,
    "origin": {"enum": ["contact", "api", "app", "history"]},
    "content": {
        **_OBJECT,
        "description": "Depends on `type`: `body` of a text; `mediaId`, `mediaUrl`, `downloadUrl`, `url`, `caption`,"
        " `mimeType`, `filename` of media; `latitude`, `longitude`, `name` of a location; `contacts`; `type` and the"
        " reply of an interactive message; `text` and `payload` of a button; `emoji` and `wamid` of a reaction.",
    },
    "error": {
        **_OBJECT,
        "description": "Of a failed message, in Meta's words.",
        "properties": {name: {} for name in ("code", "title", "message", "details")},
    },
    "context": {
        **_OBJECT,
        "description": "The message that this one answers, or where it was before.",
        "properties": {"wamid": {"type": "string"}},
    },
    "pricing": {**_OBJECT, "description": "What Meta says of its price."},
    "statusTimestamps": {**_OBJECT, "additionalProperties": {"type": "string", "format": "date-time"}},
}
#: Struct -> property -> what is added to its schema.
REFINED: dict[str, dict[str, Schema]] = {
    "CreateLink": {
        "name": {"minLength": 1, "maxLength": 200},
        "externalId": {"minLength": 1, "maxLength": 255, "description": "Your own id; comes back in every event."},
        "redirectUrl": {"maxLength": 2048, "description": "Where the browser goes afterwards; http or https."},
        "webhookUrl": {"maxLength": 2048, "description": "A webhook that is made when the number connects; https."},
        "webhookSecret": {**_SECRET, "description": "Signs its deliveries."},
        "webhookEvents": {**_EVENTS, "description": "Required with webhookUrl."},
        "metadata": {"description": "Your own data, at most 16 kB; copied to the phone."},
    },
    "PendingLink": {
        "status": _LINK_STATUS["pending"],
        "metadata": _OBJECT,
        "webhookSecret": {"description": "In the answer of the creating call alone."},
    },
    "CompletedLink": {"status": _LINK_STATUS["completed"], "metadata": _OBJECT},
    "CreateWebhook": {
        "url": {"maxLength": 2048, "description": "Public, https, without a user name."},
        "events": _EVENTS,
        "secret": {**_SECRET, "description": "Signs every delivery."},
        "isActive": {"description": "True unless given."},
        "ordering": _ORDERING,
        **_LIMITS,
    },
    "CreateSharedInboxLink": {"name": {"minLength": 1, "maxLength": 200}},
    "UpdateSharedInboxLink": {"name": {"minLength": 1, "maxLength": 200}},
    "UpdateWebhook": {
        "url": {"maxLength": 2048},
        "events": _EVENTS,
        "secret": _SECRET,
        "ordering": _ORDERING,
        **_LIMITS,
    },
    "RotateSecret": {
        "secret": _SECRET,
        "graceHours": {"minimum": 0, "maximum": MOST_GRACE_HOURS, "description": "24 unless given."},
    },
    "CreateReplay": {
        "since": {**_TIME, "description": "Within the last 30 days."},
        "until": {**_TIME, "description": "The present unless given, and at most."},
        "status": {"description": "How they ended; `exhausted` unless given."},
    },
    "Replay": {"since": _TIME, "until": _TIME, "state": {"enum": list(STATES)}},
    "UpdatePhone": {"label": {"minLength": 1, "maxLength": 200}},
    "CreateKey": {"name": {"minLength": 1, "maxLength": 200}, "scopes": {"minItems": 1}},
    "Webhook": _WEBHOOK,
    "WebhookWithSecret": _WEBHOOK,
    "Entry": {"status": {"enum": list(STATUSES)}, "event": {"enum": list(events.EVENT_TYPES)}},
    "Tested": {"status": {"enum": list(STATUSES)}, "event": {"enum": list(events.EVENT_TYPES)}},
    "ApiKey": {"scopes": {"items": {"type": "string", "enum": list(SCOPES)}}},
    "CreatedKey": {"scopes": {"items": {"type": "string", "enum": list(SCOPES)}}},
    "Number": {"metadata": _OBJECT},
    "Template": {"components": {"type": "array", "items": _OBJECT}},
    "LastMessage": {"direction": _DIRECTION, "status": _STATUS},
    "Message": _MESSAGE,
    "MessageData": _MESSAGE,
}
_TIMES = ("at", "timestamp")


def components(shapes: Iterable[Any]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """Schemas of shapes (Structs, unions, an annotated Choice, None) by their identity, and all components."""
    wanted = [shape for shape in shapes if shape is not None]
    structs = list(dict.fromkeys([each for shape in wanted for each in structs_of(shape)] + [Refusal]))
    found, named = msgspec.json.schema_components(structs, ref_template=REF)
    for name, schema in named.items():
        _refine(name, schema)
    for struct in structs:
        if not struct.__struct_config__.forbid_unknown_fields:
            _complete(named[struct.__name__])
    known = dict(zip(structs, found, strict=True))
    return {id(shape): _of(shape, known, named) for shape in wanted}, named


def structs_of(shape: Any) -> tuple[Any, ...]:
    """The Structs of a shape: its own, those of a union, or none."""
    if get_origin(shape) is Annotated:
        return structs_of(get_args(shape)[0])
    return tuple(get_args(shape)) if get_origin(shape) in (Union, UnionType) else (shape,)


def _of(shape: Any, known: dict[Any, Schema], named: dict[str, Schema]) -> Schema:
    choice = next((note for note in getattr(shape, "__metadata__", ()) if isinstance(note, Choice)), None)
    if choice is not None:
        return _chosen(choice, known, named)
    found = [known[each] for each in structs_of(shape)]
    return {"anyOf": found} if len(found) > 1 else found[0]


def _chosen(choice: Choice, known: dict[Any, Schema], named: dict[str, Schema]) -> Schema:
    """`oneOf` by the first field; kinds that share it become a component, `oneOf` by the second."""
    by_first: dict[str, dict[str | None, Schema]] = {}
    for (first, second), struct in choice.kinds.items():
        by_first.setdefault(first, {})[second] = known[struct]
    shapes: dict[str, Schema] = {}
    for first, kinds in by_first.items():
        if None in kinds:
            shapes[first] = kinds[None]
        else:
            name = f"Send{first.title()}"
            named[name] = {"title": name, **_discriminated(choice.fields[1], kinds)}
            shapes[first] = {"$ref": REF.format(name=name)}
    return _discriminated(choice.fields[0], shapes)


def _discriminated(field: str, kinds: Mapping[Any, Schema]) -> Schema:
    mapping = {value: schema["$ref"] for value, schema in kinds.items()}
    return {"oneOf": list(kinds.values()), "discriminator": {"propertyName": field, "mapping": mapping}}


def _refine(name: str, schema: Schema) -> None:
    refined = REFINED.get(name, {})
    for field, told in schema.get("properties", {}).items():
        if field in refined:
            _add(told, refined[field])
        if (field.endswith("At") or field in _TIMES) and "format" not in told:
            _add(told, _TIME)
        if told.get("enum") and len(told["enum"]) == 1:
            told["const"] = told.pop("enum")[0]


def _add(told: Schema, more: Schema) -> None:
    """Words go to the property, limits to the alternative that is not null."""
    words = {name: value for name, value in more.items() if name == "description"}
    limits = {name: value for name, value in more.items() if name != "description"}
    told.update(words)
    for each in told.get("anyOf", (told,)):
        if each.get("type") != "null" and "$ref" not in each and _fits(each, limits):
            each.update(limits)


def _fits(schema: Schema, limits: Schema) -> bool:
    """Limits of a text do not belong to a list."""
    return "format" not in limits or schema.get("type") == "string"


def _complete(schema: Schema) -> None:
    """An answer has all of its fields, also those that its Struct has a default for."""
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    schema["required"] = [name for name, told in properties.items() if name in required or "default" in told]
    for told in properties.values():
        told.pop("default", None)
