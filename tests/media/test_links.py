"""Files behind customers' URLs: fetched, uploaded once, remembered; and sources that fail in every way."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from tests.media.conftest import PDF, PNG, Tenant
from tests.media.sources import Source, serving, streamed
from tests.media.test_filetypes import STILL
from tests.stack import Stack
from waypost import clock
from waypost.domain import media, media_links, phones
from waypost.domain.phones import Phone
from waypost.errors import Invalid, WaypostError
from waypost.filetypes import Kind
from waypost.meta.requests.frame import Link
from waypost.runtime import Runtime

MB = 1024 * 1024


@pytest.fixture(scope="module")
async def source() -> AsyncIterator[Source]:
    async with serving() as made:
        yield made


class Sender:
    """What `outbound` does before it writes the pending row."""

    def __init__(self, tenant: Tenant, phone: Phone, token: str) -> None:
        self.tenant, self.phone, self.token = tenant, phone, token
        self.rt: Runtime = tenant.stack.rt

    async def ids(self, *wanted: tuple[str, Kind]) -> dict[str, str]:
        links = [Link(f"cards[{place}].mediaUrl", kind, url) for place, (url, kind) in enumerate(wanted)]
        return await media.ids_of(self.rt, self.phone, self.token, links)

    async def id_of(self, url: str, kind: Kind = "document", filename: str | None = None) -> str:
        found = await media.ids_of(self.rt, self.phone, self.token, [Link("mediaUrl", kind, url, filename)])
        assert list(found) == [url]
        return found[url]

    async def problem(self, url: str, kind: Kind = "document") -> str:
        """The sentence of the refusal, which names the field and holds nothing at Meta."""
        with pytest.raises(Invalid) as refused:
            await self.id_of(url, kind)
        [detail] = refused.value.details
        assert detail["field"] == "mediaUrl" and await self.tenant.at_meta() == []
        return str(detail["message"])

    async def age(self, **by: float) -> None:
        """Lets time pass for what is remembered."""
        async with self.rt.pool.transaction() as conn:
            await conn.execute(
                "update media_links set fresh_until = fresh_until - $3::interval,"
                " expires_at = expires_at - $3::interval"
                " where organization_id = $1 and phone_id = $2",
                self.phone.organization_id, self.phone.id, timedelta(**by),
            )  # fmt: skip


@pytest.fixture
async def sender(tenant: Tenant) -> Sender:
    rt = tenant.stack.rt
    async with rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, rt.vault, tenant.client.organization_id, UUID(tenant.number.id))
    return Sender(tenant, phone, token)


async def test_a_file_is_fetched_uploaded_and_remembered(sender: Sender, source: Source) -> None:
    url = source.put("/once/report.pdf", PDF, "application/pdf")
    media_id = await sender.id_of(url)
    assert await sender.id_of(url) == media_id and source.count("/once/report.pdf") == 1
    [held] = await sender.tenant.at_meta()
    assert (held["id"], held["mime_type"], held["filename"]) == (media_id, "application/pdf", "report.pdf")
    assert held["sha256"] == hashlib.sha256(PDF).hexdigest()
    [request] = [each for each in source.asked if each.path == "/once/report.pdf"]
    assert request.headers["User-Agent"].startswith("Waypost/") and "Authorization" not in request.headers


async def test_it_is_sent_by_its_id_through_the_api(sender: Sender, source: Source) -> None:
    url = source.put("/send/photo.png", PNG, "image/png")
    body = {"type": "image", "to": "16505551234", "mediaUrl": url, "caption": "Look"}
    answer = await sender.tenant.client.post(f"/v1/phones/{sender.phone.id}/messages", body)
    assert answer.status == 200, answer.body
    [held] = await sender.tenant.at_meta()
    sent = (await sender.tenant.stack.sim("GET", f"/sent?phone_number_id={sender.tenant.number.meta_id}"))["sent"]
    assert held["id"] in str(sent) and url not in str(sent)


async def test_the_name_given_wins_over_that_of_the_url(sender: Sender, source: Source) -> None:
    await sender.id_of(source.put("/n/x.pdf", PDF, "application/pdf"), filename="Bill.pdf")
    assert [held["filename"] for held in await sender.tenant.at_meta()] == ["Bill.pdf"]


async def test_each_phone_uploads_for_itself(sender: Sender, source: Source) -> None:
    url = source.put("/phones/x.pdf", PDF, "application/pdf")
    first = await sender.id_of(url)
    second = await sender.tenant.stack.connect(sender.tenant.client)
    async with sender.rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, sender.rt.vault, sender.phone.organization_id, UUID(second.id))
    assert await Sender(sender.tenant, phone, token).id_of(url) != first and source.count("/phones/x.pdf") == 2


async def test_a_carousel_uploads_each_file_once(sender: Sender, source: Source) -> None:
    one, two = source.put("/c/1.png", PNG, "image/png"), source.put("/c/2.png", PNG + b"2", "image/png")
    found = await sender.ids((one, "image"), (two, "image"), (one, "image"))
    assert len(found) == 2 and len(await sender.tenant.at_meta()) == 2 and source.count("/c/1.png") == 1


async def test_sends_at_the_same_time_share_one_upload(sender: Sender, source: Source) -> None:
    source.files["/same.pdf"] = streamed(PDF * 20, "application/pdf", pause=0.02)
    found = await asyncio.gather(*(sender.id_of(source.url + "/same.pdf") for _ in range(25)))
    assert len(set(found)) == 1 and source.count("/same.pdf") == 1 and len(await sender.tenant.at_meta()) == 1


async def test_who_gives_up_does_not_spoil_it_for_the_others(sender: Sender, source: Source) -> None:
    source.files["/given-up.pdf"] = streamed(PDF * 40, "application/pdf", pause=0.05)
    first = asyncio.create_task(sender.id_of(source.url + "/given-up.pdf"))
    while not source.count("/given-up.pdf"):
        await asyncio.sleep(0.01)
    second = asyncio.create_task(sender.id_of(source.url + "/given-up.pdf"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).isdigit() and source.count("/given-up.pdf") == 1


async def test_a_shared_failure_names_the_field_of_each(sender: Sender, source: Source) -> None:
    source.files["/shared.gif"] = streamed(PNG, "image/gif", pause=0.1)
    links = [Link(field, "image", source.url + "/shared.gif") for field in ("mediaUrl", "header.mediaUrl")]
    told = await asyncio.gather(
        *(media.ids_of(sender.rt, sender.phone, sender.token, [link]) for link in links), return_exceptions=True
    )
    assert [each.details[0]["field"] for each in told if isinstance(each, Invalid)] == ["mediaUrl", "header.mediaUrl"]


@pytest.mark.parametrize("headers", [{"ETag": '"v1"'}, {"Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"}])
async def test_after_ten_minutes_the_source_is_asked_whether_it_changed(
    sender: Sender, source: Source, headers: dict[str, str]
) -> None:
    path = "/asked.pdf"
    source.asked.clear()
    url = source.put(path, PDF, "application/pdf", **{name.replace("-", "_"): v for name, v in headers.items()})
    media_id = await sender.id_of(url)
    await sender.age(minutes=9)
    assert await sender.id_of(url) == media_id and source.count(path) == 1
    await sender.age(minutes=2)
    assert await sender.id_of(url) == media_id and source.count(path) == 2, "304: Meta's file is good"
    assert await sender.id_of(url) == media_id and source.count(path) == 2, "and for ten minutes more"
    await sender.age(minutes=11)
    source.put(path, PDF + b"new", "application/pdf", ETag='"v2"')
    changed = await sender.id_of(url)
    assert changed != media_id and len(await sender.tenant.at_meta()) == 2


async def test_a_source_without_a_mark_is_fetched_again_after_ten_minutes(sender: Sender, source: Source) -> None:
    url = source.put("/markless.pdf", PDF, "application/pdf")
    first = await sender.id_of(url)
    await sender.age(minutes=11)
    assert await sender.id_of(url) != first


async def test_what_meta_soon_forgets_is_uploaded_again(sender: Sender, source: Source) -> None:
    url = source.put("/old.pdf", PDF, "application/pdf", ETag='"v1"')
    first = await sender.id_of(url)
    await sender.age(days=25, minutes=1)
    second = await sender.id_of(url)
    assert second != first and source.asked[-1].headers.get("If-None-Match") is None
    async with sender.rt.pool.transaction() as conn:
        await media.forget(conn, sender.phone.organization_id, sender.phone.id, [second])
    assert await sender.id_of(url) not in (first, second), "and when Meta says that it has forgotten"


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_source_that_is_away_does_not_take_away_what_meta_has(
    sender: Sender, source: Source, status: int
) -> None:
    url = source.put("/away.pdf", PDF, "application/pdf")
    media_id = await sender.id_of(url)
    await sender.age(minutes=11)
    source.put("/away.pdf", b"", "text/plain", status=status)
    assert await sender.id_of(url) == media_id
    source.put("/away.pdf", b"", "text/plain", status=404)
    with pytest.raises(Invalid, match="no such file"):
        await sender.id_of(url)


async def test_what_was_one_kind_is_checked_as_another(sender: Sender, source: Source) -> None:
    url = source.put("/kind.png", PNG, "image/png")
    assert await sender.id_of(url, "image") == await sender.id_of(url, "document")
    with pytest.raises(Invalid, match="a video must be"):
        await sender.id_of(url, "video")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (204, "the host answered 204."), (206, "the host answered 206."),
        (301, "redirects are not followed, so give the final address."), (302, "redirects"), (307, "redirects"),
        (401, "without signing in"), (403, "refuses it (403)"), (404, "no such file (404)"), (410, "no such file"),
        (418, "the host answered 418."), (500, "the host answered 500."),
    ],
)  # fmt: skip
async def test_a_source_that_does_not_answer_200(sender: Sender, source: Source, status: int, told: str) -> None:
    url = source.put("/status", b"", "application/pdf", status, Location=source.url + "/other")
    source.put("/other", PDF, "application/pdf")
    before = source.count("/other")
    problem = await sender.problem(url)
    assert problem.startswith("The file cannot be fetched: ") and told in problem
    assert source.count("/other") == before and source.url not in problem


@pytest.mark.parametrize(
    ("kind", "content", "mime_type", "told"),
    [
        ("image", PNG, "image/gif", "it is image/gif; an image must be image/jpeg or image/png."),
        ("image", b"<html>", "text/html; charset=utf-8", "it is text/html"),
        ("document", b"<html>", "text/html", "it is a web page (text/html), not a document."),
        ("document", b"MZ", "application/octet-stream", "it is of an unknown type"),
        ("video", PNG, "image/png", "a video must be video/mp4 or video/3gpp."),
        ("audio", PNG, "audio/wav", "an audio must be"),
        ("sticker", PNG, "image/png", "a sticker must be image/webp."),
        ("sticker", STILL + bytes(100 * 1024), "image/webp", "does not move"),
        ("image", bytes(5 * MB + 1), "image/png", "at most 5 MB"),
        ("document", bytes(5 * MB + 1), "image/png", "at most 5 MB"),
        ("audio", bytes(16 * MB + 1), "audio/mpeg", "at most 16 MB"),
        ("image", b"", "image/png", "it is empty."),
    ],
)  # fmt: skip
async def test_a_file_of_the_wrong_type_or_size(
    sender: Sender, source: Source, kind: Kind, content: bytes, mime_type: str, told: str
) -> None:
    assert told in await sender.problem(source.put("/wrong", content, mime_type), kind)


async def test_the_ending_of_the_url_tells_where_the_host_does_not(sender: Sender, source: Source) -> None:
    await sender.id_of(source.put("/told/photo.JPG", PNG, "application/octet-stream"), "image")
    assert [held["mime_type"] for held in await sender.tenant.at_meta()] == ["image/jpeg"]


async def test_a_size_that_nobody_announced_is_counted_and_cut_off(sender: Sender, source: Source) -> None:
    source.files["/endless"] = streamed(bytes(30 * MB), "image/png")
    assert "at most 5 MB" in await sender.problem(source.url + "/endless", "image")
    source.files["/chunked"] = streamed(PNG * 100, "image/png")
    await sender.id_of(source.url + "/chunked", "image")
    [held] = await sender.tenant.at_meta()
    assert held["size"] == len(PNG) * 100


async def test_a_file_shorter_than_announced_is_no_file(sender: Sender, source: Source) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        made = web.StreamResponse(headers={"Content-Type": "image/png", "Content-Length": "100000"})
        await made.prepare(request)
        await made.write(PNG)
        assert request.transport is not None
        request.transport.close()
        return made

    source.files["/cut"] = cut
    assert "ended before the file did" in await sender.problem(source.url + "/cut", "image")


async def test_a_compressed_file_is_not_taken_for_the_file(sender: Sender, source: Source) -> None:
    url = source.put("/packed", PNG, "image/png", Content_Encoding="gzip")
    assert "compressed (gzip)" in await sender.problem(url, "image")


async def test_a_slow_drip_ends_with_the_time(sender: Sender, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "FETCH_SECONDS", 1)
    source.files["/drip"] = streamed(bytes(4 * MB), "image/png", pause=0.3, length=4 * MB)
    problem = await sender.problem(source.url + "/drip", "image")
    assert "did not arrive in time" in problem or "took more than 1 seconds" in problem


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://example.com/a.pdf", "must use https."), ("ftp://example.com/a.pdf", "must be an https URL"),
        ("https://user:pass@example.com/a.pdf", "user name"), ("https://10.0.0.1/a.pdf", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"), ("https://[::1]/a.pdf", "private"),
        ("https://2130706434/", "cannot be fetched"), ("not a url", "must"),
        ("https://no-such-host.invalid/a.pdf", "cannot be fetched: the host name could not be resolved."),
        ("https://127.0.0.1:9/a.pdf", "cannot be fetched: the host refused the connection."),
    ],
)  # fmt: skip
async def test_urls_that_lead_nowhere(sender: Sender, url: str, told: str) -> None:
    assert told in await sender.problem(url)


async def test_an_inner_address_behind_a_name_is_not_named(
    sender: Sender, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name looks harmless; the check is where the socket opens."""
    before = len(source.asked)
    closed: Any = replace(sender.rt, sources=type(sender.rt.sources)(()))  # type: ignore[call-arg]
    monkeypatch.setattr(media, "url_problem", lambda *_, **__: None)
    try:
        with pytest.raises(Invalid) as refused:
            url = source.url.replace("127.0.0.1", "localhost") + "/x.pdf"
            await media.ids_of(closed, sender.phone, sender.token, [Link("mediaUrl", "document", url)])
    finally:
        closed.sources.close()
    assert "the destination address is not allowed" in refused.value.message
    assert "127." not in refused.value.message and len(source.asked) == before


