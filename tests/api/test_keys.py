"""Who may call: the forms of a key, its scopes on every route, revocation, suspension, and what is kept of it."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.api.test_tenancy import BODIES, named
from tests.stack import Client, Stack
from waypost.api.door import Route
from waypost.api.routes import ROUTES
from waypost.api.shared_inbox_links import CreateSharedInboxLink
from waypost.domain import api_keys, organizations
from waypost.errors import Forbidden, Invalid, NotFound, Unauthorized

LINKS = "/v1/onboarding-links"
NOBODY = str(uuid4())


@pytest.fixture(scope="module")
async def client(stack: Stack) -> Client:
    return await stack.organization()


def path_of(route: Route) -> str:
    return route.path.replace("{id}", NOBODY).replace("{phone_id}", NOBODY).replace("{conversation_id}", NOBODY)


async def with_header(stack: Stack, value: str | None) -> tuple[int, dict, str | None]:
    headers = {} if value is None else {"Authorization": value}
    async with stack.session.get(stack.url + LINKS, headers=headers) as answer:
        return answer.status, await answer.json(), answer.headers.get("WWW-Authenticate")


FORMS = [None, "", "Bearer", "Bearer ", "{key}", "Basic {key}", "Token {key}", "Bearer{key}", "Bearer {key}x",
         "Bearer {short}", "Bearer wp_unknown", "Bearer {upper}", "Bearer {key} {key}", "Bearer \xe4\xf6"]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=str)
async def test_without_a_valid_key_it_is_401(stack: Stack, client: Client, form: str | None) -> None:
    key = client.key
    value = form and form.format(key=key, short=key[:-1], upper=key.upper())
    status, body, challenge = await with_header(stack, value)
    assert status == 401 and challenge == "Bearer"
    assert body["error"]["code"] == "UNAUTHORIZED" and "Authorization: Bearer <API_KEY>" in body["error"]["message"]
    assert key not in str(body)


@pytest.mark.parametrize("form", ["Bearer {key}", "bearer {key}", "BEARER  {key} "])
async def test_with_a_valid_key_it_is_200(stack: Stack, client: Client, form: str) -> None:
    assert (await with_header(stack, form.format(key=client.key)))[0] == 200


@pytest.mark.parametrize("route", ROUTES, ids=named)
async def test_no_route_answers_without_a_key(client: Client, route: Route) -> None:
    nobody = replace(client, key="wp_nobody")
    body = None if route.body is None else BODIES[route.body]
    assert (await nobody.call(route.method, path_of(route), body)).status == 401


@pytest.fixture(scope="module")
async def narrow(stack: Stack, client: Client) -> dict[str, Client]:
    """One key for each scope."""
    return {scope: await stack.with_scopes(client, scope) for scope in api_keys.SCOPES}


@pytest.mark.parametrize("scope", api_keys.SCOPES)
@pytest.mark.parametrize("route", ROUTES, ids=named)
async def test_a_key_opens_the_routes_of_its_scope_alone(narrow: dict[str, Client], route: Route, scope: str) -> None:
    body = None if route.body is None else BODIES[route.body]
    answer = await narrow[scope].call(route.method, path_of(route), body)
    if scope == route.scope:
        names_something = "{" in route.path or route.body is CreateSharedInboxLink
        assert answer.status == (404 if names_something else route.status)
    else:
        assert answer.status == 403
        assert answer.error == {"code": "FORBIDDEN", "message": f"This API key lacks the scope `{route.scope}`."}


def test_reading_asks_for_read_and_nothing_changes_with_it() -> None:
    assert {route.scope for route in ROUTES} == set(api_keys.SCOPES)
    exceptions = {"GET /v1/api-keys"}  # keys are for those who manage them, to be seen too
    told = {f"{route.method} {route.path}" for route in ROUTES if (route.method == "GET") != (route.scope == "read")}
    assert told == exceptions


async def test_the_scope_is_checked_before_the_body_and_the_id(narrow: dict[str, Client]) -> None:
    answer = await narrow["read"].call("POST", LINKS, data=b"{")
    assert answer.status == 403
    assert (await narrow["send"].get(f"{LINKS}/not-an-id")).status == 403


async def test_several_scopes_add_up(stack: Stack, client: Client) -> None:
    both = await stack.with_scopes(client, "send", "read")
    assert (await both.get(LINKS)).status == 200
    assert (await both.post(LINKS, {"name": "Acme"})).status == 403


async def test_a_revoked_key_is_refused_at_once(stack: Stack, client: Client) -> None:
    async with stack.rt.pool.transaction() as conn:
        made, text = await api_keys.create(conn, client.organization_id)
    narrow = replace(client, key=text)
    assert (await narrow.get(LINKS)).status == 200
    async with stack.rt.pool.transaction() as conn:
        await api_keys.revoke(conn, made.id)
        await api_keys.revoke(conn, made.id)  # twice is harmless
    assert (await narrow.get(LINKS)).status == 401
    assert (await client.get(LINKS)).status == 200, "the other keys go on"
    async with stack.rt.pool.connection() as conn:
        shown = {key.id: key for _, key in await api_keys.listed(conn, client.organization_id)}
        with pytest.raises(NotFound):
            await api_keys.revoke(conn, uuid4())
    assert shown[made.id].revoked_at is not None and shown[made.id].hint == text[-4:]


async def test_a_suspended_organization_is_403_until_it_is_not(stack: Stack) -> None:
    client = await stack.organization()
    for moment, status in (("now()", 403), ("null", 200)):
        async with stack.rt.pool.connection() as conn:
            await conn.execute(
                f"update organizations set suspended_at = {moment} where id = $1", client.organization_id
            )
        answer = await client.get(LINKS)
        assert answer.status == status
    async with stack.rt.pool.connection() as conn:
        await conn.execute("update organizations set suspended_at = now() where id = $1", client.organization_id)
        assert (await organizations.one(conn, client.organization_id)).is_suspended is True
        with pytest.raises(Forbidden, match="suspended"):
            await api_keys.caller(conn, client.key)


async def test_of_a_key_only_its_hash_and_last_letters_are_kept(stack: Stack, client: Client) -> None:
    async with stack.rt.pool.connection() as conn:
        rows = await conn.fetch("select k.*, k::text as whole from api_keys k where organization_id = $1",
                                client.organization_id)  # fmt: skip
    [row] = [row for row in rows if row["hash"] == api_keys.hashed(client.key)]
    assert client.key[:-4] not in row["whole"] and row["hint"] == client.key[-4:]
    assert client.key.startswith("wp_") and len(client.key) > 40 and len(row["hash"]) == 32


@pytest.mark.parametrize("scopes", [("admin",), ("read", "write"), ("",), ("READ",)])
async def test_a_key_cannot_have_a_scope_that_does_not_exist(
    stack: Stack, client: Client, scopes: tuple[str, ...]
) -> None:
    async with stack.rt.pool.connection() as conn:
        with pytest.raises(Invalid, match=r"is not a scope; the scopes are read, send, manage\."):
            await api_keys.create(conn, client.organization_id, scopes)


async def test_a_key_without_scopes_has_all_and_one_of_nobody_cannot_be(stack: Stack, client: Client) -> None:
    async with stack.rt.pool.transaction() as conn:
        made, _ = await api_keys.create(conn, client.organization_id, (), "server")
        some, _ = await api_keys.create(conn, client.organization_id, ("manage", "read", "read"))
    assert made.scopes == ["read", "send", "manage"] and made.name == "server" and some.scopes == ["read", "manage"]
    async with stack.rt.pool.connection() as conn:
        with pytest.raises(NotFound):
            await api_keys.create(conn, UUID(NOBODY))
        with pytest.raises(Unauthorized):
            await api_keys.caller(conn, "")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00"])
async def test_an_organization_needs_a_proper_name(stack: Stack, name: str) -> None:
    async with stack.rt.pool.connection() as conn:
        with pytest.raises(Invalid, match="1 to 200 characters"):
            await organizations.create(conn, name)


async def test_organizations_are_listed_oldest_first_and_continued(stack: Stack) -> None:
    made = [(await stack.organization(f" Org {n} ")).organization_id for n in range(3)]
    async with stack.rt.pool.connection() as conn:
        whole = await organizations.listed(conn)
        assert [each.id for each in whole][-3:] == made and whole[-1].name == "Org 2"
        cut = await conn.fetchrow("select created_at, id from organizations where id = $1", made[0])
        assert [each.id for each in await organizations.listed(conn, (cut["created_at"], cut["id"]), 1)] == made[1:2]
        with pytest.raises(NotFound):
            await organizations.one(conn, UUID(NOBODY))
