"""What must never be readable: tokens, webhook secrets, PINs, codes and keys, neither in a table nor in a log line."""

import io
import sys
from collections.abc import Iterator

import pytest

from tests.domain.signup_graph import Tape, json_answer, link_of, refusal, seen, signup_row, token_and_pin
from tests.stack import APP_SECRET, SECRET, Stack
from waypost import logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile."""
    written = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        logs.configure("json")
        yield written
    logs.configure("json")


async def everything(stack: Stack) -> str:
    """Every row of every table as text; bytes appear as hex."""
    async with stack.rt.pool.connection() as conn:
        tables = await conn.fetch("select tablename from pg_tables where schemaname = 'public'")
        rows = [await conn.fetch(f'select t::text as text from "{table["tablename"]}" t') for table in tables]
    assert len(rows) > 15
    return "\n".join(row["text"] for found in rows for row in found)


def appears(text: str, secret: str) -> bool:
    return secret in text or secret.encode().hex() in text


async def test_no_secret_is_readable_in_any_table(stack: Stack, tape: Tape) -> None:
    client = await stack.organization()
    pending = await link_of(client, webhookUrl=stack.receiver.url, webhookEvents=["*"], webhookSecret=SECRET)
    assert pending["webhookSecret"] == SECRET
    webhook = await client.post(
        "/v1/outgoing-webhooks", {"url": stack.receiver.url, "events": ["*"], "secret": SECRET + "-of-the-webhook"}
    )
    assert webhook.status == 201
    number = await stack.connect(client)
    await stack.receiver.wait_event(number.path, "phone_number.connected")
    signup = await stack.sim("POST", "/signups", {})
    await stack.complete(pending["id"], signup["code"])
    token, pin = await token_and_pin(stack.rt, number.id)
    text = await everything(stack)
    assert number.meta_id in text and "customer-123" in text, "the dump shows what is stored openly"
    for secret in (token, SECRET, client.key, signup["code"], APP_SECRET):
        assert not appears(text, secret)
    assert pin is not None and f",{pin}," not in text and pin.encode().hex() not in text


async def test_an_ended_signup_keeps_no_token(stack: Stack, tape: Tape) -> None:
    client = await stack.organization()
    number = await stack.connect(client)
    assert (await signup_row(stack.rt, number.link_id))["token"] is None
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    tape.scripts[f"POST {signup['waba_id']}/subscribed_apps"] = refusal(200)
    await stack.complete(link["id"], signup["code"])
    row = await signup_row(stack.rt, link["id"])
    assert row["state"] == "failed" and row["token"] is None


async def test_two_seals_of_one_token_differ(stack: Stack, tape: Tape) -> None:
    client = await stack.organization()
    link = [
        await link_of(client, webhookUrl=stack.receiver.url, webhookEvents=["*"], webhookSecret=SECRET) for _ in "ab"
    ]
    async with stack.rt.pool.connection() as conn:
        sealed = await conn.fetch(
            "select webhook_secret from onboarding_links where id = any($1::uuid[])", [each["id"] for each in link]
        )
    assert len({row["webhook_secret"] for row in sealed}) == 2


async def test_no_secret_is_logged_on_the_good_way_nor_on_the_bad_ones(
    stack: Stack, tape: Tape, lines: io.StringIO
) -> None:
    client = await stack.organization()
    number = await stack.connect(client)
    token, pin = await token_and_pin(stack.rt, number.id)
    codes = []
    for call, script in {
        "POST {waba_id}/subscribed_apps": refusal(200, "Permissions error"),
        "POST {phone_number_id}/register": refusal(133005, "PIN mismatch"),
        "GET {waba_id}/phone_numbers": json_answer({"data": 5}),  # nothing that anybody foresaw
        "GET {phone_number_id}": refusal(2, "Service temporarily unavailable", 503),
    }.items():
        link = await link_of(client, webhookUrl=stack.receiver.url, webhookEvents=["*"], webhookSecret=SECRET)
        signup = await stack.sim("POST", "/signups", {})
        codes.append(signup["code"])
        tape.scripts[call.format(**signup)] = script
        answer = await stack.complete(link["id"], signup["code"])
        assert answer.status in (200, 500)
    written = lines.getvalue()
    assert '"event": "signup.completed"' in written and '"event": "signup.stopped"' in written
    assert "signup.failed" in written and "TypeError" in written, "a traceback was among them"
    for secret in (token, SECRET, client.key, APP_SECRET, *codes):
        assert secret not in written
    assert f'"{pin}"' not in written and f"'{pin}'" not in written


async def test_an_answer_of_meta_that_nobody_foresaw_is_a_500_without_internals(stack: Stack, tape: Tape) -> None:
    client = await stack.organization()
    link = await link_of(client)
    signup = await stack.sim("POST", "/signups", {})
    tape.scripts[f"GET {signup['waba_id']}/phone_numbers"] = json_answer({"data": 5})
    answer = await stack.complete(link["id"], signup["code"])
    assert answer.status == 500
    assert answer.body == {
        "error": {"code": "INTERNAL_ERROR", "message": "Something went wrong here. Please try again later."}
    }
    tape.scripts.clear()
    assert (await seen(client, link))["status"] == "pending"
