"""Another organization's ids are nobody's ids: generated from the route table, so that a new route is covered too."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.stack import SECRET, Client, Number, Stack
from waypost import clock
from waypost.api.api_keys import CreateKey
from waypost.api.door import Route
from waypost.api.messages import MarkRead
from waypost.api.onboarding_links import CreateLink
from waypost.api.outgoing_webhooks import CreateWebhook, RotateSecret, UpdateWebhook
from waypost.api.phones import UpdatePhone
from waypost.api.replays import CreateReplay
from waypost.api.routes import ROUTES
from waypost.api.shared_inbox_links import CreateSharedInboxLink, UpdateSharedInboxLink
from waypost.meta.requests import Send

#: Parameter of a path -> which things of an organization it may name.
NOUNS: dict[str, tuple[str, ...]] = {
    "/v1/api-keys/{id}": ("key",),
    "/v1/wabas/{id}": ("waba",),
    "/v1/onboarding-links/{id}": ("pending link", "completed link"),
    "/v1/outgoing-webhooks/{id}": ("webhook", "linked webhook"),
    "/v1/shared-inbox-links/{id}": ("inbox link",),
    "/v1/outgoing-webhooks/{id}/logs/{delivery_id}": ("delivery",),
    "/v1/outgoing-webhooks/{id}/replays/{replay_id}": ("replay",),
    "/v1/phones/{phone_id}": ("phone",),
    "/v1/phones/{phone_id}/conversations/{conversation_id}": ("conversation",),
    "/v1/phones/{phone_id}/media/{media_id}": ("media",),
    "/v1/phones/{phone_id}/messages/{wamid}": ("wamid",),
    "/v1/phones/{phone_id}/messages/{message_id}": ("message",),
}
#: What ids that are Meta's look like.
NOBODY = {"{media_id}": "123456789012345", "{wamid}": "wamid.HBgNobody"}
BODIES: dict[Any, dict[str, Any]] = {
    CreateKey: {"name": "Shop"},
    UpdatePhone: {"label": "taken over", "metadata": {"a": 1}},
    CreateLink: {"name": "Acme"},
    CreateWebhook: {"url": "https://example.com/", "events": ["*"]},
    UpdateWebhook: {"isActive": False, "secret": "taken-over-secret"},
    CreateSharedInboxLink: {"phoneNumberId": "00000000-0000-4000-8000-000000000000", "name": "Support"},
    UpdateSharedInboxLink: {"name": "taken over", "permissions": {"readDetails": True}},
    RotateSecret: {"secret": "taken-over-secret"},
    CreateReplay: {"since": clock.stamp(clock.now()), "status": "all"},
    MarkRead: {"showTypingIndicator": True},
    Send: {"type": "text", "to": "5491155551234", "text": "Hello!"},
}
WITH_IDS = [route for route in ROUTES if "{" in route.path]
WITHOUT_IDS = [route for route in ROUTES if "{" not in route.path]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def parameters(path: str) -> list[str]:
    """Every parameter, as the path up to it."""
    return [path[: found.end()] for found in re.finditer(r"\{\w+\}", path)]


@dataclass
class Tenant:
    client: Client
    number: Number
    ids: dict[str, str]


async def tenant(stack: Stack, name: str) -> Tenant:
    """An organization that has one of everything."""
    client = await stack.organization(name)
    number = await stack.connect(client)
    await stack.customer_writes(number, "16505551234", f"for {name}")
    [thread] = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    [message] = (await client.get(f"/v1/phones/{number.id}/conversations/{thread['id']}/messages")).data
    pending = await client.post("/v1/onboarding-links", {"name": name})
    hook = {"url": stack.receiver.url + f"/{name}", "events": ["*"], "secret": SECRET}
    webhook = await client.post("/v1/outgoing-webhooks", hook)
    linked = (await client.get(f"/v1/onboarding-links/{number.link_id}")).data["outgoingWebhookId"]
    replay = await client.post(f"/v1/outgoing-webhooks/{linked}/replay", BODIES[CreateReplay])
    [delivery, *_] = (await client.get(f"/v1/outgoing-webhooks/{linked}/logs")).data
    ids = {
        "pending link": pending.data["id"], "completed link": number.link_id, "webhook": webhook.data["id"],
        "linked webhook": linked, "delivery": delivery["id"], "replay": replay.data["id"],
        "phone": number.id, "conversation": thread["id"],
        "media": (await client.post(f"/v1/phones/{number.id}/media", data=_form())).data["id"],
        "wamid": message["wamid"], "message": message["id"],
        "inbox link": (
            await client.post("/v1/shared-inbox-links", {"phoneNumberId": number.id, "name": name})
        ).data["id"],
        "key": (await client.post("/v1/api-keys", {"name": "Shop"})).data["id"],
        "waba": (await client.get(f"/v1/phones/{number.id}")).data["wabaId"],
    }  # fmt: skip
    return Tenant(client, number, ids)


@pytest.fixture(scope="module")
async def acme(stack: Stack) -> Tenant:
    return await tenant(stack, "Acme")


@pytest.fixture(scope="module")
async def rival(stack: Stack) -> Tenant:
    return await tenant(stack, "Rival")


def _form() -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", b"%PDF-1.7", filename="a.pdf", content_type="application/pdf")
    return form


async def called(route: Route, client: Client, path: str) -> Any:
    return await client.call(route.method, path, None if route.body is None else BODIES[route.body])


def paths(route: Route, own: dict[str, str], last: list[str]) -> list[str]:
    """The route's path with the caller's own ids, but the last one out of `last`."""
    names = parameters(route.path)
    path = route.path
    for name in names[:-1]:
        path = path.replace(name[name.rindex("{") :], own[NOUNS[name][0]])
    return [path.replace(names[-1][names[-1].rindex("{") :], id_) for id_ in last]


def test_every_parameter_of_every_route_is_a_noun_of_these_tests() -> None:
    assert {name for route in WITH_IDS for name in parameters(route.path)} == set(NOUNS)
    assert {route.body for route in ROUTES if route.body is not None} == set(BODIES)
    assert len(WITH_IDS) >= 9


@pytest.mark.parametrize("route", WITH_IDS, ids=named)
async def test_a_foreign_id_is_404_just_as_one_that_nobody_has(
    stack: Stack, acme: Tenant, rival: Tenant, route: Route
) -> None:
    last = parameters(route.path)[-1]
    nobody = NOBODY.get(last[last.rindex("{") :], str(uuid4()))
    [unknown] = paths(route, acme.ids, [nobody])
    expected = await called(route, acme.client, unknown)
    assert expected.status == 404 and set(expected.body) == {"error"} and set(expected.error) == {"message", "code"}
    for noun in NOUNS[last]:
        foreign = rival.ids[noun]
        [path] = paths(route, acme.ids, [foreign])
        answer = await called(route, acme.client, path)
        assert answer.status == 404, f"{noun}: {answer.body}"
        assert answer.error["code"] == "NOT_FOUND"
        assert answer.error["message"] == expected.error["message"].replace(nobody, foreign)


@pytest.mark.parametrize("malformed", ["x", "1", "0" * 37, "%27%20or%201=1", "%00", "ü", "a" * 2000])
@pytest.mark.parametrize("route", WITH_IDS, ids=named)
async def test_what_is_no_id_is_404_too(acme: Tenant, route: Route, malformed: str) -> None:
    [path] = paths(route, acme.ids, [malformed])
    answer = await called(route, acme.client, path)
    assert answer.status == 404 and answer.error["code"] == "NOT_FOUND"
    assert set(answer.error) == {"message", "code"} and len(answer.error["message"]) < 200


@pytest.mark.parametrize("route", [route for route in WITH_IDS if route.path.count("{") > 1], ids=named)
async def test_own_and_foreign_ids_do_not_mix(acme: Tenant, rival: Tenant, route: Route) -> None:
    mixed = paths(route, rival.ids, [acme.ids[noun] for noun in NOUNS[parameters(route.path)[-1]]])
    mixed += paths(route, rival.ids, [rival.ids[noun] for noun in NOUNS[parameters(route.path)[-1]]])
    for path in mixed:
        assert (await called(route, acme.client, path)).status == 404, path


async def test_a_thread_of_another_number_of_the_same_organization_is_404(stack: Stack, acme: Tenant) -> None:
    second = await stack.connect(acme.client)
    path = f"/v1/phones/{second.id}/conversations/{acme.ids['conversation']}/messages"
    assert (await acme.client.get(path)).status == 404


@pytest.mark.parametrize("route", [route for route in WITHOUT_IDS if route.listed], ids=named)
async def test_lists_hold_ones_own_rows_alone(stack: Stack, acme: Tenant, rival: Tenant, route: Route) -> None:
    newcomer = await stack.organization("Newcomer")
    empty = await newcomer.get(route.path)
    own = 1 if route.path == "/v1/api-keys" else 0  # the key that asks
    assert len(empty.data) == own and empty.body["meta"]["pagination"]["total"] == own
    mine = {row["id"] for row in (await acme.client.get(route.path)).data}
    theirs = {row["id"] for row in (await rival.client.get(route.path)).data}
    assert mine and theirs and not mine & theirs


async def test_after_all_of_this_the_other_organization_is_as_it_was(stack: Stack, acme: Tenant, rival: Tenant) -> None:
    for route in WITH_IDS:
        for noun in NOUNS[parameters(route.path)[-1]]:
            await called(route, acme.client, paths(route, rival.ids, [rival.ids[noun]])[0])
    client, ids = rival.client, rival.ids
    assert (await client.get(f"/v1/onboarding-links/{ids['pending link']}")).status == 200
    for noun in ("webhook", "linked webhook"):
        hook = (await client.get(f"/v1/outgoing-webhooks/{ids[noun]}")).data
        assert hook["isActive"] is True and hook["hasSecret"] is True and hook["previousSecretExpiresAt"] is None
    assert len((await client.get(f"/v1/outgoing-webhooks/{ids['linked webhook']}/replays")).data) == 1
    assert (await client.get(f"/v1/outgoing-webhooks/{ids['webhook']}/logs")).data == []
    link = (await client.get(f"/v1/shared-inbox-links/{ids['inbox link']}")).data
    assert link["name"] == "Rival" and link["status"] == "active" and not any(link["permissions"].values())
    phone = (await client.get(f"/v1/phones/{ids['phone']}")).data
    assert phone["disconnectedAt"] is None and phone["label"] is None and phone["metadata"] is None
    keys = (await client.get("/v1/api-keys")).data
    assert len(keys) == 2 and all(key["revokedAt"] is None for key in keys)
    sent = await stack.sim("GET", f"/sent?phone_number_id={rival.number.meta_id}")
    assert sent["sent"] == []
    [thread] = (await client.get(f"/v1/phones/{ids['phone']}/conversations")).data
    assert thread["id"] == ids["conversation"]
