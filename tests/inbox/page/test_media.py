"""Rows C9 and C10: pictures, videos, recordings and documents are shown in a space that is there before they are, play
as one expects, and say so when they are gone."""

import asyncio
import base64
import io
import re
import struct
import wave
import zlib
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, Route, expect

from tests.inbox.page.conftest import Desk, bubble

SHIFTS = """(() => {
  window.shifts = [];
  new PerformanceObserver(list => list.getEntries().forEach(e => e.hadRecentInput || shifts.push(e.value)))
    .observe({ type: 'layout-shift', buffered: false });
})()"""
#: A second of moving colour, as the browser itself records it.
RECORD = """async () => {
  const canvas = document.createElement('canvas');
  canvas.width = 64; canvas.height = 48;
  const ink = canvas.getContext('2d');
  const stream = canvas.captureStream(0);
  const type = ['video/mp4', 'video/webm'].find(each => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(stream, { mimeType: type });
  const parts = [];
  recorder.ondataavailable = event => parts.push(event.data);
  recorder.start();
  for (let drawn = 0; drawn < 30; drawn++) {
    ink.fillStyle = `hsl(${12 * drawn} 80% 50%)`;
    ink.fillRect(0, 0, 64, 48);
    stream.getVideoTracks()[0].requestFrame();
    await new Promise(done => setTimeout(done, 30));
  }
  await new Promise(done => { recorder.onstop = done; recorder.stop(); });
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return [type, btoa(Array.from(bytes, each => String.fromCharCode(each)).join(''))];
}"""

#: As a finger does it.
TAP_TWICE = """(photo, [clientX, clientY]) => [1, 2].forEach(() => photo.dispatchEvent(new PointerEvent('pointerdown',
  { pointerType: 'touch', isPrimary: true, bubbles: true, clientX, clientY })))"""


