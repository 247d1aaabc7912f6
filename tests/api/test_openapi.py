"""The OpenAPI document: whole, consistent, the same from the command line, and true of what is really answered."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from tests.api.test_tenancy import named
from tests.stack import Client, Stack
from waypost import clock, events
from waypost.api.door import Route
from waypost.api.openapi import document, shown_path
from waypost.api.reference import failures, notifications
from waypost.api.reference.dictionary import TAGS, WORDS, operation_id
from waypost.api.reference.schemas import REFINED
from waypost.api.reference.sends import BODIES
from waypost.api.routes import ROUTES
from waypost.meta import requests

DOCUMENT = document("https://wa.example.com")
LEAST_WORDS = 5


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def operation_of(route: Route) -> dict[str, Any]:
    return DOCUMENT["paths"][shown_path(route)][route.method.lower()]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        yield from (each for value in node.get("discriminator", {}).get("mapping", {}).values() for each in [value])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolved(reference: str) -> Any:
    node: Any = DOCUMENT
    assert reference.startswith("#/")
    for part in reference[2:].split("/"):
        node = node[part]
    return node


def problems(schema: dict[str, Any], value: Any, *, closed: bool = True) -> list[str]:
    """What a value has against a schema of the document; `closed`: fields that no schema names count as well."""
    found = [f"{error.instance_path}: {error.message}" for error in _validator(json.dumps(schema)).iter_errors(value)]
    return found + (list(unnamed(schema, value)) if closed else [])


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def unnamed(schema: dict[str, Any], value: Any, where: str = "$") -> Iterator[str]:
    """Fields of an object that its schema does not name, though it names some."""
    if "$ref" in schema:
        yield from unnamed(resolved(schema["$ref"]), value, where)
    elif choices := schema.get("anyOf", schema.get("oneOf")):
        if all(list(unnamed(choice, value, where)) for choice in choices):
            yield f"{where}: no choice names all of {value!r:.200}"
    elif isinstance(value, dict) and schema.get("properties") and "additionalProperties" not in schema:
        yield from (f"{where}: {name} is not described" for name in value if name not in schema["properties"])
        for name in schema["properties"].keys() & value.keys():
            yield from unnamed(schema["properties"][name], value[name], f"{where}.{name}")
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            yield from unnamed(schema["items"], item, f"{where}[{index}]")


def examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """(where, schema, value) of every example in the document."""
    webhooks = ((event, "", item["post"]) for event, item in DOCUMENT["webhooks"].items())
    for method, path, operation in (*operations(), *webhooks):
        parts = {"body": operation.get("requestBody", {}), **operation["responses"]}
        for part, told in parts.items():
            for content in told.get("content", {}).values():
                shown = {
                    **content.get("examples", {}),
                    **({"": {"value": content["example"]}} if "example" in content else {}),
                }
                for name, example in shown.items():
                    yield f"{method} {path} {part} {name}", content["schema"], example["value"]
        for parameter in operation["parameters"]:
            if "example" in parameter:
                yield f"{method} {path} {parameter['name']}", parameter["schema"], parameter["example"]


def test_it_is_valid_openapi_3_1() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    assert DOCUMENT["openapi"] == "3.1.0" and DOCUMENT["info"]["title"] == "Waypost" and DOCUMENT["info"]["version"]
    assert DOCUMENT["servers"] == [{"url": "https://wa.example.com"}]
    assert DOCUMENT["security"] == [{"apiKey": []}]
    assert DOCUMENT["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_every_schema_is_a_schema() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema), name
        _validator(json.dumps(schema))


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    found = set(references(DOCUMENT))
    assert all(resolved(reference) for reference in found)
    assert {reference.rpartition("/")[2] for reference in found} == set(DOCUMENT["components"]["schemas"])


def test_every_route_is_described_and_nothing_else() -> None:
    assert {(method, path) for method, path, _ in operations()} == {
        (route.method, shown_path(route)) for route in ROUTES
    }
    assert {operation_id(route) for route in ROUTES} == set(WORDS), "words without a route, or a route without words"
    assert {route.verb.__module__.rpartition(".")[2] for route in ROUTES} == set(TAGS)


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_every_operation_has_words_and_examples(route: Route) -> None:
    operation, words = operation_of(route), WORDS[operation_id(route)]
    assert route.summary and len(words.description.split()) >= LEAST_WORDS and words.description.endswith(".")
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]} and operation["x-scope"] == route.scope
    assert words.answer is not None or route.gives_file, "an example of the answer is missing"
    assert bool(words.bodies) == (route.body is not None), "examples of the body are missing, or there is no body"
    assert set(words.refusals) <= set(failures.ERRORS)
    for parameter in operation["parameters"]:
        assert parameter.get("description") or parameter["schema"].get("format") == "uuid", parameter["name"]


def test_operation_ids_are_unique_and_tags_have_an_order() -> None:
    ids = Counter(operation["operationId"] for _, _, operation in operations())
    assert [id_ for id_, times in ids.items() if times > 1] == []
    names = [tag["name"] for tag in DOCUMENT["tags"]]
    shown = list(dict.fromkeys(operation["tags"][0] for _, _, operation in operations()))
    assert shown == [name for name in names if name in shown]


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_parameters_bodies_and_answers_are_those_of_the_route(route: Route) -> None:
    operation, words = operation_of(route), WORDS[operation_id(route)]
    by_place: dict[str, list[str]] = {"path": [], "query": [], "header": []}
    for parameter in operation["parameters"]:
        by_place[parameter["in"]].append(parameter["name"])
    assert by_place["path"] == re.findall(r"\{(\w+)\}", shown_path(route))
    assert by_place["query"] == ["page", "limit"] * route.listed + [name for name, _ in route.filters]
    assert by_place["header"] == [name for name, _ in route.headers] + ["Range"] * route.gives_file
    assert all(each["required"] == (each["in"] == "path") for each in operation["parameters"])
    assert ("requestBody" in operation) == (route.body is not None or route.takes_file)
    told = set(operation["responses"])
    assert {"401", "403", "500", "503", str(route.status)} <= told
    assert ("413" in told) == ("requestBody" in operation)
    assert ("404" in told) == ("{" in route.path or "404" in words.refusals)
    assert ("502" in told) == words.meta and ("429" in told) == (words.meta or route.is_live)
    assert ("206" in told) == ("416" in told) == route.gives_file
    assert ("409" in told) == any(name == "Idempotency-Key" for name, _ in route.headers)
    for status in {"429", "503"} & told:
        assert "Retry-After" in operation["responses"][status]["headers"]


def test_refusals_of_meta_are_shown_with_its_words() -> None:
    content = DOCUMENT["paths"]["/v1/phones/{phoneId}/messages"]["post"]["responses"]["400"]["content"]
    shown = content["application/json"]["examples"]
    assert isinstance(shown["A field"]["value"]["error"]["details"], list)
    assert shown["Meta's"]["value"]["error"]["details"]["meta"]["code"] == 131030


@pytest.mark.parametrize("route", [route for route in ROUTES if route.listed], ids=named)
def test_every_list_has_data_and_pagination(route: Route) -> None:
    schema = operation_of(route)["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["data", "meta"] and schema["properties"]["data"]["type"] == "array"
    pagination = resolved(schema["properties"]["meta"]["$ref"])["properties"]["pagination"]
    assert set(pagination["required"]) == {"page", "limit", "total", "hasMore"}


def test_bodies_refuse_what_they_do_not_name() -> None:
    for route in ROUTES:
        if route.body is not None:
            schema = operation_of(route)["requestBody"]["content"]["application/json"]["schema"]
            for reference in references(schema):
                closed = resolved(reference)
                assert closed.get("additionalProperties") is False or closed.get("discriminator"), reference


def test_the_send_body_is_one_of_every_kind_told_apart() -> None:
    schema = operation_of(next(route for route in ROUTES if operation_id(route) == "messages.send"))
    schema = schema["requestBody"]["content"]["application/json"]["schema"]
    assert schema["discriminator"]["propertyName"] == "type"
    assert set(schema["discriminator"]["mapping"]) == {type_ for type_, _ in requests.KINDS}
    inner = resolved(schema["discriminator"]["mapping"]["interactive"])["discriminator"]
    assert inner["propertyName"] == "interactiveType"
    assert set(inner["mapping"]) == {inner for outer, inner in requests.KINDS if outer == "interactive"}
    shown = {(body["type"], body.get("interactiveType")) for body in BODIES.values()}
    assert shown == set(requests.KINDS), "a kind of message without an example"


def test_limits_are_shown() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["SendText"]["properties"]["text"]["maxLength"] == 4096
    assert schemas["CreateLink"]["properties"]["webhookSecret"]["anyOf"][0]["minLength"] == 16
    assert schemas["CreateWebhook"]["properties"]["events"]["items"]["enum"] == [*events.EVENT_TYPES, events.ALL]
    assert schemas["Message"]["properties"]["status"]["enum"] == ["pending", "sent", "delivered", "read", "failed"]
    assert schemas["Webhook"]["properties"]["createdAt"]["format"] == "date-time"


def test_what_is_told_of_structs_names_fields_that_they_have() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for name, fields in REFINED.items():
        assert set(fields) <= set(schemas[name]["properties"]), name


@pytest.mark.parametrize(
    ("where", "schema", "value"), list(examples()), ids=lambda it: it if isinstance(it, str) else ""
)
def test_every_example_fits_its_schema(where: str, schema: dict[str, Any], value: Any) -> None:
    assert problems(schema, value) == []


def test_an_example_that_does_not_fit_is_found() -> None:
    reference = {"$ref": "#/components/schemas/CreateWebhook"}
    assert problems(reference, {"url": "https://example.com/", "events": ["nothing"]})
    assert problems({"$ref": "#/components/schemas/Message"}, {"status": "x"})
    assert problems({"$ref": "#/components/schemas/Error"}, {"error": {"message": "a", "code": "NOT_FOUND"}, "more": 1})


def test_every_event_is_described_as_it_is_sent() -> None:
    assert set(DOCUMENT["webhooks"]) == set(events.EVENT_TYPES) == set(notifications.EVENTS)
    for item in DOCUMENT["webhooks"].values():
        names = {parameter["name"] for parameter in item["post"]["parameters"]}
        assert {"X-Webhook-Event", "X-Webhook-Delivery", "X-Webhook-Timestamp", "X-Webhook-Signature-256"} <= names


async def test_it_is_served_without_a_key(stack: Stack) -> None:
    async with stack.session.get(f"{stack.url}/openapi.json") as answer:
        assert answer.status == 200 and answer.content_type == "application/json"
        served = await answer.json()
    assert served == document(stack.rt.config.public_url)


def test_the_command_prints_the_very_same_document(tmp_path: Path) -> None:
    env = {**os.environ, "WAYPOST_PUBLIC_URL": "https://wa.example.com", "PYTHONPATH": str(Path.cwd())}
    ran = subprocess.run([sys.executable, "-m", "waypost", "openapi"], env=env, cwd=tmp_path, capture_output=True,
                         timeout=60, check=True)  # fmt: skip
    assert json.loads(ran.stdout) == DOCUMENT and ran.stderr == b""


def fits(method: str, path: str, answer: Any) -> list[str]:
    content = DOCUMENT["paths"][path][method]["responses"][str(answer.status)]["content"]["application/json"]
    return problems(content["schema"], answer.body)


async def test_real_answers_are_what_the_document_says(stack: Stack) -> None:
    """Every operation that answers with JSON, on a number that has one of everything."""
    client: Client = await stack.organization()
    number = await stack.connect(client)
    written = await stack.customer_writes(number, "16505551234", "Hi")
    hook = {"url": stack.receiver.url + "/described", "events": ["*"], "secret": "x" * 16}
    made = {
        "link": await client.post("/v1/onboarding-links", {"name": "Acme", "metadata": {"a": 1}}),
        "hook": await client.post("/v1/outgoing-webhooks", hook),
        "key": await client.post("/v1/api-keys", {"name": "Shop"}),
        "inbox": await client.post("/v1/shared-inbox-links", {"phoneNumberId": number.id, "name": "Support"}),
    }
    [thread] = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    [received] = (await client.get(f"/v1/phones/{number.id}/conversations/{thread['id']}/messages")).data
    [waba] = (await client.get("/v1/wabas")).data
    hooked = f"/v1/outgoing-webhooks/{made['hook'].data['id']}"
    delivery = await client.post(f"{hooked}/test")
    replay = await client.post(f"{hooked}/replay", {"since": made["hook"].data["createdAt"]})
    ids = {
        "phoneId": number.id, "conversationId": thread["id"], "messageId": received["id"], "wamid": received["wamid"],
        "onboarding-links": made["link"].data["id"], "outgoing-webhooks": made["hook"].data["id"],
        "api-keys": made["key"].data["id"], "wabas": waba["id"], "shared-inbox-links": made["inbox"].data["id"],
        "deliveryId": delivery.data["id"], "replayId": replay.data["id"],
    }  # fmt: skip
    wrong: list[Any] = [fits("post", f"/v1/{noun}", made[key]) for noun, key in NOUNS.items()]
    seen = {f"POST /v1/{noun}" for noun in NOUNS}
    for route in sorted(ROUTES, key=place):
        name = f"{route.method} {shown_path(route)}"
        if name in seen or "/media" in route.path:
            continue
        answer = await client.call(route.method, filled(route, ids), BODIES_OF.get(name))
        assert answer.status == route.status, (name, answer.body)
        wrong.append([name, *fits(route.method.lower(), shown_path(route), answer)])
    wrong = [found for found in wrong if len(found) > 1]
    assert written and wrong == []


def place(route: Route) -> tuple[bool, bool, int]:
    """What is deleted comes last, and what is within it before."""
    deletes = route.method == "DELETE"
    return deletes, "{phone_id}" in route.path, -len(route.path) if deletes else 0


NOUNS = {"onboarding-links": "link", "outgoing-webhooks": "hook", "api-keys": "key", "shared-inbox-links": "inbox"}
BODIES_OF: dict[str, Any] = {
    "POST /v1/phones/{phoneId}/messages": {"type": "text", "to": "16505551234", "text": "Hello"},
    "PATCH /v1/phones/{phoneId}": {"label": "Shop", "metadata": {"a": 1}},
    "PATCH /v1/outgoing-webhooks/{id}": {"secret": "y" * 16},
    "PATCH /v1/shared-inbox-links/{id}": {"permissions": {"readInbox": True}},
    "POST /v1/outgoing-webhooks/{id}/replay": {"since": clock.stamp(clock.now())},
}


def filled(route: Route, ids: dict[str, str]) -> str:
    """The path with ids of this organization; `{id}` is that of the noun before it."""
    path = re.sub(r"/([a-z-]+)/\{id\}", lambda found: f"/{found[1]}/{ids[found[1]]}", shown_path(route))
    return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], path)
