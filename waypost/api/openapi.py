"""The OpenAPI 3.1 document, drawn from the same routes and Structs that serve the calls.

`document` is served as /openapi.json and printed by `waypost openapi`; words and examples come from `reference/`.
"""

import re
from typing import Any

import msgspec

from .. import __version__
from ..paths import TEXTS
from .door import Route
from .reference import events, failures, notifications, samples, schemas
from .reference.dictionary import TAGS, operation_id, place, tag, words_of
from .reference.failures import ERRORS
from .reference.media import FORM
from .reference.words import Words
from .routes import ROUTES

_INTRODUCTION = (
    "Send and receive WhatsApp messages for many businesses over one API. Every call carries an API key; every answer"
    ' is `{"data": …}` or `{"error": {message, code, details?}}`. Unknown fields and wrong types are refused with 400'
    " naming the field; `null` for an optional field means absent. Ids are UUIDs, except Meta's own; times are UTC with"
    " milliseconds. Lists are newest first. The guide is at /llms-full.txt."
)

_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "code"],
            "properties": {
                "message": {"type": "string", "description": "A sentence for people."},
                "code": {"type": "string", "enum": sorted({code for code, _ in ERRORS.values()})},
                "details": {
                    "anyOf": [
                        {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["field", "message"],
                                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                            },
                        },
                        {
                            "type": "object",
                            "properties": {
                                "meta": {"$ref": "#/components/schemas/Refusal"},
                                "messageId": {"type": "string", "format": "uuid"},
                            },
                        },
                    ]
                },
            },
        }
    },
}
_PAGINATION = {
    "page": {"type": ["integer", "null"], "description": "Null when the page was asked for by cursor."},
    "limit": {"type": "integer"},
    "total": {"type": "integer"},
    "hasMore": {"type": "boolean"},
}
_CURSOR = {"nextCursor": {"type": ["string", "null"], "description": "Of lists with `cursor`, while more follows."}}
_LIST_META: dict[str, Any] = {
    "type": "object",
    "required": ["pagination"],
    "properties": {
        "pagination": {"type": "object", "required": list(_PAGINATION), "properties": {**_PAGINATION, **_CURSOR}}
    },
}


def document(public_url: str) -> dict[str, Any]:
    """The whole description, for a deployment at `public_url`."""
    ordered = sorted(ROUTES, key=place)
    shapes = [shape for route in ordered for shape in (route.body, route.answer)]
    known, components = schemas.components([*shapes, *notifications.SHAPES])
    paths: dict[str, dict[str, Any]] = {}
    for route in ordered:
        paths.setdefault(shown_path(route), {})[route.method.lower()] = _operation(route, known)
    used = {tag(route) for route in ordered}
    tags = [{"name": name, "description": about} for name, about in TAGS.values() if name in used]
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "Waypost",
            "version": __version__,
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url}],
        "security": [{"apiKey": []}],
        "tags": [*tags, {"name": "Events", "description": "What arrives at your webhooks."}],
        "paths": paths,
        "webhooks": notifications.section(),
        "components": {
            "schemas": {**components, "Error": _ERROR, "ListMeta": _LIST_META},
            "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer", "description": "An API key, `wp_…`."}},
        },
    }
    text = msgspec.json.encode(described).decode().replace(samples.BASE, public_url)
    return dict(msgspec.json.decode(text))


def shown_path(route: Route) -> str:
    """The path with its parameters as customers see them: `/v1/phones/{phoneId}`."""
    return re.sub(r"\{(\w+)\}", lambda found: "{" + _camel(found[1]) + "}", route.path)


