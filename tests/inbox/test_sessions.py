"""The way in: exchange, cookie, what a call has to show, and how links that end shut everybody out."""

import time
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from tests.inbox.browser import ALL, OURS, Browser, link
from tests.inbox.conftest import Office
from tests.inbox.test_links import LINKS, ahead, expire
from waypost.domain import shared_inbox_sessions
from waypost.inbox import pages
from waypost.inbox.limits import OF_LINK, WRONG_ANYWHERE, WRONG_HERE, Limits, address_of
from waypost.serving import warn_of_plain_http


async def reason(guest: Browser, path: str = "/session") -> tuple[int, Any]:
    answer = await guest.get(path)
    return answer.status, (answer.error.get("details") or {}).get("reason")


async def test_the_secret_becomes_a_session(office: Office) -> None:
    guest = Browser(office.stack, await link(office.client, office.number, "readInbox", name="Desk"))
    assert await reason(guest) == (401, "missing")
    answer = await guest.exchange()
    data = answer.data
    assert (data["linkId"], data["name"], data["expiresAt"]) == (guest.link["id"], "Desk", None)
    assert data["permissions"] == {name: name == "readInbox" for name in ALL}
    assert data["phone"] == {
        "id": office.number.id, "number": office.number.number, "verifiedName": data["phone"]["verifiedName"],
        "ready": True, "problem": None,
    }  # fmt: skip
    cookie = answer.headers["Set-Cookie"]
    value, *attributes = [part.strip() for part in cookie.split(";")]
    assert len(value.partition("=")[2]) == 43
    assert sorted(each.lower() for each in attributes) == sorted(
        ["httponly", "secure", "samesite=strict", "max-age=900", f"path=/inbox/{guest.link['id']}"]
    )
    again = await guest.get("/session")
    assert again.status == 200 and "Set-Cookie" not in again.headers
    assert abs(int(again.headers["X-Server-Time"]) / 1000 - time.time()) < 5
    assert (await office.client.get(f"{LINKS}/{guest.link['id']}")).data["lastUsedAt"] is not None


async def test_a_session_that_is_used_lives_on_and_its_cookie_with_it(office: Office) -> None:
    guest = await office.browser()
    await age(office, guest, "13 minutes")
    answer = await guest.get("/session")
    assert f"ibx={guest.cookie}" in answer.headers["Set-Cookie"] and "Max-Age=900" in answer.headers["Set-Cookie"]
    assert "Set-Cookie" not in (await guest.get("/session")).headers
    await age(office, guest, "-1 seconds")
    assert await reason(guest) == (401, "missing")
    assert (await guest.exchange()).status == 200 and (await guest.get("/session")).status == 200


async def age(office: Office, guest: Browser, left: str) -> None:
    async with office.stack.rt.pool.connection() as conn:
        await conn.execute(
            f"update inbox_sessions set expires_at = now() + interval '{left}' where link_id = $1", guest.link["id"]
        )


async def test_ended_links_shut_out_at_the_next_request_and_say_why(office: Office) -> None:
    rotated, revoked, expired = [await office.browser() for _ in range(3)]
    new = (await office.client.post(f"{LINKS}/{rotated.link['id']}/rotate")).data
    await office.client.delete(f"{LINKS}/{revoked.link['id']}")
    await expire(office.stack, expired)
    for guest, why in ((rotated, "rotated"), (revoked, "revoked"), (expired, "expired")):
        assert await reason(guest) == await reason(guest, "/conversations") == (401, why)
        assert (await guest.post("/presence", {"conversationId": None, "state": "viewing"})).status == 401
        old = await guest.exchange()
        assert (old.status, old.error["details"]["reason"]) == (401, why) and "Set-Cookie" not in old.headers
        wrong = await guest.exchange("x" * 43)
        assert (wrong.status, wrong.error["details"]["reason"]) == (401, "unknown")
    fresh = Browser(office.stack, new)
    assert (await fresh.exchange()).status == 200
    assert await reason(rotated) == (401, "rotated")


