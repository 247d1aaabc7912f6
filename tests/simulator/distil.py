"""Reduces Meta's OpenAPI description to its structure: `python -m tests.simulator.distil PATH_TO_YAML`.

Names, types, required, enums, bounds and discriminators stay; descriptions, examples and titles go.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

TARGET = Path(__file__).parents[2] / "waypost" / "simulator" / "graph_schema.json"

PHONE = "/{Version}/{Phone-Number-ID}"
WABA = "/{Version}/{WABA-ID}"
MEDIA = "/{Version}/{Media-ID}"
TEMPLATE = "/{Version}/{TEMPLATE_ID}"

#: Operation of the simulator to (path, method) of the description.
OPERATIONS = {
    "messages.send": (f"{PHONE}/messages", "post"),
    "phones.read": (PHONE, "get"),
    "phones.update": (PHONE, "post"),
    "phones.register": (f"{PHONE}/register", "post"),
    "phones.deregister": (f"{PHONE}/deregister", "post"),
    "wabas.read": (WABA, "get"),
    "wabas.phones": (f"{WABA}/phone_numbers", "get"),
    "wabas.subscribe": (f"{WABA}/subscribed_apps", "post"),
    "wabas.subscriptions": (f"{WABA}/subscribed_apps", "get"),
    "wabas.unsubscribe": (f"{WABA}/subscribed_apps", "delete"),
    "media.read": (MEDIA, "get"),
    "media.delete": (MEDIA, "delete"),
    "media.upload": (f"{PHONE}/media", "post"),
    "templates.list": (f"{WABA}/message_templates", "get"),
    "templates.create": (f"{WABA}/message_templates", "post"),
    "templates.delete": (f"{WABA}/message_templates", "delete"),
    "templates.read": (TEMPLATE, "get"),
    "templates.edit": (TEMPLATE, "post"),
    "notifications": ("/whatsapp/webhooks", "post"),
}

#: Schemas that no operation reaches: the description's bundling lost the way to them.
ORPHANS = (
    "MarkMessageRequestPayload",
    "MarkMessageResponsePayload",
    "BaseMessageProperties_1",
    "TextMessage_2",
    "ReactionMessage_1",
    "AudioMessage_1",
    "DocumentMessage_1",
    "ImageMessage_1",
    "StickerMessage_1",
    "VideoMessage_1",
    "LocationMessage_1",
    "SubscribedApp_1",
    "GraphAPIError",
)

KEPT = frozenset(
    {"type", "enum", "required", "properties", "additionalProperties", "items", "allOf", "oneOf", "not", "nullable"}
    | {"discriminator", "propertyName", "mapping", "$ref", "pattern"}
    | {"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"}
)
LICENCE = "MIT; Copyright (c) Meta Platforms, Inc. and affiliates"
_PREFIX = "#/components/schemas/"


def structure(node: Any, *, named: bool = False) -> Any:
    """The node without its prose; `named` when its keys are names of properties rather than rules."""
    if isinstance(node, dict):
        kept = {key: value for key, value in node.items() if named or key in KEPT}
        return {
            key: structure(value, named=key in ("properties", "mapping") and not named) for key, value in kept.items()
        }
    if isinstance(node, list):
        return [structure(item) for item in node]
    return node.removeprefix(_PREFIX) if isinstance(node, str) else node


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        mapped = node["mapping"].values() if isinstance(node.get("mapping"), dict) else ()
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(value for value in mapped if isinstance(value, str)).union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def content(part: dict[str, Any] | None) -> Any:
    schema = ((part or {}).get("content") or {}).get("application/json", {}).get("schema")
    return structure(schema) if schema else None


def operation(description: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    found = description["paths"][path][method]
    answers = {str(status): answer for status, answer in found["responses"].items()}
    parts = {"request": content(found.get("requestBody")), "response": content(answers.get("200"))}
    return {name: part for name, part in parts.items() if part}


def distil(source: Path) -> str:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    description = yaml.load(source.read_text(encoding="utf-8"), Loader=loader)
    operations = {name: operation(description, *where) for name, where in OPERATIONS.items()}
    schemas: dict[str, Any] = {}
    wanted = references(operations).union(ORPHANS)
    while wanted:
        name = wanted.pop()
        schemas[name] = structure(description["components"]["schemas"][name])
        wanted |= references(schemas[name]) - schemas.keys()
    return written({"operations": operations, "schemas": schemas}, description["info"]["version"])


def written(parts: dict[str, dict[str, Any]], version: str) -> str:
    """One line for each operation and each schema, sorted, so that a new version of the source reads well as a diff."""
    origin = {"name": "business-messaging-api", "version": version, "licence": LICENCE}
    lines = [f'{{"source": {json.dumps(origin)}']
    for name, part in parts.items():
        rows = (f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in sorted(part.items()))
        lines.append(f'"{name}": {{\n' + ",\n".join(rows) + "\n}")
    return ",\n".join(lines) + "}\n"


if __name__ == "__main__":
    TARGET.write_text(distil(Path(sys.argv[1])), encoding="utf-8")
