"""What breaks servers that trust their input: NUL, lone surrogates, bytes that are no UTF-8, endless numbers, depth."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.test_tenancy import named
from tests.reference.conftest import Tenant
from tests.stack import Answer, Stack
from waypost.api.door import Route
from waypost.api.openapi import document, shown_path
from waypost.api.reference import samples
from waypost.api.reference.dictionary import words_of
from waypost.api.routes import ROUTES

DOCUMENT = document("https://wa.example.com")
MARK = "\u2603MARK"
#: Raw JSON in the place of a value.
VALUES = {
    "NUL": b'"a\\u0000b"', "surrogate": b'"\\ud800"', "no UTF-8": b'"\xff\xfe"', "long": b'"' + b"x" * 70_000 + b'"',
    "huge": b"9" * 400, "beyond 64 bits": b"18446744073709551616", "no number": b"1e999",
    "deep": b"[" * 5000 + b"]" * 5000,
    "object": b'{"a": {"\\u0000": 1}}', "right to left": '"\u202e\u0661\u0662"'.encode(),
}  # fmt: skip
QUERIES = ("%00", "%FF%FE", "9" * 400, "-1", "1e3", "\u0661", "%ED%A0%80", "x" * 3000, "a&a=b", "%27%22%5C%25_")


def at_every_place(value: Any) -> Iterator[Any]:
    """The value with one leaf after the other marked, objects included."""
    if isinstance(value, dict):
        for name in value:
            yield from ({**value, name: inner} for inner in at_every_place(value[name]))
        yield {**value, MARK: 1}
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from ([*value[:index], inner, *value[index + 1 :]] for inner in at_every_place(value[index]))
    yield MARK


def bodies(route: Route) -> Iterator[tuple[str, bytes]]:
    """Every example with every hard value in every place; texts of numbers, files and ids included."""
    for name, example in words_of(route).bodies.items():
        for marked in at_every_place(example):
            text = json.dumps(marked).encode()
            for kind, raw in VALUES.items():
                if f'"{json.dumps(MARK)[1:-1]}": 1'.encode() in text:
                    raw = raw if raw.startswith(b'"') else b'"a"'
                yield f"{name}, {kind}", text.replace(json.dumps(MARK).encode(), raw)


def path_of(route: Route, tenant: Tenant) -> str:
    path = shown_path(route).replace("{phoneId}", tenant.number.id)
    return re.sub(r"\{(\w+)\}", lambda found: str(samples.PARAMETERS.get(found[1], samples.LINK)), path)


def described(route: Route, answer: Answer) -> bool:
    """Its status is among those of the document, and its error is one of ours."""
    told = DOCUMENT["paths"][shown_path(route)][route.method.lower()]["responses"]
    return str(answer.status) in told and answer.status < 500


@pytest.mark.parametrize("route", [route for route in ROUTES if route.body is not None], ids=named)
async def test_hard_bodies(route: Route, stack: Stack, tenant: Tenant) -> None:
    wrong, seen = [], 0
    for name, body in sample(list(bodies(route)), 150):
        answer = await tenant.client.call(route.method, path_of(route, tenant), data=body)
        seen += 1
        if not described(route, answer):
            wrong.append((name, body[:300], answer.status, answer.body))
    assert seen and wrong == []


def sample(values: list[Any], most: int) -> list[Any]:
    """Evenly spread, the same ones on every run; a step that is prime to the kinds, so that all of them come."""
    step = max(1, len(values) // most)
    return values[:: step + (step > 1 and step % len(VALUES) in (0, 2, 4, 5, 6, 8))]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.listed or route.filters], ids=named)
async def test_hard_queries(route: Route, stack: Stack, tenant: Tenant) -> None:
    names = ["page", "limit", *(name for name, _ in route.filters)]
    for name in names:
        for value in QUERIES:
            answer = await tenant.client.call(route.method, f"{path_of(route, tenant)}?{name}={value}")
            assert described(route, answer), (name, value, answer.status, answer.body)


@pytest.mark.parametrize("route", [route for route in ROUTES if "{" in route.path], ids=named)
async def test_hard_ids(route: Route, stack: Stack, tenant: Tenant) -> None:
    """An id that cannot be is 404, whatever it is made of."""
    for value in (
        "%00",
        "%FF",
        "..%2F..",
        "\u0661" * 8,
        "9" * 400,
        samples.LINK.upper() + "%00",
        "{" + samples.LINK + "}",
    ):
        path = re.sub(r"\{\w+\}(?!.*\{)", lambda _, value=value: value, path_with_last_open(route, tenant))
        answer = await tenant.client.call(route.method, path, data=b"{}" if route.body else None)
        assert answer.status in (400, 404), (value, answer.status, answer.body)


def path_with_last_open(route: Route, tenant: Tenant) -> str:
    head, _, last = shown_path(route).rpartition("{")
    head = head.replace("{phoneId}", tenant.number.id)
    return re.sub(r"\{(\w+)\}", lambda found: str(samples.PARAMETERS.get(found[1], samples.LINK)), head) + "{" + last


@pytest.mark.parametrize("value", ["", " ", "x" * 256, "caf\u00e9", "a\tb"])
async def test_hard_idempotency_keys(value: str, stack: Stack, tenant: Tenant) -> None:
    path = f"/v1/phones/{tenant.number.id}/messages"
    headers = {"Idempotency-Key": value}
    answer = await tenant.client.post(path, {"type": "text", "to": "5491166667777", "text": "Hi"}, headers=headers)
    assert answer.status in (200, 400), answer.body
