"""A browser's `<video>` plays and seeks through the download, behind a small proxy that adds the API key."""

import base64
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from tests.media.conftest import Tenant

PAGE = "<!doctype html><title>Media</title><video id=v muted preload=metadata></video>"
RECORD = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 64, height: 48});
  const pen = canvas.getContext('2d');
  const timer = setInterval(() => {
    pen.fillStyle = `hsl(${performance.now() / 5}, 90%, 50%)`;
    pen.fillRect(0, 0, 64, 48);
  }, 20);
  const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: 'video/webm;codecs=vp8'});
  const parts = [];
  recorder.ondataavailable = event => parts.push(event.data);
  const stopped = new Promise(done => { recorder.onstop = done; });
  recorder.start();
  await new Promise(done => setTimeout(done, 1200));
  recorder.stop();
  await stopped;
  clearInterval(timer);
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
}"""
LOAD = """src => new Promise((done, failed) => {
  v.onloadedmetadata = () => done({duration: v.duration, width: v.videoWidth});
  v.onerror = () => failed(new Error(v.error.message));
  v.src = src;
})"""
SEEK = """to => new Promise((done, failed) => {
  v.onseeked = () => done(v.currentTime);
  v.onerror = () => failed(new Error(v.error.message));
  v.currentTime = to;
})"""
PLAY = """() => new Promise((done, failed) => {
  v.onended = () => done(v.currentTime);
  v.onerror = () => failed(new Error(v.error.message));
  v.play().catch(failed);
})"""


def wav(seconds: int, rate: int = 48_000) -> bytes:
    """Silence in stereo: a file that every browser can seek in."""
    data = bytes(seconds * rate * 4)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, rate, rate * 4, 4, 16)
    head = struct.pack("<4sI4s", b"RIFF", 36 + len(data), b"WAVE")
    return head + form + struct.pack("<4sI", b"data", len(data)) + data


@asynccontextmanager
async def shown(tenant: Tenant, chromium: Browser) -> AsyncIterator[tuple[Page, list[tuple[str, int]]]]:
    """A page whose requests for `/media/{id}` go to the API, and which ranges they wanted and what they got."""
    got: list[tuple[str, int]] = []

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def proxied(request: web.Request) -> web.StreamResponse:
        url = f"{tenant.client.base}{tenant.path}/{request.match_info['id']}/download"
        wanted = {name: request.headers[name] for name in ("Range", "If-Range") if name in request.headers}
        headers = {"Authorization": f"Bearer {tenant.client.key}", **wanted}
        async with tenant.stack.session.get(url, headers=headers) as answer:
            got.append((wanted.get("Range", ""), answer.status))
            kept = ("Content-Type", "Content-Length", "Content-Range", "Accept-Ranges", "ETag")
            made = web.StreamResponse(
                status=answer.status, headers={name: answer.headers[name] for name in kept if name in answer.headers}
            )
            await made.prepare(request)
            async for piece in answer.content.iter_any():
                await made.write(piece)
            return made

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/media/{id}", proxied)])
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    context = await chromium.new_context()
    try:
        opened = await context.new_page()
        await opened.goto(f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/")
        yield opened, got
    finally:
        await context.close()
        await runner.cleanup()


async def test_a_video_plays_to_its_end(tenant: Tenant, chromium: Browser) -> None:
    async with shown(tenant, chromium) as (page, got):
        video = base64.b64decode(await page.evaluate(RECORD))
        media_id = await tenant.received(video, "video/webm")
        assert (await page.evaluate(LOAD, f"/media/{media_id}"))["width"] == 64
        assert await page.evaluate(PLAY) > 0.5
    assert got and got[0] == ("bytes=0-", 206)


async def test_seeking_fetches_the_part_that_is_wanted(tenant: Tenant, chromium: Browser) -> None:
    sound = wav(80)
    media_id = await tenant.received(sound, "audio/wav")
    async with shown(tenant, chromium) as (page, got):
        assert (await page.evaluate(LOAD, f"/media/{media_id}"))["duration"] == pytest.approx(80, abs=0.1)
        for second in (75, 40, 78):
            await tenant.expire(media_id)
            assert await page.evaluate(SEEK, second) == pytest.approx(second, abs=0.1)
    starts = [int(wanted.removeprefix("bytes=").split("-")[0]) for wanted, _ in got if wanted]
    assert {status for _, status in got} == {206}
    assert any(start > 70 * 192_000 for start in starts) and starts[0] == 0