def png(width: int, height: int, shade: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    lines = (b"\0" + bytes([shade]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def tone(seconds: float) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8_000)
        sound.writeframes(bytes(128 + (40 if n % 20 < 10 else -40) for n in range(int(8_000 * seconds))))
    return out.getvalue()


async def attach(desk: Desk, who: str, kind: str, body: bytes | None, mime: str, **told: Any) -> None:
    file = {"mime_type": mime} if body is None else {"content": base64.b64encode(body).decode(), "mime_type": mime}
    message = {"type": kind, kind: told, "file": file} if told else {"type": kind, "file": file}
    await desk.write(who, f"Media {who[-2:]}", message=message)


async def lose(desk: Desk) -> None:
    """The newest file is gone at Meta."""
    shelf = await desk.sim("GET", f"/media?phone_number_id={desk.office.number.meta_id}")
    await desk.sim("POST", f"/media/{shelf['media'][-1]['id']}/expire", {"what": "object"})


async def test_c9_pictures_come_late_into_their_own_space(desk: Desk) -> None:
    desk.forgiven += ["404", "410"]
    who = "5491155552001"
    await attach(desk, who, "image", png(300, 900, 40), "image/png", caption="far above")
    filler = {"phone_number_id": desk.office.number.meta_id, "from": who, "name": "Media 01", "text": "word " * 120}
    await desk.sim("POST", "/messages", {**filler, "count": 44})
    await attach(desk, who, "image", png(900, 100, 90), "image/png", caption="a wide one")
    await attach(desk, who, "sticker", None, "image/webp")
    await attach(desk, who, "image", png(10, 10, 1), "image/png", caption="was lost")
    await lose(desk)
    end = await desk.write(who, "Media 01", "the end")
    await desk.office.client.post(f"/v1/phones/{desk.office.number.id}/messages/{end}/read", {})
    page = await desk.open("readInbox", "readDetails", thread=who)
    held, asked = asyncio.Event(), list[str]()

    async def hold(route: Route) -> None:
        asked.append(route.request.url)
        await held.wait()
        await route.continue_()

    await page.route("**/api/media/**", hold)
    await page.reload()
    await expect(bubble(page, "the end")).to_be_in_viewport()
    await page.evaluate(SHIFTS)
    await page.wait_for_timeout(100)
    held.set()
    await expect(bubble(page, "was lost")).to_contain_text("No longer available")
    await expect(bubble(page, "was lost").locator("img")).to_have_count(0)
    for shown in (bubble(page, "a wide one").locator("img"), page.get_by_role("img", name="Sticker")):
        await expect(shown).to_have_js_property("complete", True)
        assert await shown.evaluate("each => each.naturalWidth") > 0
        assert await shown.get_attribute("loading") == "lazy"
    assert await page.evaluate("shifts") == []
    # What lies far above was not asked for.
    far = await bubble(page, "far above").locator("img").get_attribute("src")
    assert far is not None and not [url for url in asked if url.endswith(far)]
    sticker = page.locator("[data-key]").filter(has=page.get_by_role("img", name="Sticker"))
    await expect(sticker.locator("[data-bare]")).to_have_count(1)


async def test_c9_a_photo_opens_large_and_gives_the_focus_back(desk: Desk) -> None:
    who = "5491155552002"
    for number in range(3):
        await attach(desk, who, "image", png(400, 300, 60 * number), "image/png", caption=f"photo {number}")
    page = await desk.open(thread=who)
    thumbnail = page.get_by_role("button", name="Open photo: photo 1")
    await thumbnail.click()
    large = page.get_by_role("dialog", name="Photo")
    await expect(large).to_contain_text("photo 1")
    await page.keyboard.press("ArrowRight")
    await expect(large).to_contain_text("photo 2")
    await expect(large.get_by_role("button", name="Next")).to_have_count(0)
    for _ in range(2):
        await page.keyboard.press("ArrowLeft")
    await expect(large).to_contain_text("photo 0")
    await expect(large.get_by_role("button", name="Previous")).to_have_count(0)
    await page.keyboard.press("ArrowRight")
    async with page.expect_download() as coming:
        await large.get_by_role("link", name="Download").click()
    assert (await (await coming.value).path()).read_bytes() == png(400, 300, 60)
    inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
    for _ in range(8):
        await page.keyboard.press("Tab")
        assert await page.evaluate(inside)
    await page.keyboard.press("Escape")
    await expect(large).to_have_count(0)
    await expect(thumbnail).to_be_focused()


@dataclass
class Enlarged:
    """Two large photos, the first of which is open."""

    page: Page
    large: Locator

    @classmethod
    async def open(cls, desk: Desk, who: str) -> "Enlarged":
        for number in range(2):
            await attach(desk, who, "image", png(2400, 1800, 60 * number), "image/png", caption=f"large {number}")
        page = await desk.open(thread=who)
        await page.get_by_role("button", name="Open photo: large 0").click()
        large = page.get_by_role("dialog", name="Photo")
        await expect(large.locator("img")).to_have_js_property("complete", True)
        return cls(page, large)

    async def shows(self, percent: int) -> None:
        await expect(self.large.get_by_role("status")).to_have_text(f"Size {percent}%")

    async def width(self) -> float:
        return float(await self.large.locator("img").evaluate("e => e.getBoundingClientRect().width"))

    async def offset(self) -> tuple[float, float]:
        across, down = await self.stage().evaluate("e => [e.scrollLeft, e.scrollTop]")
        return across, down

    def stage(self) -> Locator:
        return self.large.get_by_role("group", name="Photo")

    async def middle(self) -> tuple[float, float]:
        box = await self.stage().bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def test_c9_a_photo_is_zoomed_by_buttons_and_keys_and_the_next_begins_as_it_fits(desk: Desk) -> None:
    photo = await Enlarged.open(desk, "5491155552005")
    page, fitted = photo.page, await photo.width()
    nearer, farther = (photo.large.get_by_role("button", name=name) for name in ("Zoom in", "Zoom out"))
    await expect(farther).to_have_attribute("aria-disabled", "true")
    await nearer.click()
    await photo.shows(150)
    assert abs(await photo.width() - 1.5 * fitted) < 3
    await page.keyboard.press("+")
    await photo.shows(200)
    await page.keyboard.press("-")
    await photo.shows(150)
    await page.keyboard.press("0")
    await photo.shows(100)
    await page.keyboard.press("+")
    await photo.shows(150)
    await photo.large.get_by_role("button", name="Next").click()
    await expect(photo.large).to_contain_text("large 1")
    await photo.shows(100)
    assert abs(await photo.width() - fitted) < 2
    for _ in range(8):
        await page.keyboard.press("+")
    await photo.shows(800)
    await expect(nearer).to_have_attribute("aria-disabled", "true")
    await page.keyboard.press("Escape")
    await expect(photo.large).to_have_count(0)


async def test_c9_a_photo_is_zoomed_where_it_is_pressed_and_moved(desk: Desk) -> None:
    photo = await Enlarged.open(desk, "5491155552006")
    page, (x, y) = photo.page, await photo.middle()
    for percent in (150, 200):
        await page.keyboard.press("+")
        await photo.shows(percent)
    # Arrows move what is enlarged, and so does a mouse that takes hold of it.
    start = await photo.offset()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowDown")
    assert await photo.offset() == (start[0] + 80, start[1] + 80)
    await expect(photo.large).to_contain_text("large 0")
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x - 50, y - 30, steps=3)
    await page.mouse.up()
    across, down = await photo.offset()
    assert abs(across - start[0] - 130) <= 1 and abs(down - start[1] - 110) <= 1
    await page.keyboard.press("0")
    for percent in (300, 100):
        await page.mouse.dblclick(x, y)
        await photo.shows(percent)
    for percent in (300, 100):
        await photo.large.locator("img").evaluate(TAP_TWICE, [x, y])
        await photo.shows(percent)
    await page.keyboard.down("Control")
    for distance, percent in ((-100, 150), (100, 100), (-100, 150)):
        await page.mouse.wheel(0, distance)
        await photo.shows(percent)
    await page.keyboard.up("Control")
    # The page itself has not grown.
    assert await page.evaluate("visualViewport.scale") == 1


async def test_c9_a_video_is_sought_by_parts_and_a_document_is_fetched_or_gone(desk: Desk) -> None:
    desk.forgiven += ["404", "410"]
    who = "5491155552003"
    await desk.write(who, "Media 03", "first")
    page = await desk.open(thread=who)
    await expect(bubble(page, "first")).to_be_visible()
    kind, encoded = await page.evaluate(RECORD)
    await attach(desk, who, "video", base64.b64decode(encoded), kind, caption="moving")
    parts: list[str] = []
    page.on("response", lambda answer: parts.extend(answer.headers.get("content-range", "").split()))
    shown = bubble(page, "moving").locator("video")
    await expect(shown).to_have_js_property("readyState", 4)
    await shown.evaluate("each => new Promise(done => { each.onseeked = done; each.currentTime = 0.5; })")
    assert abs(await shown.evaluate("each => each.currentTime") - 0.5) < 0.1
    assert "bytes" in parts
    # The simulator's own sample is no film: that is not the same as gone.
    await attach(desk, who, "video", None, "video/mp4", caption="not a film")
    await expect(bubble(page, "not a film")).to_contain_text("This browser cannot show this file.")
    await expect(bubble(page, "not a film").get_by_role("link", name="Download")).to_be_visible()
    paper = b"%PDF-1.4 " + b"x" * 12_000
    await attach(desk, who, "document", paper, "application/pdf", filename="plan.pdf")
    card = page.get_by_role("link", name="Download plan.pdf")
    await expect(card).to_contain_text("PDF")
    async with page.expect_download() as coming:
        await card.click()
    download = await coming.value
    assert download.suggested_filename == "plan.pdf"
    assert (await download.path()).read_bytes() == paper
    await attach(desk, who, "document", paper, "application/pdf", filename="lost.pdf")
    await lose(desk)
    await page.get_by_role("link", name="Download lost.pdf").click()
    await expect(bubble(page, "lost.pdf")).to_contain_text("No longer available")


async def test_c10_recordings_play_one_at_a_time_and_are_sought_by_keys(desk: Desk) -> None:
    who = "5491155552004"
    await attach(desk, who, "audio", tone(3), "audio/wav")
    await attach(desk, who, "audio", tone(5), "audio/wav")
    await attach(desk, who, "audio", b"#!AMR\n" + b"\0" * 64, "audio/amr")
    page = await desk.open(thread=who)
    first, second, old = (page.locator("[data-key]").nth(number) for number in range(3))
    await expect(first).to_contain_text("0:03")
    await expect(second).to_contain_text("0:05")
    sounds = [each.locator("audio") for each in (first, second)]
    await first.get_by_role("button", name="Play").click()
    await expect(first.get_by_role("button", name="Pause")).to_be_visible()
    await second.get_by_role("button", name="Play").press("Enter")
    await expect(first.get_by_role("button", name="Play")).to_be_visible()
    await expect(sounds[0]).to_have_js_property("paused", True)
    await expect(second.get_by_role("button", name="Pause")).to_be_visible()
    for speed in (1.5, 2, 1):
        await second.get_by_role("button", name=re.compile("^Speed")).click()
        await expect(sounds[1]).to_have_js_property("playbackRate", speed)
    await second.get_by_role("button", name="Pause").click()
    await expect(sounds[1]).to_have_js_property("paused", True)
    slider = first.get_by_role("slider", name="Position")
    await slider.press("End")
    await expect(first).to_contain_text("0:03")
    at = await place(sounds[0])
    await slider.press("ArrowLeft")
    assert 0.2 < at - await place(sounds[0]) < 0.4
    await expect(slider).to_have_attribute("aria-valuetext", "0:03 / 0:03")
    await slider.press("Home")
    assert await place(sounds[0]) == 0
    await expect(old).to_contain_text("This browser cannot play this recording. You can download it.")
    await expect(old.get_by_role("link", name="Download")).to_be_visible()
    await measured(page)


async def place(sound: Locator) -> float:
    return float(await sound.evaluate("each => each.currentTime"))


async def measured(page: Page) -> None:
    """What was loaded tells its length in the list too."""
    await expect(page.locator("[data-row]").filter(has_text="Media 04")).to_contain_text("Voice message")