async def test_a_link_that_was_rotated_often_still_knows_its_last_secrets(office: Office) -> None:
    guest = await office.browser()
    for _ in range(11):
        await office.client.post(f"{LINKS}/{guest.link['id']}/rotate")
    assert (await guest.exchange()).error["details"]["reason"] == "unknown"


async def test_a_suspended_organization_has_no_inbox(office: Office) -> None:
    guest = await office.browser()
    async with office.stack.rt.pool.connection() as conn:
        change = "update organizations set suspended_at = {} where id = $1"
        await conn.execute(change.format("now()"), office.client.organization_id)
        assert await reason(guest) == (403, "suspended")
        assert (await guest.exchange()).status == 403
        await conn.execute(change.format("null"), office.client.organization_id)
    assert (await guest.get("/session")).status == 200


async def test_a_session_opens_its_own_link_alone(office: Office) -> None:
    first, second = await office.browser(), await office.browser()
    first.cookie, second.cookie = second.cookie, first.cookie
    assert await reason(first) == await reason(second) == (401, "missing")


@pytest.mark.parametrize(
    "spelling", [str.upper, lambda id_: id_.replace("-", ""), lambda _: str(uuid4()), lambda _: "x"]
)
async def test_an_id_that_is_no_links_is_unknown(office: Office, spelling: Any) -> None:
    guest = Browser(office.stack, await link(office.client, office.number))
    guest.link["id"] = spelling(guest.link["id"])
    answer = await guest.exchange()
    assert (answer.status, answer.error["details"]["reason"]) == (401, "unknown")


FOREIGN: dict[str, dict[str, Any]] = {
    "no header of ours": {"X-Requested-With": None},
    "another header": {"X-Requested-With": "XMLHttpRequest"},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a sister site": {"Sec-Fetch-Site": "same-site"},
    "the address bar": {"Sec-Fetch-Site": "none"},
    "a foreign origin": {"Sec-Fetch-Site": None, "Origin": "https://evil.example"},
    "a foreign origin that claims to be ours": {"Origin": "https://evil.example"},
    "no origin": {"Sec-Fetch-Site": None},
    "a null origin": {"Sec-Fetch-Site": None, "Origin": "null"},
    "a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "plain text": {"Content-Type": "text/plain"},
}
CHANGING = [("POST", "/session"), ("POST", "/messages"), ("POST", "/presence"), ("DELETE", "/session")]


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
async def test_changing_calls_come_from_our_own_page(office: Office, headers: dict[str, Any]) -> None:
    guest = await office.browser()
    for method, path in CHANGING:
        body = {"token": guest.secret} if path == "/session" else {"type": "text"}
        answer = await guest.call(method, path, body, headers=headers)
        assert (answer.status, answer.error["details"]["reason"]) == (403, "crossSite"), path
    upload = await guest.call("POST", "/media", data=b"x", headers={**headers, "Content-Type": "text/plain"})
    assert upload.status == 403
    assert (await guest.get("/session")).status == 200


async def test_an_origin_of_ours_is_enough(office: Office) -> None:
    guest = await office.browser()
    for origin in (office.stack.url, office.stack.rt.config.public_url):
        headers = {"Sec-Fetch-Site": None, "Origin": origin}
        assert (await guest.exchange(headers=headers)).status == 200


async def test_sessions_of_one_link_are_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_inbox_sessions, "MOST", 2)
    first = await office.browser()
    others = [Browser(office.stack, first.link) for _ in range(2)]
    for other in others:
        assert (await other.exchange()).status == 200
    assert [(await each.get("/session")).status for each in (first, *others)] == [401, 200, 200]