async def test_meta_refuses_the_file(stack: Stack, sender: Sender, source: Source) -> None:
    url = source.put("/refused.pdf", PDF, "application/pdf")
    for code, status in ((131053, 400), (190, 403), (131000, 502)):
        await stack.sim("POST", "/faults", {"fail": {"media.upload": {"code": code}}})
        with pytest.raises(WaypostError) as refused:
            await sender.id_of(url)
        assert refused.value.status == status and refused.value.details["meta"]["code"] == code
    assert (await sender.id_of(url)).isdigit(), "and it is tried again the next time"


async def test_meta_is_away(sender: Sender, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    graph: Any = sender.rt.graph
    monkeypatch.setattr(graph, "meta", replace(graph.meta, graph_url="http://127.0.0.1:9"))
    with pytest.raises(WaypostError) as refused:
        await sender.id_of(source.put("/meta-away.pdf", PDF, "application/pdf"))
    assert refused.value.status == 502 and "Nothing was sent" in refused.value.message


async def test_old_rows_and_names_are_forgotten(sender: Sender, source: Source) -> None:
    url = source.put("/old-row.pdf", PDF, "application/pdf")
    uploaded = await sender.tenant.uploaded(filename="kept.pdf")
    await sender.id_of(url)
    await sender.age(days=26)
    phone = sender.phone
    async with sender.rt.pool.transaction() as conn:
        await conn.execute("update media_names set created_at = $1", clock.now() - timedelta(days=32))
        await media_links.name(conn, [(phone.organization_id, phone.id, "1", "new.pdf")] * 2)
        await media_links.name(conn, [(phone.organization_id, phone.id, "1", "second.pdf")])
        await media_links.name(conn, [])
        await media_links.forget_old(conn)
        left = await conn.fetchval("select count(*) from media_links where organization_id = $1", phone.organization_id)
        names = [await media_links.name_of(conn, phone.organization_id, phone.id, each) for each in (uploaded, "1")]
    assert (left, names) == (0, [None, "new.pdf"])
