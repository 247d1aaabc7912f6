"""The OpenAPI 3.1 document, drawn from the same routes and Structs that serve the calls."""

import re
from typing import Any, get_args

import msgspec

from .. import __version__
from .door import Route
from .routes import ROUTES

_REF = "#/components/schemas/{name}"

ERRORS = {
    "400": ("VALIDATION_ERROR", "The request is not valid; `details` names each field."),
    "401": ("UNAUTHORIZED", "The API key is missing or not valid."),
    "403": ("FORBIDDEN", "The key lacks the scope, or the organization is suspended."),
    "404": ("NOT_FOUND", "There is nothing with this id in the key's organization."),
    "413": ("PAYLOAD_TOO_LARGE", "The body is too large."),
    "429": ("RATE_LIMITED", "Too much at once; `Retry-After` says when to come back."),
    "500": ("INTERNAL_ERROR", "Something went wrong here."),
    "502": ("UPSTREAM_ERROR", "Meta failed, or its answer is unknown."),
    "503": ("INTERNAL_ERROR", "The database is away; repeat shortly."),
}
_SENDING_ONLY = ("429", "502")

_ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "code"],
            "properties": {
                "message": {"type": "string"},
                "code": {"type": "string", "enum": sorted({*(code for code, _ in ERRORS.values()), "CONFLICT"})},
                "details": {},
            },
        }
    },
}
_PAGINATION_SCHEMA = {
    "type": "object",
    "required": ["pagination"],
    "properties": {
        "pagination": {
            "type": "object",
            "required": ["page", "limit", "total", "hasMore"],
            "properties": {
                "page": {"type": "integer"},
                "limit": {"type": "integer"},
                "total": {"type": "integer"},
                "hasMore": {"type": "boolean"},
            },
        }
    },
}


def document(public_url: str) -> dict[str, Any]:
    """The whole description, for a deployment at `public_url`."""
    structs = list(dict.fromkeys(each for route in ROUTES for each in (*_choices(route.answer), *_choices(route.body))))
    schemas, components = msgspec.json.schema_components(structs, ref_template=_REF)
    known = dict(zip(structs, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        path = re.sub(r"\{(\w+)\}", lambda found: "{" + _camel(found[1]) + "}", route.path)
        operation = _operation(route, _schema(known, route.answer), _schema(known, route.body))
        paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Waypost",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url}],
        "security": [{"apiKey": []}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": _ERROR_SCHEMA, "ListMeta": _PAGINATION_SCHEMA},
            "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
        },
    }


def _choices(shape: Any) -> tuple[Any, ...]:
    """The Structs of a shape: its own, those of a union, or none."""
    return () if shape is None else get_args(shape) or (shape,)


def _schema(known: dict[Any, Any], shape: Any) -> Any:
    found = [known[each] for each in _choices(shape)]
    return {"anyOf": found} if len(found) > 1 else next(iter(found), None)


def _operation(route: Route, answer: Any, body: Any) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{route.verb.__module__.rsplit('.', 1)[-1]}.{route.verb.__name__}",
        "summary": route.summary,
        "tags": [route.verb.__module__.rsplit(".", 1)[-1].replace("_", " ")],
        "x-scope": route.scope,
        "parameters": _parameters(route),
        "responses": {str(route.status): _success(route, answer), **_failures(route)},
    }
    if body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return described


def _parameters(route: Route) -> list[dict[str, Any]]:
    names = [_camel(name) for name in re.findall(r"\{(\w+)\}", route.path)]
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}} for name in names
    ]
    if route.listed:
        found.append({"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}})
        limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
        found.append({"name": "limit", "in": "query", "schema": limit})
    for name, description in route.filters:
        found.append({"name": name, "in": "query", "description": description, "schema": {"type": "string"}})
    return found


def _success(route: Route, answer: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"data": answer}
    if route.listed:
        properties = {"data": {"type": "array", "items": answer}, "meta": {"$ref": _REF.format(name="ListMeta")}}
    schema = {"type": "object", "required": sorted(properties), "properties": properties}
    return {"description": route.summary, "content": {"application/json": {"schema": schema}}}


def _failures(route: Route) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name="Error")}
    return {
        status: {"description": sentence, "content": {"application/json": {"schema": schema}}}
        for status, (_, sentence) in ERRORS.items()
        if (status not in _SENDING_ONLY or route.scope == "send") and (status != "413" or route.body is not None)
    }


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
