"""The callback of the hosted page: what it takes, how it answers, and Meta's calls behind it in their order."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.domain.signup_graph import Tape, link_of, seen, steps_of
from tests.stack import Client, Stack


@pytest.fixture
async def client(stack: Stack) -> Client:
    return await stack.organization()


async def post(stack: Stack, link_id: str, data: Any, **kwargs: Any) -> Any:
    url = f"{stack.url}/signup/{link_id}/callback"
    async with stack.session.post(url, data=data, allow_redirects=False, **kwargs) as answer:
        raw = await answer.read()
        is_json = answer.content_type == "application/json"
        return answer.status, json.loads(raw) if is_json else raw.decode(), answer.headers


async def test_every_step_is_taken_once_and_in_order(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {"name": "Corner Bakery"})
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.status == 200
    assert tape.calls == steps_of(signup)
    world = await stack.sim("GET", "/world")
    [phone] = [each for each in world["phones"] if each["id"] == signup["phone_number_id"]]
    [waba] = [each for each in world["wabas"] if each["id"] == signup["waba_id"]]
    link = await seen(client, link)
    assert waba["subscribed"] and phone["registered"]
    assert (
        phone["override"] == link["webhookUrl"] == f"{stack.rt.config.public_url}/webhook/phone/{link['phoneNumberId']}"
    )


async def test_the_answer_in_json_is_status_message_and_redirect(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client, externalId="customer-123", redirectUrl="https://myapp.test/done")
    signup = await stack.sim("POST", "/signups", {})
    body = (await stack.complete(link["id"], signup["code"])).body
    number = (await seen(client, link))["phoneNumber"]
    assert body == {
        "data": {
            "status": "success",
            "message": f"{number} is connected.",
            "redirectTo": f"https://myapp.test/done?onboarding_link_id={link['id']}"
            "&external_id=customer-123&status=success",
        }
    }


async def test_without_a_redirect_address_redirectto_is_null(stack: Stack, tape: Tape, client: Client) -> None:
    signup = await stack.sim("POST", "/signups", {})
    answer = await stack.complete((await link_of(client))["id"], signup["code"])
    assert answer.data["status"] == "success" and answer.data["redirectTo"] is None


async def test_a_form_is_answered_with_303_to_the_finished_address(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client, redirectUrl="https://myapp.test/done?tenant=7#part")
    signup = await stack.sim("POST", "/signups", {})
    status, _, headers = await post(stack, link["id"], {"code": signup["code"], "waba_id": signup["waba_id"]})
    where = urlsplit(headers["Location"])
    assert status == 303 and where.fragment == "part" and where.netloc == "myapp.test"
    assert parse_qsl(where.query) == [("tenant", "7"), ("onboarding_link_id", link["id"]), ("status", "success")]
    assert (await seen(client, link))["status"] == "completed"


async def test_a_failed_form_is_sent_back_with_a_brief_error(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client, redirectUrl="https://myapp.test/done", externalId="c 1/ä")
    status, _, headers = await post(stack, link["id"], {"code": "never-minted"})
    query = dict(parse_qsl(urlsplit(headers["Location"]).query))
    assert status == 303 and query.pop("error").startswith("Meta refused a step of the signup (code 100)")
    assert query == {"onboarding_link_id": link["id"], "external_id": "c 1/ä", "status": "error"}
    assert "error=Meta+refused" in headers["Location"]


async def test_a_form_without_redirect_address_shows_the_outcome_on_the_page(
    stack: Stack, tape: Tape, client: Client
) -> None:
    link = await link_of(client)
    refused, page, headers = await post(stack, link["id"], {"code": "never-minted"})
    assert refused == 200 and "Meta refused a step of the signup" in page
    assert "script-src" in headers["Content-Security-Policy"]
    signup = await stack.sim("POST", "/signups", {})
    done, page, _ = await post(stack, link["id"], {"code": signup["code"]})
    assert done == 200 and "is connected." in page


BAD: list[tuple[Any, int, str | None]] = [
    ({}, 400, "code"),
    ({"code": None}, 400, "code"),
    ({"code": 7}, 400, "code"),
    ({"code": ""}, 400, "code"),
    ({"code": "x" * 4097}, 400, "code"),
    ({"code": "x", "event": 1}, 400, "event"),
    ({"code": "x", "data": []}, 400, "data"),
    ([], 400, "body"),
    (b"{", 400, None),
    (b"", 400, None),
    (b"\xff", 400, None),
    ({"code": "x", "data": {"junk": "y" * 33_000}}, 413, None),
]


@pytest.mark.parametrize(("body", "status", "field"), BAD, ids=lambda value: repr(value)[:40])
async def test_a_malformed_callback_is_refused_and_reaches_nobody(
    stack: Stack, tape: Tape, client: Client, body: Any, status: int, field: str | None
) -> None:
    link = await link_of(client)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    code, told, _ = await post(stack, link["id"], raw, headers={"Content-Type": "application/json"})
    assert code == status
    assert field is None or told["error"]["details"][0]["field"] == field
    assert tape.calls == [] and (await seen(client, link))["lastError"] is None


@pytest.mark.parametrize("form", [b"", b"code=", b"event=CANCEL", b"code=%ff%fe", b"a=1&" * 30 + b"code=x"])
async def test_a_form_without_a_usable_code_reaches_nobody(
    stack: Stack, tape: Tape, client: Client, form: bytes
) -> None:
    link = await link_of(client)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, told, _ = await post(stack, link["id"], form, headers=headers)
    if form.startswith(b"code=%ff"):  # not a code of Meta's, but text
        assert status == 200 and "Meta refused" in told
    else:
        assert status == 400 and told["error"]["code"] == "VALIDATION_ERROR"
        assert tape.calls == []


@pytest.mark.parametrize("link_id", ["", "not-a-uuid", "00000000-0000-4000-8000-000000000000"])
async def test_an_unknown_link_is_404_and_no_code_is_spent(stack: Stack, tape: Tape, link_id: str) -> None:
    status, told, _ = await post(stack, link_id, json.dumps({"code": "x"}))
    assert status == 404 and told["error"]["code"] == "NOT_FOUND"
    assert tape.calls == []


async def test_a_deleted_link_is_404(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    await client.delete(f"/v1/onboarding-links/{link['id']}")
    signup = await stack.sim("POST", "/signups", {})
    assert (await stack.complete(link["id"], signup["code"])).status == 404
    assert tape.calls == []


async def test_a_completed_link_takes_no_further_code(stack: Stack, tape: Tape, client: Client) -> None:
    number = await stack.connect(client, redirectUrl="https://myapp.test/done")
    tape.calls.clear()
    signup = await stack.sim("POST", "/signups", {})
    answer = await stack.complete(number.link_id, signup["code"])
    assert answer.data == {"status": "error", "message": "This link was used already.", "redirectTo": None}
    assert tape.calls == []


async def test_what_meta_adds_to_the_callback_is_ignored(stack: Stack, tape: Tape, client: Client) -> None:
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    data = {"waba_id": int(signup["waba_id"]), "phone_number_id": ["1"], "business_id": None, "new": {"x": 1}}
    answer = await stack.complete(link["id"], signup["code"], event="FINISH", data=data, version="3", type="WA")
    assert answer.data["status"] == "success"
