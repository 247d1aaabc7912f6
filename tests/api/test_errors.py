"""The error envelope wherever a call can end badly, and that a failure of ours tells nothing of the inside."""

from collections.abc import AsyncIterator

import pytest

from tests.stack import Client, Stack, running


@pytest.fixture(scope="module")
async def stack(dsn: str) -> AsyncIterator[Stack]:
    """Without workers: tables go missing here."""
    async with running(dsn, workers=False) as made:
        yield made


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return await stack.organization()


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/phones", "/v1/onboarding-link", "/v1/phones/x/y", "/favicon.ico", "/é"]
)
async def test_an_unknown_path_is_404_in_the_envelope(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status == 404 and set(answer.body) == {"error"}
    assert answer.error["code"] == "NOT_FOUND" and answer.error["message"].startswith("There is nothing at /")


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/v1/onboarding-links"), ("PATCH", "/v1/onboarding-links/x"), ("DELETE", "/v1/phones/x/messages"),
     ("GET", "/v1/phones/x/messages"), ("POST", "/openapi.json"), ("DELETE", "/health/live")],
)  # fmt: skip
async def test_a_wrong_method_is_405_and_says_what_is_allowed(client: Client, method: str, path: str) -> None:
    answer = await client.call(method, path)
    assert answer.status == 405 and answer.error["message"] == f"{method} is not possible here."
    assert answer.headers["Allow"] and method not in answer.headers["Allow"]


async def test_a_failure_of_ours_is_500_and_tells_nothing_of_the_inside(stack: Stack, client: Client) -> None:
    async with stack.rt.pool.connection() as conn:
        await conn.execute("alter table outgoing_webhooks rename to outgoing_webhooks_away")
    try:
        answer = await client.get("/v1/outgoing-webhooks")
        posted = await client.post("/v1/outgoing-webhooks", {"url": "https://a.example/", "events": ["*"]})
    finally:
        async with stack.rt.pool.connection() as conn:
            await conn.execute("alter table outgoing_webhooks_away rename to outgoing_webhooks")
    sentence = "Something went wrong here. The call was logged; try again later."
    assert answer.status == posted.status == 500
    assert answer.body == posted.body == {"error": {"message": sentence, "code": "INTERNAL_ERROR"}}
    assert (await client.get("/v1/outgoing-webhooks")).status == 200, "and the connection is sound again"


async def test_no_transaction_is_left_open_by_what_failed(stack: Stack, client: Client) -> None:
    for body in ({"name": ""}, {"name": "x", "redirectUrl": "x"}):
        await client.post("/v1/onboarding-links", body)
    await client.delete("/v1/onboarding-links/00000000-0000-4000-8000-000000000000")
    async with stack.rt.pool.connection() as conn:
        idle = await conn.fetchval(
            "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in trans%'"
        )
    assert idle == 0


async def test_a_database_that_is_away_is_503_with_retry_after(dsn: str) -> None:
    async with running(dsn, workers=False) as apart:
        client = await apart.organization()
        apart.rt.pool.patience = 0.2
        await apart.rt.pool.close()  # no connection can be had from now on
        apart.rt.pool.size = 0
        answer = await client.get("/v1/onboarding-links")
        assert answer.status == 503 and answer.headers["Retry-After"] == "2"
        assert answer.error["code"] == "INTERNAL_ERROR" and "database" in answer.error["message"]
        assert (await client.get("/health/live")).status == 200
        assert (await client.get("/health/ready")).status == 503
        assert (await client.get("/metrics")).status == 200


async def test_head_is_answered_like_get_without_a_body(stack: Stack, client: Client) -> None:
    headers = {"Authorization": f"Bearer {client.key}"}
    async with stack.session.head(f"{stack.url}/v1/onboarding-links", headers=headers) as answer:
        assert answer.status == 200 and await answer.read() == b""
