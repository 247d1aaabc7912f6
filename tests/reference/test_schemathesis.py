"""Generated calls, sound and unsound, with a real key against the real stack: no answer may be undescribed.

Ids are mostly those of things that are there, so that calls get past the door; the draws are the same on every run.
"""

import asyncio
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.test_openapi import problems
from tests.api.test_tenancy import named
from tests.reference.conftest import Tenant
from tests.stack import Stack
from waypost.api.door import Route
from waypost.api.openapi import document, shown_path
from waypost.api.routes import ROUTES
from waypost.meta.requests import Send

EXAMPLES = 20
#: The call with by far the most shapes.
SENDS = 60
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PATIENCE = 40
CONTACT = "5491166667777"
#: What removes comes last, the innermost first.
IN_ORDER = sorted(ROUTES, key=lambda route: (route.method == "DELETE", -len(route.path)))


@cache
def schema(public_url: str) -> Any:
    return schemathesis.openapi.from_dict(document(public_url))


@pytest.fixture(scope="module")
async def ids(stack: Stack, tenant: Tenant) -> dict[str, str]:
    """One of everything, by the name of the parameter; `{id}` by the noun before it."""
    client, phone = tenant.client, f"/v1/phones/{tenant.number.id}"
    [thread] = (await client.get(phone + "/conversations")).data
    [message] = (await client.get(f"{phone}/conversations/{thread['id']}/messages")).data
    hook = {"url": stack.receiver.url + "/generated", "events": ["*"], "secret": "x" * 16}
    webhook = (await client.post("/v1/outgoing-webhooks", hook)).data
    hooked = f"/v1/outgoing-webhooks/{webhook['id']}"
    replay = await client.post(f"{hooked}/replay", {"since": webhook["createdAt"]})
    form = {"file": b"%PDF-1.4 a very small document"}
    return {
        "phoneId": tenant.number.id, "conversationId": thread["id"], "messageId": message["id"],
        "wamid": message["wamid"], "mediaId": (await client.post(phone + "/media", **_form(form))).data["id"],
        "onboarding-links": (await client.post("/v1/onboarding-links", {"name": "Acme"})).data["id"],
        "outgoing-webhooks": webhook["id"], "replayId": replay.data["id"],
        "deliveryId": (await client.post(f"{hooked}/test")).data["id"],
        "api-keys": (await client.post("/v1/api-keys", {})).data["id"],
        "wabas": (await client.get("/v1/wabas")).data[0]["id"],
        "shared-inbox-links": (
            await client.post("/v1/shared-inbox-links", {"phoneNumberId": tenant.number.id, "name": "Support"})
        ).data["id"],
    }  # fmt: skip


def _form(files: dict[str, bytes]) -> dict[str, Any]:
    boundary = "a-boundary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files.items()
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return {"data": body, "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"}}


def generated(route: Route, url: str, key: str, ids: dict[str, str]) -> list[str]:
    """Calls the operation with drawn data; every failed check as text."""
    operation = schema(url)[shown_path(route)][route.method]
    noun = shown_path(route).split("/")[2]
    wrong: list[str] = []

    @seed(20261123)
    @settings(
        max_examples=SENDS if route.body is Send else EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def call(data: Any) -> None:
        negative = data.draw(st.booleans())
        mode = GenerationMode.NEGATIVE if negative else GenerationMode.POSITIVE
        case = data.draw(operation.as_strategy(generation_mode=mode))
        for name in case.path_parameters or {}:
            if data.draw(st.integers(0, 3)):
                case.path_parameters[name] = ids[noun if name == "id" else name]
        if route.body is Send and isinstance(case.body, dict) and not negative:
            case.body = {**case.body, "to": CONTACT}
            case.body.pop("toUserId", None)
        answer = case.call(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE)
        if route.body is not None and answer.status_code < 300 and unsound(case):
            wrong.append(f"{case.as_curl_command()}\nwas accepted, with a body that the document does not allow")
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            wrong.extend(
                f"{case.as_curl_command()}\n{failure.title}: {failure.message}" for failure in group.exceptions
            )

    call()
    return wrong


def unsound(case: Any) -> bool:
    """Whether a body breaks the document's own schema for it."""
    given = case.body
    if not isinstance(given, dict | list | str | int | float | bool | None):
        return False
    raw = case.operation.definition.raw["requestBody"]["content"]["application/json"]["schema"]
    return bool(problems(raw, given, closed=False))


@pytest.mark.parametrize("route", IN_ORDER, ids=named)
async def test_every_answer_is_described(route: Route, stack: Stack, tenant: Tenant, ids: dict[str, str]) -> None:
    wrong = await asyncio.to_thread(generated, route, stack.url, tenant.client.key, ids)
    assert not wrong, f"{len(wrong)} wrong answers, such as\n" + "\n\n".join(wrong[:3])
