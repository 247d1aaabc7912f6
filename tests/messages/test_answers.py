"""What Meta's answer to a send says and does not say, and a database that is away just when the answer comes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.messages.tenants import apply, arrival, change, connected, events, rows, runtime, stored, threads
from tests.outage import away
from waypost.domain import outbound
from waypost.domain.outbound import Sent
from waypost.domain.phones import Phone
from waypost.errors import Invalid, UpstreamFailed
from waypost.meta.requests import SendText
from waypost.runtime import Runtime

TO = "5491155551234"
ACCEPTED = {"contacts": [{"wa_id": TO}], "messages": [{"id": "wamid.1"}]}
REFUSED = {"error": {"code": 131030, "message": "(#131030) Not in the list", "type": "OAuthException"}}


async def send(rt: Runtime, phone: Phone) -> Sent:
    return await outbound.send(rt, phone.organization_id, phone.id, SendText(type="text", to=TO, text="x"))


async def nothing() -> None: ...


@asynccontextmanager
async def facing(
    dsn: str, answer: Any, before: Callable[[], Awaitable[Any]] = nothing
) -> AsyncIterator[tuple[Runtime, Phone]]:
    """A tenant whose Graph API gives this JSON to every call, after `before`."""

    async def answered(request: web.Request) -> web.Response:
        await before()
        return web.json_response(answer, status=400 if answer is REFUSED else 200)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answered)
    async with TestServer(app) as server, AsyncExitStack() as made:
        rt = await runtime(made, dsn, str(server.make_url("")).rstrip("/"))
        yield rt, await connected(rt)


async def test_a_meta_that_cannot_be_reached_fails_the_message_at_once(rt: Runtime, phone: Phone) -> None:
    with pytest.raises(UpstreamFailed) as caught:
        await send(rt, phone)
    assert caught.value.status == 502 and "Nothing was sent" in caught.value.message
    [message] = await stored(rt, phone)
    assert (message["status"], {"messageId": str(message["id"])}) == ("failed", caught.value.details)
    assert [event["event"] for event in await events(rt, phone)] == ["message.status_updated"]


async def test_meta_knowing_the_contact_by_another_number_does_not_split_the_conversation(dsn: str) -> None:
    async with facing(dsn, {**ACCEPTED, "contacts": [{"wa_id": "541155551234"}]}) as (rt, phone):
        assert (await send(rt, phone)).wamid == "wamid.1"
        await apply(rt, arrival(phone, "wamid.2", sender="541155551234"), arrival(phone, "wamid.3", sender=TO))
        [thread] = await threads(rt, phone)
    assert (thread["message_count"], thread["contact_phone"]) == (3, TO)


@pytest.mark.parametrize("named", [{}, [], {"messages": []}, {"messages": [{"id": None}]}, {"messages": [{"id": ""}]}])
async def test_an_answer_that_names_no_message_leaves_it_pending(dsn: str, named: Any) -> None:
    async with facing(dsn, named) as (rt, phone):
        with pytest.raises(UpstreamFailed) as caught:
            await send(rt, phone)
        [message] = await stored(rt, phone)
    assert (message["status"], message["wamid"]) == ("pending", None)
    assert caught.value.details == {"messageId": str(message["id"])}


@pytest.mark.parametrize("contact", [{}, {"wa_id": None}, {"wa_id": 5}, {"wa_id": "US.1349"}, {"wa_id": "x"}, None])
async def test_a_contact_without_a_number_teaches_no_alias(dsn: str, contact: Any) -> None:
    async with facing(dsn, {**ACCEPTED, "contacts": [contact]}) as (rt, phone):
        await send(rt, phone)
        query = "select alias from contact_aliases where organization_id = $1"
        assert await rows(rt, query, phone.organization_id) == [{"alias": f"wa:{TO}"}]


async def test_an_outcome_is_written_when_the_database_is_back(dsn: str) -> None:
    async with AsyncExitStack() as made:
        gone = await made.enter_async_context(AsyncExitStack())

        async def fail() -> None:
            await gone.enter_async_context(away(dsn))
            asyncio.get_running_loop().call_later(0.4, lambda: returning.append(asyncio.ensure_future(gone.aclose())))

        returning: list[asyncio.Future[None]] = []
        rt, phone = await made.enter_async_context(facing(dsn, ACCEPTED, fail))
        assert (await send(rt, phone)).wamid == "wamid.1"
        await asyncio.gather(*returning)
        [message] = await stored(rt, phone)
        assert (message["status"], message["wamid"]) == ("sent", "wamid.1")
        assert [event["event"] for event in await events(rt, phone)] == ["message.sent"]


async def test_a_database_that_stays_away_hides_neither_a_refusal_nor_an_unknown_outcome(dsn: str) -> None:
    async with AsyncExitStack() as made:
        gone, both = await made.enter_async_context(AsyncExitStack()), asyncio.Barrier(2)

        async def fail() -> None:
            if await both.wait() == 0:
                await gone.enter_async_context(away(dsn))
            await both.wait()

        refused, first = await made.enter_async_context(facing(dsn, REFUSED, fail))
        accepted, second = await made.enter_async_context(facing(dsn, ACCEPTED, fail))
        answers = await asyncio.gather(send(refused, first), send(accepted, second), return_exceptions=True)
        assert isinstance(answers[0], Invalid) and answers[0].details["meta"]["code"] == 131030
        assert isinstance(answers[1], UpstreamFailed) and "stays pending" in answers[1].message
        await gone.aclose()
        [message] = await stored(accepted, second)
        assert message["status"] == "pending"
        await apply(accepted, change(second, "wamid.1", "delivered", opaque=str(message["id"])))
        told = [event["event"] for event in await events(accepted, second)]
        assert told == ["message.sent", "message.status_updated"]