def _operation(route: Route, known: dict[Any, Any]) -> dict[str, Any]:
    words = words_of(route)
    described: dict[str, Any] = {
        "operationId": operation_id(route),
        "summary": route.summary,
        "description": f"{words.description}\n\nScope: `{route.scope}`.",
        "tags": [tag(route)],
        "x-scope": route.scope,
        "parameters": _parameters(route),
        "responses": {
            **_success(route, words, known.get(id(route.answer))),
            **{status: failures.answer(route, words, status) for status in failures.statuses(route, words)},
        },
    }
    if route.takes_file:
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}
    elif route.body is not None:
        examples = {name: {"value": body} for name, body in words.bodies.items()}
        content = {"schema": known[id(route.body)], "examples": examples}
        described["requestBody"] = {"required": not route.bodyless, "content": {"application/json": content}}
    return described


def _parameters(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", route.path)
    found = [_parameter(_camel(name), "path", _text(name), _ABOUT.get(name), required=True) for name in names]
    if route.listed:
        page = {"type": "integer", "minimum": 1, "default": 1}
        found += [
            _parameter("page", "query", page, "From 1."),
            _parameter("limit", "query", _LIMIT, "Entries per page."),
        ]
    found += [_parameter(name, "query", _FILTERS.get(name, {}), _sentence(told)) for name, told in route.filters]
    headers = (*route.headers, *(_RANGE if route.gives_file else ()))
    return found + [_parameter(name, "header", {}, _sentence(told)) for name, told in headers]


def _parameter(
    name: str, where: str, schema: dict[str, Any], told: str | None, required: bool = False
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "in": where,
        "required": required,
        "schema": {"type": "string", **schema},
    }
    if told:
        described["description"] = told
    if name in samples.PARAMETERS:
        described["example"] = samples.PARAMETERS[name]
    return described


_RANGE = (("Range", "A part of the file, as players ask for it: `bytes=0-1023`"),)
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
_FILTERS: dict[str, dict[str, Any]] = {
    "search": {"maxLength": 100}, "wabaId": {"format": "uuid"}, "phoneId": {"format": "uuid"}, "limit": _LIMIT,
}  # fmt: skip
_ABOUT = {
    "phone_id": "The phone, as onboarding links and events name it.",
    "wamid": "Meta's id of the message; encode slashes as %2F or leave them.",
    "media_id": "Meta's id of the file.",
}


def _text(name: str) -> dict[str, Any]:
    return {"pattern": f"^{TEXTS[name].pattern}$"} if name in TEXTS else {"format": "uuid"}


def _sentence(told: str) -> str:
    return told[:1].upper() + told[1:].rstrip(".") + "."


def _success(route: Route, words: Words, answer: Any) -> dict[str, Any]:
    if route.gives_file:
        return _file()
    if route.is_live:
        return {str(route.status): {"description": "A page, or the stream.", "content": events.content(words.answer)}}
    properties: dict[str, Any] = {"data": answer}
    example: dict[str, Any] = {"data": words.answer}
    if route.listed:
        properties = {"data": {"type": "array", "items": answer}, "meta": {"$ref": "#/components/schemas/ListMeta"}}
        pagination: dict[str, Any] = {"page": 1, "limit": 50, "total": 1, "hasMore": False}
        if any(name == "cursor" for name, _ in route.filters):
            pagination |= {"total": 120, "hasMore": True, "nextCursor": samples.CURSOR}
        example = {"data": [words.answer], "meta": {"pagination": pagination}}
    schema = {"type": "object", "required": sorted(properties), "properties": properties}
    content = {"application/json": {"schema": schema, "example": example}}
    return {str(route.status): {"description": route.summary, "content": content}}


def _file() -> dict[str, Any]:
    """Whole or in part; the media type is the file's own."""
    content = {"*/*": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}
    text = {"schema": {"type": "string"}}
    headers = {"Content-Disposition": text, "Accept-Ranges": text, "ETag": text}
    partial = {**headers, "Content-Range": text}
    return {
        "200": {"description": "The whole file.", "headers": headers, "content": content},
        "206": {"description": "The part that Range asked for.", "headers": partial, "content": content},
        "304": {"description": "Not changed since the ETag of If-None-Match."},
    }


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
