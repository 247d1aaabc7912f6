"""llms.txt and llms-full.txt: whole, about this deployment, and every example in them works or fits the description."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.test_openapi import DOCUMENT, problems
from tests.reference.conftest import Tenant
from tests.stack import Stack, sign
from waypost.api.openapi import shown_path
from waypost.api.reference import notifications, samples, sends
from waypost.api.reference.pages import guide, index
from waypost.api.routes import ROUTES
from waypost.content import RANK
from waypost.events import EVENT_TYPES

BASE = "https://gateway.acme.test"
GUIDE = guide(BASE)
#: What an integration cannot do without, each as the guide has to name it.
FACTS = (
    *EVENT_TYPES, *RANK, "Authorization: Bearer", "VALIDATION_ERROR", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND",
    "INTERNAL_ERROR", "CONFLICT", "PAYLOAD_TOO_LARGE", "RATE_LIMITED", "UPSTREAM_ERROR", "Retry-After", "hasMore",
    "hostedUrl", "externalId", "redirectUrl", "webhookSecret", "webhookEvents", "16 to 256", "onboarding_link_id",
    "external_id", "status=success", "status=error", "isPhoneRegistered", "phoneNumberId", "canReceiveMessages",
    "canSendMessages", "canSendTemplates", "X-Webhook-Event", "X-Webhook-Timestamp", "X-Webhook-Delivery",
    "X-Webhook-Signature-256", "WhatsApp-CloudAPI-Webhook/1.0", "30 seconds", "timingSafeEqual", "compare_digest",
    "downloadUrl", "mediaUrl", "multipart/form-data", "Idempotency-Key", "showTypingIndicator", "toUserId",
    "metaWabaId", "never both", "24 hours", "/signup/{linkId}/callback", "isActive", "fileSize",
)  # fmt: skip


def blocks(language: str) -> Iterator[str]:
    yield from re.findall(rf"(?ms)^```{language}\n(.*?)^```$", GUIDE)


def test_it_tells_all_that_is_needed_about_this_deployment() -> None:
    assert [fact for fact in FACTS if fact not in GUIDE] == []
    assert BASE in GUIDE and samples.BASE not in GUIDE and "{{" not in GUIDE and "{%" not in GUIDE
    assert index(BASE).startswith("# ") and "\n> " in index(BASE)


@pytest.mark.parametrize("text", [GUIDE, index(BASE)], ids=["guide", "index"])
def test_it_names_every_call_and_no_other(text: str) -> None:
    known = {f"{route.method} {shown_path(route)}" for route in ROUTES}
    assert {call for call in known if f"`{call}`" not in text} == set()
    spelled = {re.sub(r"\{\w+\}", "{}", call) for call in known}
    for method, path in re.findall(rf"(GET|POST|PATCH|DELETE) (?:{re.escape(BASE)})?(/v1/[\w/{{}}-]+)", text):
        assert re.sub(r"\{\w+\}", "{}", f"{method} {path}") in spelled, f"{method} {path}"


def test_links_of_the_index_lead_to_what_is_served() -> None:
    links = re.findall(r"\]\(([^)]+)\)", index(BASE))
    assert links == [f"{BASE}/llms-full.txt", f"{BASE}/openapi.json", f"{BASE}/docs"]


def test_every_json_is_json_and_answers_fit_some_description() -> None:
    schemas = [
        content["schema"]
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        for answer in (operation.get("requestBody", {}), *operation["responses"].values())
        for content in answer.get("content", {}).values()
    ]
    schemas += [
        item["post"]["requestBody"]["content"]["application/json"]["schema"] for item in DOCUMENT["webhooks"].values()
    ]
    shapes = {json.dumps(schema): schema for schema in schemas}.values()
    found = [json.loads(text) for text in blocks("json")]
    assert len(found) > 25
    for value in found:
        if value.keys() != {"type", "content"}:  # a part of an event
            assert any(not problems(schema, value) for schema in shapes), value


@pytest.mark.parametrize("path", ["/llms.txt", "/llms-full.txt"])
async def test_it_is_served_without_a_key(path: str, stack: Stack) -> None:
    async with stack.session.get(stack.url + path) as answer:
        assert answer.status == 200 and answer.content_type == "text/plain" and answer.charset == "utf-8"
        assert stack.rt.config.public_url in await answer.text()


def test_the_python_snippet_verifies() -> None:
    [snippet] = blocks("python")
    scope: dict[str, Any] = {}
    exec(snippet, scope)
    body = json.dumps(notifications.body("message.received", {})).encode()
    assert scope["is_genuine"](body, sign(body, samples.SECRET), samples.SECRET)
    for header in ("", None, sign(body, "another"), "sha256=é"):
        assert not scope["is_genuine"](body, header, samples.SECRET)


@pytest.mark.parametrize("name", sends.BODIES)
async def test_every_send_of_the_guide_can_be_sent(name: str, stack: Stack, tenant: Tenant) -> None:
    """To the simulator, with what only this deployment can know put in: uploads, wamids, templates, addresses."""
    body, path = sends.BODIES[name], f"/v1/phones/{tenant.number.id}/messages"
    assert json.dumps(body, indent=2, ensure_ascii=False) in GUIDE or body in [
        json.loads(text) for text in blocks("json")
    ]
    given = await known_here(body, stack, tenant)
    answer = await tenant.client.post(path, given)
    if body["type"] == "template":
        assert answer.error["details"]["meta"]["code"] == NO_SUCH_TEMPLATE, answer.body
    else:
        assert answer.status == 200, answer.body


#: Templates are the account's own, and the simulator's accounts have none of these.
NO_SUCH_TEMPLATE = 132001


async def known_here(body: dict[str, Any], stack: Stack, tenant: Tenant) -> dict[str, Any]:
    [thread] = (
        await tenant.client.get(f"/v1/phones/{tenant.number.id}/conversations?contactPhone={samples.CONTACT}")
    ).data
    [received] = (await tenant.client.get(
        f"/v1/phones/{tenant.number.id}/conversations/{thread['id']}/messages?limit=100")).data[-1:]  # fmt: skip
    text = json.dumps(body).replace(samples.INBOUND_WAMID, received["wamid"])
    for field, file in FILES.items():
        if f'"{field}"' in text and body["type"] in file:
            uploaded = await upload(tenant, *file[body["type"]])
            text = text.replace(f'"mediaId": "{samples.MEDIA}"', f'"mediaId": "{uploaded}"')
    given: dict[str, Any] = json.loads(text)
    if "mediaUrl" in given:
        del given["mediaUrl"]
        given["mediaId"] = await upload(tenant, *FILES["mediaUrl"][body["type"]])
    for card in given.get("cards", ()):
        del card["header"]["mediaUrl"]
        card["header"]["mediaId"] = await upload(tenant, *FILES["mediaUrl"]["image"])
    if "toUserId" in given:
        given["toUserId"] = thread["contactUserId"]
    return given


_JPEG, _WEBP = b"\xff\xd8\xff\xe0 a photo", b"RIFF\x1a\x00\x00\x00WEBPVP8 \x0e\x00\x00\x00 a sticker"
FILES: dict[str, dict[str, tuple[str, str, bytes]]] = {
    "mediaUrl": {
        "image": ("a.jpg", "image/jpeg", _JPEG),
        "video": ("a.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42 a clip"),
    },
    "mediaId": {
        "audio": ("a.ogg", "audio/ogg; codecs=opus", b"OggS a voice"),
        "document": ("report.pdf", "application/pdf", b"%PDF-1.4 a report"),
        "sticker": ("a.webp", "image/webp", _WEBP),
    },
}


async def upload(tenant: Tenant, name: str, type_: str, content: bytes) -> str:
    boundary = "a-boundary"
    named = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    head = f"--{boundary}\r\n{named}\r\nContent-Type: {type_}\r\n\r\n"
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = await tenant.client.post(f"/v1/phones/{tenant.number.id}/media", data=body, headers=headers)
    return str(answer.data["id"])
