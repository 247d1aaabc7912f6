"""Accounts over the API with the simulator: keys, the organization, WABAs, phones, health, templates, disconnecting."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.stack import Answer, Client, Number, Stack

PATIENCE = 15.0


async def until(look: Callable[[], Awaitable[Any]], wanted: Callable[[Any], bool]) -> Any:
    """What a look finally shows; fails with the last one."""
    deadline = time.monotonic() + PATIENCE
    while not wanted(found := await look()):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)
    return found


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization("Acme")


@pytest.fixture
async def number(stack: Stack, client: Client) -> Number:
    return await stack.connect(client, metadata={"plan": "gold"})


async def health(client: Client, number: Number) -> dict[str, Any]:
    return dict((await client.get(f"/v1/phones/{number.id}/health")).data)


def able(told: dict[str, Any]) -> list[bool]:
    have = told["capabilities"]
    return [have["canReceiveMessages"], have["canSendMessages"], have["canSendTemplates"]]


# Keys and the organization


async def test_the_organization_is_the_keys_own(stack: Stack, client: Client) -> None:
    told = (await client.get("/v1/organization")).data
    assert told["id"] == str(client.organization_id) and told["name"] == "Acme" and told["isSuspended"] is False


async def test_a_key_is_shown_once_works_and_ends_when_revoked(stack: Stack, client: Client) -> None:
    made = await client.post("/v1/api-keys", {"name": " Shop ", "scopes": ["read"]})
    assert made.status == 201 and made.data["name"] == "Shop" and made.data["scopes"] == ["read"]
    key, id_ = made.data["apiKey"], made.data["id"]
    shop = Client(client.base, client.session, client.organization_id, key)
    assert (await shop.get("/v1/phones")).status == 200
    assert (await shop.get("/v1/api-keys")).status == 403, "keys are for scope manage"
    listed = (await client.get("/v1/api-keys")).data
    assert listed[0]["id"] == id_ and key not in str(listed) and listed[0]["hint"] == key[-4:]
    for _ in range(2):
        gone = await client.delete(f"/v1/api-keys/{id_}")
        assert gone.status == 200 and gone.data == {"id": id_, "deleted": True}
    assert (await shop.get("/v1/phones")).status == 401
    assert (await client.get("/v1/api-keys")).data[0]["revokedAt"] is not None


async def test_a_key_grants_at_most_what_it_has_and_cannot_end_itself(stack: Stack, client: Client) -> None:
    narrow = await stack.with_scopes(client, "read", "manage")
    refused = await narrow.post("/v1/api-keys", {"scopes": ["read", "send"]})
    assert refused.status == 403 and "`send`" in refused.error["message"]
    assert (await narrow.post("/v1/api-keys", {})).data["scopes"] == ["read", "manage"]
    own = next(key for key in (await narrow.get("/v1/api-keys")).data if key["hint"] == narrow.key[-4:])
    kept = await narrow.delete(f"/v1/api-keys/{own['id']}")
    assert kept.status == 400 and "another one" in kept.error["message"]
    assert (await narrow.get("/v1/organization")).status == 200


BAD_KEYS = [
    ({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"name": 7}, "name"), ({"name": "a\x00"}, "name"),
    ({"scopes": []}, "scopes"), ({"scopes": ["admin"]}, "scopes[0]"), ({"scopes": "read"}, "scopes"),
    ({"key": "mine"}, "key"), ([], "body"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field"), BAD_KEYS)
async def test_a_bad_key_is_refused_with_its_field(client: Client, body: Any, field: str) -> None:
    before = (await client.get("/v1/api-keys")).body["meta"]["pagination"]["total"]
    refused = await client.post("/v1/api-keys", body)
    assert refused.status == 400 and refused.fields == [field], refused.body
    assert (await client.get("/v1/api-keys")).body["meta"]["pagination"]["total"] == before


SCOPES = [
    ("GET", "/v1/organization", "read"), ("GET", "/v1/api-keys", "manage"), ("POST", "/v1/api-keys", "manage"),
    ("DELETE", "/v1/api-keys/{id}", "manage"), ("GET", "/v1/wabas", "read"), ("GET", "/v1/wabas/{id}", "read"),
    ("GET", "/v1/phones", "read"), ("GET", "/v1/phones/{id}", "read"), ("PATCH", "/v1/phones/{id}", "manage"),
    ("DELETE", "/v1/phones/{id}", "manage"), ("GET", "/v1/phones/{id}/health", "read"),
    ("GET", "/v1/phones/{id}/templates", "read"), ("POST", "/v1/phones/{id}/templates/sync", "send"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "scope"), SCOPES)
async def test_each_call_needs_its_scope(stack: Stack, client: Client, method: str, path: str, scope: str) -> None:
    others = [each for each in ("read", "send", "manage") if each != scope]
    answer = await (await stack.with_scopes(client, *others)).call(method, path.replace("{id}", "x"), {})
    assert answer.status == 403 and f"`{scope}`" in answer.error["message"]


@pytest.mark.parametrize("path", ["/v1/api-keys", "/v1/wabas", "/v1/phones"])
async def test_lists_are_paged_newest_first(stack: Stack, path: str) -> None:
    client = await stack.organization("Pages")
    for _ in range(3):
        await (client.post("/v1/api-keys", {}) if path == "/v1/api-keys" else stack.connect(client))
    synced = "createdAt" if path == "/v1/api-keys" else "lastSyncedAt"  # what a sync writes must not change meanwhile
    whole = await until(lambda: client.get(path), lambda answer: all(row[synced] for row in answer.data))
    total = whole.body["meta"]["pagination"]["total"]
    assert total == len(whole.data) >= 3
    assert [row["createdAt"] for row in whole.data] == sorted((row["createdAt"] for row in whole.data), reverse=True)
    second = await client.get(f"{path}?page=2&limit=2")
    assert second.data == whole.data[2:4] and second.body["meta"]["pagination"]["hasMore"] is (total > 4)
    assert (await client.get(f"{path}?page=9")).data == []
    assert (await client.get(f"{path}?limit=0")).fields == ["limit"]


# Phones and WABAs


async def test_a_phone_and_its_waba_as_they_are_told(stack: Stack, client: Client, number: Number) -> None:
    phone = (await client.get(f"/v1/phones/{number.id}")).data
    assert phone["phoneNumber"] == number.number and phone["metaPhoneNumberId"] == number.meta_id
    assert phone["externalId"] == "customer-123" and phone["metadata"] == {"plan": "gold"} and phone["label"] is None
    assert phone["isPhoneRegistered"] is True and phone["disconnectedAt"] is None and phone["messagesPerSecond"] == 80
    told = await until(
        lambda: client.get(f"/v1/phones/{number.id}"), lambda answer: answer.data["lastSyncedAt"] is not None
    )
    assert told.data["status"] == "CONNECTED" and told.data["qualityRating"] == "GREEN"
    waba = await until(
        lambda: client.get(f"/v1/wabas/{phone['wabaId']}"), lambda answer: answer.data["lastSyncedAt"] is not None
    )
    assert waba.data["isSubscribed"] is True and waba.data["reviewStatus"] == "APPROVED" and waba.data["notices"] == []
    assert waba.data["tokenError"] is None and "token" not in waba.data
    assert [each["id"] for each in (await client.get("/v1/wabas")).data] == [phone["wabaId"]]


async def test_phones_of_one_waba(stack: Stack, client: Client, number: Number) -> None:
    other = await stack.connect(client)
    waba_id = (await client.get(f"/v1/phones/{other.id}")).data["wabaId"]
    found = await client.get(f"/v1/phones?wabaId={waba_id}")
    assert [row["id"] for row in found.data] == [other.id] and found.body["meta"]["pagination"]["total"] == 1
    assert (await client.get("/v1/phones?wabaId=x")).fields == ["wabaId"]
    unknown = await client.get("/v1/phones?wabaId=00000000-0000-4000-8000-000000000000")
    assert unknown.data == [] and unknown.body["meta"]["pagination"]["total"] == 0


async def test_a_phone_is_labelled_and_cleared(client: Client, number: Number) -> None:
    path = f"/v1/phones/{number.id}"
    assert (await client.patch(path, {"label": " Front desk "})).data["label"] == "Front desk"
    changed = (await client.patch(path, {"metadata": {"room": [1, None]}})).data
    assert changed["label"] == "Front desk" and changed["metadata"] == {"room": [1, None]}
    assert (await client.patch(path, {})).data["metadata"] == {"room": [1, None]}
    cleared = (await client.patch(path, {"label": None, "metadata": None})).data
    assert cleared["label"] is None and cleared["metadata"] is None
    assert (await client.get(path)).data["label"] is None


BAD_PATCHES: list[tuple[Any, str]] = [
    ({"label": ""}, "label"), ({"label": "x" * 201}, "label"), ({"label": 7}, "label"), ({"label": "\x00"}, "label"),
    ({"metadata": []}, "metadata"), ({"metadata": {"a": "x" * 16384}}, "metadata"), ({"status": "CONNECTED"}, "status"),
    ({"label": "fine", "metadata": "x"}, "metadata"), ({"label": "fine", "externalId": "x"}, "externalId"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field"), BAD_PATCHES)
async def test_a_bad_change_is_refused_and_nothing_is_half_applied(
    client: Client, number: Number, body: Any, field: str
) -> None:
    path = f"/v1/phones/{number.id}"
    before = (await client.get(path)).data
    refused = await client.patch(path, body)
    assert refused.status == 400 and refused.fields == [field], refused.body
    after = (await client.get(path)).data
    assert (after["label"], after["metadata"]) == (before["label"], before["metadata"])


# Health


async def test_health_is_ready_after_connecting(client: Client, number: Number) -> None:
    told = await health(client, number)
    assert able(told) == [True, True, True], told
    told = await until(lambda: health(client, number), lambda told: told["lastSyncedAt"] is not None)
    assert [each for each in told["checks"] if not each["ok"]] == []


async def test_a_later_call_tells_what_changed_at_meta(stack: Stack, client: Client, number: Number) -> None:
    await until(lambda: health(client, number), lambda told: told["lastSyncedAt"] is not None)
    await stack.sim("POST", f"/phones/{number.meta_id}", {"status": "BANNED"})
    told = await until(lambda: health(client, number), lambda told: able(told) == [False, False, False])
    assert "banned" in next(each["message"] for each in told["checks"] if each["name"] == "status")
    await stack.sim("POST", f"/phones/{number.meta_id}", {"status": None})
    await until(lambda: health(client, number), lambda told: able(told) == [True, True, True])


async def test_a_revoked_token_shows(stack: Stack, client: Client, number: Number) -> None:
    waba_id = (await client.get(f"/v1/phones/{number.id}")).data["wabaId"]
    meta_waba = (await client.get(f"/v1/wabas/{waba_id}")).data["metaWabaId"]
    await stack.sim("POST", f"/wabas/{meta_waba}", {"tokens": "revoked"})
    told = await until(lambda: health(client, number), lambda told: able(told)[1:] == [False, False])
    assert next(each for each in told["checks"] if each["name"] == "token")["ok"] is False
    assert (await client.get(f"/v1/wabas/{waba_id}")).data["tokenError"] is not None


async def test_a_registration_refused_at_the_signup_is_made_up_for_behind_it(stack: Stack, client: Client) -> None:
    refused = {"phones.register": {"code": 133015, "count": 1}}
    await stack.sim("POST", "/faults", {"fail": refused})
    number = await stack.connect(client)
    await stack.sim("DELETE", "/faults")
    told = await health(client, number)
    found = next(each for each in told["checks"] if each["name"] == "registration")
    assert able(told) == [False] * 3 and "133015" in found["message"] and "tried again" in found["fix"]
    async with stack.rt.pool.connection() as conn:  # five minutes pass
        await conn.execute("update phones set register_at = now() where meta_phone_number_id = $1", number.meta_id)
    await until(lambda: health(client, number), lambda told: able(told) == [True] * 3)
    phone = (await client.get(f"/v1/phones/{number.id}")).data
    assert phone["isPhoneRegistered"] is True and phone["registrationError"] is None


# Templates


async def templates(client: Client, number: Number, query: str = "") -> Answer:
    return await client.get(f"/v1/phones/{number.id}/templates{query}")


async def test_templates_are_there_after_connecting_and_anew_on_demand(
    stack: Stack, client: Client, number: Number
) -> None:
    listed = await until(lambda: templates(client, number), lambda answer: bool(answer.data))
    names = [row["name"] for row in listed.data]
    assert "order_update" in names and names == sorted(names)
    one = next(row for row in listed.data if row["name"] == "order_update")
    assert one["status"] == "APPROVED" and one["components"][0]["type"] == "BODY" and one["id"].isdigit()
    waba_id = (await client.get(f"/v1/phones/{number.id}")).data["wabaId"]
    meta_waba = (await client.get(f"/v1/wabas/{waba_id}")).data["metaWabaId"]
    wish = {"name": "aaa_new", "components": [{"type": "BODY", "text": "New"}], "waba_id": meta_waba}
    await stack.sim("POST", "/templates", wish)
    synced = await client.post(f"/v1/phones/{number.id}/templates/sync")
    assert synced.status == 200 and synced.data["templates"] == len(names) + 1
    assert (await templates(client, number)).data[0]["name"] == "aaa_new"
    page = await templates(client, number, "?page=2&limit=1")
    assert page.body["meta"]["pagination"]["total"] == len(names) + 1 and len(page.data) == 1
    approved = await templates(client, number, "?status=approved&name=aaa_new&language=en_US&category=UTILITY")
    assert [row["name"] for row in approved.data] == ["aaa_new"]
    assert (await templates(client, number, "?name=%00")).fields == ["name"]
    assert (await templates(client, number, "?language=xx")).data == []


# Disconnecting


async def test_disconnecting_keeps_history_and_ends_the_rest(stack: Stack, client: Client, number: Number) -> None:
    await stack.customer_writes(number, "16505551234", "before")
    path = f"/v1/phones/{number.id}"
    first, again = await client.delete(path), await client.delete(path)
    assert (
        first.status == again.status == 200 and first.data["disconnectedAt"] == again.data["disconnectedAt"] is not None
    )
    assert (await client.get(path)).data["disconnectedAt"] == first.data["disconnectedAt"]
    [thread] = (await client.get(f"{path}/conversations")).data
    assert len((await client.get(f"{path}/conversations/{thread['id']}/messages")).data) == 1
    refused = await client.post(f"{path}/messages", {"type": "text", "to": "16505551234", "text": "Hello!"})
    assert refused.status == 404 and (await stack.sim("GET", f"/sent?phone_number_id={number.meta_id}"))["sent"] == []
    told = await health(client, number)
    assert able(told) == [False, False, False]

    async def world() -> tuple[Any, Any]:
        seen = await stack.sim("GET", "/world")
        phone = next(each for each in seen["phones"] if each["id"] == number.meta_id)
        return phone["override"], next(each for each in seen["wabas"] if each["id"] == phone["waba_id"])["subscribed"]

    await until(world, lambda found: found == (None, False))


async def test_a_waba_stays_subscribed_while_another_number_of_it_is_connected(stack: Stack, client: Client) -> None:
    first = await stack.connect(client)
    waba_id = (await client.get(f"/v1/phones/{first.id}")).data["wabaId"]
    meta_waba = (await client.get(f"/v1/wabas/{waba_id}")).data["metaWabaId"]
    link = (await client.post("/v1/onboarding-links", {"name": "Second"})).data
    signup = await stack.sim("POST", "/signups", {"waba": meta_waba})
    hints = {"phone_number_id": signup["phone_number_id"]}
    assert (await stack.complete(link["id"], signup["code"], data=hints)).data["status"] == "success"
    assert len((await client.get(f"/v1/phones?wabaId={waba_id}")).data) == 2
    await client.delete(f"/v1/phones/{first.id}")

    async def override() -> Any:
        phones = (await stack.sim("GET", "/world"))["phones"]
        return next(each for each in phones if each["id"] == first.meta_id)["override"]

    await until(override, lambda found: found is None)
    wabas = (await stack.sim("GET", "/world"))["wabas"]
    assert next(each for each in wabas if each["id"] == meta_waba)["subscribed"] is True


async def test_a_new_link_revives_the_same_phone(stack: Stack, client: Client, number: Number) -> None:
    path = f"/v1/phones/{number.id}"
    meta_waba = (await client.get(f"/v1/wabas/{(await client.get(path)).data['wabaId']}")).data["metaWabaId"]
    await client.delete(path)
    link = (await client.post("/v1/onboarding-links", {"name": "Again"})).data
    code = (await stack.sim("POST", "/signups", {"waba": meta_waba, "with_phone": False}))["code"]
    hints = {"phone_number_id": number.meta_id}
    assert (await stack.complete(link["id"], code, data=hints)).data["status"] == "success"
    assert (await client.get(path)).data["disconnectedAt"] is None
    listed = await client.get("/v1/phones")
    assert [row["id"] for row in listed.data] == [number.id] and listed.body["meta"]["pagination"]["total"] == 1
    await until(lambda: health(client, number), lambda told: told["lastSyncedAt"] and able(told) == [True] * 3)
    wabas = (await stack.sim("GET", "/world"))["wabas"]
    assert next(each for each in wabas if each["id"] == meta_waba)["subscribed"] is True
