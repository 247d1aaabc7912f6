"""The OpenAPI document: whole, consistent, the same from the command line, and true of what is really answered."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_tenancy import named
from tests.stack import Client, Stack
from waypost.api.door import Route
from waypost.api.openapi import document
from waypost.api.routes import ROUTES

DOCUMENT = document("https://wa.example.com")
KINDS = {"string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}


def camel(path: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), path)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def operation_of(route: Route) -> dict[str, Any]:
    return DOCUMENT["paths"][camel(route.path)][route.method.lower()]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
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


def problems(schema: dict[str, Any], value: Any, where: str = "$") -> Iterator[str]:
    """A small validator: as much of JSON Schema as the document uses."""
    if "$ref" in schema:
        yield from problems(resolved(schema["$ref"]), value, where)
        return
    if "anyOf" in schema:
        if all(list(problems(choice, value, where)) for choice in schema["anyOf"]):
            yield f"{where}: none of the choices fits {value!r:.80}"
        return
    kind = schema.get("type")
    if kind == "integer" and (not isinstance(value, int) or isinstance(value, bool)):
        yield f"{where}: {value!r} is no integer"
    elif kind in KINDS and not isinstance(value, KINDS[kind]):
        yield f"{where}: {value!r:.80} is no {kind}"
    elif kind == "object":
        properties = schema.get("properties", {})
        yield from (f"{where}: lacks {name}" for name in schema.get("required", ()) if name not in value)
        if properties:
            yield from (f"{where}: {name} is not described" for name in value if name not in properties)
        for name in properties.keys() & value.keys():
            yield from problems(properties[name], value[name], f"{where}.{name}")
    elif kind == "array" and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            yield from problems(schema["items"], item, f"{where}[{index}]")


def test_it_is_an_openapi_3_1_document_with_what_that_asks_for() -> None:
    assert DOCUMENT["openapi"] == "3.1.0" and DOCUMENT["info"]["title"] == "Waypost" and DOCUMENT["info"]["version"]
    assert DOCUMENT["servers"] == [{"url": "https://wa.example.com"}]
    assert DOCUMENT["security"] == [{"apiKey": []}]
    assert DOCUMENT["components"]["securitySchemes"]["apiKey"] == {"type": "http", "scheme": "bearer"}
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    found = set(references(DOCUMENT))
    assert all(resolved(reference) for reference in found)
    assert {reference.rpartition("/")[2] for reference in found} == set(DOCUMENT["components"]["schemas"])


def test_every_route_is_described_and_nothing_else() -> None:
    assert {(method, path) for method, path, _ in operations()} == {
        (route.method, camel(route.path)) for route in ROUTES
    }


def test_operation_ids_are_unique_and_every_operation_has_words() -> None:
    ids = Counter(operation["operationId"] for _, _, operation in operations())
    assert [id_ for id_, times in ids.items() if times > 1] == []
    assert all(operation["summary"] and operation["tags"] and operation["x-scope"] for _, _, operation in operations())


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_parameters_bodies_and_answers_are_those_of_the_route(route: Route) -> None:
    operation = operation_of(route)
    names = [parameter["name"] for parameter in operation["parameters"]]
    in_path = re.findall(r"\{(\w+)\}", camel(route.path))
    assert names == in_path + ["page", "limit"] * route.listed + [name for name, _ in route.filters]
    assert len(set(names)) == len(names)
    assert all(each["required"] for each in operation["parameters"] if each["in"] == "path")
    assert ("requestBody" in operation) == (route.body is not None)
    assert {"401", "403", "500", "503", str(route.status)} <= set(operation["responses"])
    assert ("413" in operation["responses"]) == (route.body is not None)
    assert ("502" in operation["responses"]) == (route.scope == "send")


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
            assert resolved(schema["$ref"])["additionalProperties"] is False, route.path


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
    return list(problems(content["schema"], answer.body))


async def test_real_answers_are_what_the_document_says(stack: Stack) -> None:
    client: Client = await stack.organization()
    number = await stack.connect(client)
    await stack.customer_writes(number, "16505551234", "Hi")
    hook = {"url": stack.receiver.url + "/described", "events": ["*"], "secret": "x" * 16}
    links, hooks, phone = "/v1/onboarding-links", "/v1/outgoing-webhooks", f"/v1/phones/{number.id}"
    made, registered = await client.post(links, {"name": "Acme", "metadata": {"a": 1}}), await client.post(hooks, hook)
    one = f"{hooks}/{registered.data['id']}"
    [thread] = (await client.get(f"{phone}/conversations")).data
    told = [
        ("post", links, made), ("get", links, await client.get(links)),
        ("get", links + "/{id}", await client.get(f"{links}/{number.link_id}")),
        ("post", hooks, registered), ("get", hooks, await client.get(hooks)),
        ("get", hooks + "/{id}", await client.get(one)),
        ("patch", hooks + "/{id}", await client.patch(one, {"secret": "y" * 16})),
        ("patch", hooks + "/{id}", await client.patch(one, {})),
        ("post", hooks + "/{id}/test", await client.post(one + "/test")),
        ("get", hooks + "/{id}/logs", await client.get(one + "/logs")),
        ("delete", hooks + "/{id}", await client.delete(one)),
        ("delete", links + "/{id}", await client.delete(f"{links}/{made.data['id']}")),
        ("delete", links + "/{id}", await client.delete(f"{links}/{number.link_id}")),
        ("post", "/v1/phones/{phoneId}/messages", await client.post(
            phone + "/messages", {"type": "text", "to": "16505551234", "text": "Hello"})),
        ("get", "/v1/phones/{phoneId}/conversations", await client.get(phone + "/conversations")),
        ("get", "/v1/phones/{phoneId}/conversations/{conversationId}/messages",
         await client.get(f"{phone}/conversations/{thread['id']}/messages")),
        ("post", links, await client.post(links, {})), ("get", links + "/{id}", await client.get(links + "/x")),
    ]  # fmt: skip
    assert {(method.upper(), path) for method, path, _ in told} == {(r.method, camel(r.path)) for r in ROUTES}
    assert [(method, path, found) for method, path, answer in told if (found := fits(method, path, answer))] == []