async def test_wrong_secrets_are_throttled_and_others_are_not(office: Office) -> None:
    guest = await office.browser()
    answers = [await guest.exchange("x" * 43) for _ in range(WRONG_HERE + 1)]
    assert [each.status for each in answers] == [401] * WRONG_HERE + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert (await guest.exchange()).status == 429
    assert (await guest.get("/session")).status == 200
    assert (await office.browser()).cookie is not None


def test_limits_are_per_link_per_address_and_end_with_the_minute() -> None:
    from waypost.errors import RateLimited

    now = [0.0]
    limits, link_id = Limits(lambda: now[0]), uuid4()
    for _ in range(OF_LINK):
        limits.admit(link_id, "a")
    with pytest.raises(RateLimited):
        limits.admit(link_id, "b")
    for _ in range(WRONG_ANYWHERE):
        limits.note(uuid4(), "c")
    with pytest.raises(RateLimited):
        limits.admit(uuid4(), "c")
    limits.admit(uuid4(), "d")
    now[0] = 61.0
    limits.admit(link_id, "c")


@pytest.mark.parametrize(
    ("peer", "address"),
    [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", "")],
)
def test_an_address_is_the_peers_whatever_headers_say(peer: str, address: str) -> None:
    from starlette.requests import Request

    headers = [(b"x-forwarded-for", b"198.51.100.1"), (b"forwarded", b"for=198.51.100.1")]
    request = Request({"type": "http", "headers": headers, "client": (peer, 1) if peer else None})
    assert address_of(request) == address


async def test_the_page_holds_nothing_and_is_the_same_for_every_link(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages.assets, "url", lambda name: f"/_ui/{name}")
    pages.shell.cache_clear()
    guest = await office.browser()
    told = []
    for id_ in (guest.link["id"], str(uuid4()), "x"):
        async with office.stack.session.get(f"{office.stack.url}/inbox/{id_}") as answer:
            told.append((answer.status, await answer.text()))
            headers = answer.headers
            assert headers["Content-Security-Policy"] == pages.POLICY
            assert (headers["Cross-Origin-Opener-Policy"], headers["Referrer-Policy"]) == ("same-origin", "no-referrer")
            assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
            # Voice messages are recorded here, and on no other page.
            assert headers["Permissions-Policy"] == "camera=(), geolocation=(self), microphone=(self)"
    pages.shell.cache_clear()
    assert told[0] == told[1] == told[2] and told[0][0] == 200
    assert '<script type="module" src="/_ui/inbox.js">' in told[0][1]


async def test_a_page_that_was_not_built_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages.assets, "FOLDER", pages.assets.FOLDER / "nowhere")
    pages.shell.cache_clear()
    with capture_logs() as lines:
        async with office.stack.session.get(f"{office.stack.url}/inbox/x") as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (503, "no-store")
            assert "was not built" in await answer.text()
    assert [line["event"] for line in lines] == ["inbox.page_not_built"] and "hatch_build.py" in lines[0]["reason"]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://wa.example.com", True),
        ("http://192.168.1.20:8080", True),
        ("https://wa.example.com", False),
        ("http://localhost:8080", False),
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
    ],
)
def test_a_gateway_that_browsers_reach_over_plain_http_warns_at_its_start(url: str, warned: bool) -> None:
    with capture_logs() as lines:
        warn_of_plain_http(url)
    assert [line["event"] for line in lines] == ["gateway.public_url_is_http"] * warned


async def test_no_secret_is_in_an_address_or_a_line_of_the_log(office: Office) -> None:
    with capture_logs() as lines:
        guest = await office.browser(expiresAt=ahead(hours=1))
        await guest.exchange("x" * 43)
        await guest.post("/messages", {"type": "text"}, headers={"Idempotency-Key": "k"})
        await guest.get("/conversations")
    assert lines and guest.secret not in str(lines) and str(guest.cookie) not in str(lines)
    assert guest.secret.encode() not in guest.heard
    assert set(OURS) == {"X-Requested-With", "Sec-Fetch-Site"}
