"""Row E5: a voice message is recorded, heard and sent as WhatsApp plays it; and the microphone is let go, whatever
happens. The microphone is Chromium's own, which beeps; what is refused and what is late is arranged in the page."""

import asyncio
import base64
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import Desk, bubble, row, until
from tests.inbox.page.hands import field, give
from tests.inbox.page.test_media import attach

#: Keeps what the page asks for and records; `refusal` and `late` are set by tests.
EARS = """(() => {
  const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices), name = URL.createObjectURL;
  Object.assign(window, { streams: [], parts: [], recorder: null, files: new Map(), refusal: null, late: null });
  URL.createObjectURL = file => {
    const address = name.call(URL, file);
    files.set(address, file);
    return address;
  };
  URL.revokeObjectURL = address => files.delete(address);
  devices.getUserMedia = async wanted => {
    if (refusal) throw new DOMException('no', refusal);
    const stream = await ask(wanted);
    streams.push(stream);
    await late;
    return stream;
  };
  window.MediaRecorder = class extends MediaRecorder {
    constructor(...given) {
      super(...given);
      Object.assign(window, { parts: [], recorder: this });
      this.addEventListener('dataavailable', event => parts.push(event.data));
    }
  };
})()"""
OPEN = "streams.flatMap(each => each.getTracks()).filter(each => each.readyState === 'live').length"
ENDED = "new Promise(done => document.addEventListener('ended', done, { capture: true, once: true }))"
NO_OGG = "HTMLMediaElement.prototype.canPlayType = type => type.includes('ogg') ? '' : 'maybe';"
SPOKEN = """async () => {
  for (let size = 0; size < 300; size = parts.reduce((sum, each) => sum + each.size, 0)) {
    recorder.requestData();
    await new Promise(done => recorder.addEventListener('dataavailable', done, { once: true }));
  }
}"""
GROWS = "size => recorder.dispatchEvent(new BlobEvent('dataavailable', { data: new Blob([new Uint8Array(size)]) }))"
RAW = """async () => {
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""
#: Seconds of sound, as the browser decodes them: in what the recorder gave, and in what is behind an address.
LENGTH = """async address => {
  const file = address === 'raw' ? new Blob(parts) : files.get(address) ?? await fetch(address);
  return (await new OfflineAudioContext(1, 1, 48000).decodeAudioData(await file.arrayBuffer())).duration;
}"""


@pytest.fixture
def context_options() -> dict[str, Any]:
    return {"permissions": ["microphone"]}


async def opened(desk: Desk, *permissions: str, thread: str = ANA) -> Page:
    await desk.context.add_init_script(EARS)
    page = await desk.open(*permissions, thread=thread)
    await expect(page.locator("[data-key]").first).to_be_attached()
    return page


def microphone(page: Page) -> Locator:
    return page.get_by_role("button", name="Record a voice message")


def running(page: Page) -> Locator:
    return page.get_by_role("group", name="Voice message being recorded")


def unsent(page: Page) -> Locator:
    return page.get_by_role("group", name="Voice message, not sent yet")


async def record(page: Page) -> None:
    await microphone(page).click()
    await expect(running(page).get_by_role("timer")).to_be_visible()


async def spoken(page: Page) -> None:
    """Until there is some sound in what was recorded."""
    async with asyncio.timeout(20):
        await page.evaluate(SPOKEN)


async def heard(page: Page, words: str) -> None:
    await expect(page.locator("#say-polite")).to_contain_text(words)


async def closed(page: Page) -> None:
    assert await page.evaluate(OPEN) == 0


async def sent(desk: Desk) -> list[dict[str, Any]]:
    return [each["body"] for each in (await desk.sim("GET", "/sent"))["sent"]]


async def shelf(desk: Desk) -> list[dict[str, Any]]:
    return list((await desk.sim("GET", f"/media?phone_number_id={desk.office.number.meta_id}"))["media"])


async def test_e5_spoken_heard_and_sent_as_what_whatsapp_plays(desk: Desk) -> None:
    page = await opened(desk)
    await expect(page.get_by_role("button", name="Send", exact=True)).to_have_count(0)
    await field(page).fill("words")
    await expect(microphone(page)).to_have_count(0)
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    await field(page).fill("")
    await record(page)
    await heard(page, "Recording has begun.")
    await expect(running(page).get_by_role("timer")).to_have_text(re.compile(r"0:[0-5][1-9]"))
    await running(page).get_by_role("button", name="Pause the recording").click()
    await heard(page, "Recording is paused.")
    assert await page.evaluate("[recorder.state, streams[0].getTracks()[0].enabled]") == ["paused", False]
    await running(page).get_by_role("button", name="Go on recording").click()
    assert await page.evaluate("[recorder.state, streams[0].getTracks()[0].enabled]") == ["recording", True]
    await running(page).get_by_role("button", name="Stop and listen").click()
    await expect(unsent(page).get_by_role("button", name="Play")).to_be_focused()
    await heard(page, "Recording has stopped. Listen to it, or send it.")
    await closed(page)
    sound = unsent(page).locator("audio")
    raw, made = [await page.evaluate(LENGTH, each) for each in ("raw", await sound.get_attribute("src"))]
    assert raw > 0.1 and abs(raw - made) < 0.02, (raw, made)
    webm = base64.b64decode(await page.evaluate(RAW))
    assert abs(await sound.evaluate("each => each.duration") - made) < 0.02
    await sound.evaluate("each => { each.loop = true; }")
    await page.keyboard.press("Enter")
    await expect(unsent(page).get_by_role("button", name="Pause")).to_be_visible()
    await unsent(page).get_by_role("button", name="Send", exact=True).click()
    shown = page.locator("[data-key]").last
    await expect(shown.get_by_text("Read", exact=True)).to_be_attached()
    await expect(field(page)).to_be_focused()
    assert (await sent(desk))[0]["audio"].pop("voice") is True
    assert (await shelf(desk))[-1]["mime_type"] == "audio/ogg; codecs=opus"
    # From the gateway it is the same to everybody.
    await page.reload()
    there = page.locator("[data-key]").last.locator("audio")
    await expect(there).to_have_js_property("readyState", 4)
    assert await page.evaluate(LENGTH, await there.get_attribute("src")) == made
    assert abs(await there.evaluate("each => each.duration") - made) < 0.02
    async with asyncio.timeout(20):
        play = page.locator("[data-key]").last.get_by_role("button", name="Play")
        await asyncio.gather(page.evaluate(ENDED), play.click())
    await lengthless(desk, page, webm)


async def lengthless(desk: Desk, page: Page, webm: bytes) -> None:
    """The recorder's own file does not tell its length: where one comes in, it is found out."""
    before = await page.locator("[data-key]").count()
    await attach(desk, ANA, "audio", webm, "audio/webm")
    await expect(page.locator("[data-key]")).to_have_count(before + 1)
    odd = page.locator("[data-key]").last
    await expect(odd.locator("audio")).to_have_attribute("src", re.compile("/media/"))
    await expect(odd.get_by_role("slider")).to_have_attribute("max", re.compile(r"^\d\.\d+$"))
    await expect(odd.get_by_role("slider")).to_have_js_property("value", "0")
    await expect(odd.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("^0:00 / 0:0"))
    # Nor is it for WhatsApp: attached, it is made into one that is.
    await give(page, "drop", ("memo.webm", "audio/webm", webm), ("broken.webm", "audio/webm", webm[:40]))
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("memo.ogg")).to_be_visible()
    await expect(
        dialog.get_by_text("WhatsApp does not take this recording, and it cannot be converted")
    ).to_be_visible()
    await page.keyboard.press("Escape")
    # What plays would be recorded too.
    await odd.locator("audio").evaluate("each => { each.loop = true; }")
    await odd.get_by_role("button", name="Play").click()
    await expect(odd.locator("audio")).to_have_js_property("paused", False)
    await record(page)
    await expect(odd.locator("audio")).to_have_js_property("paused", True)
    await running(page).get_by_role("button", name="Discard the recording").click()
    await closed(page)


async def test_e5_by_keyboard_as_an_answer_and_escape_throws_it_away(desk: Desk) -> None:
    asked = await desk.write(ANA, "Ana", "Can you say it?")
    page = await opened(desk)
    before = len(await sent(desk))
    await expect(bubble(page, "Can you say it?")).to_be_visible()
    await page.locator("[data-key]").last.press("r")
    await expect(field(page)).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(microphone(page)).to_be_focused()
    # The browser is still asking: nothing is recorded, and a yes that comes too late opens nothing.
    await page.evaluate("late = new Promise(done => { window.answer = done; }); 0")
    await page.keyboard.press("Enter")
    await expect(running(page)).to_have_text("Allow the microphone when the browser asks.")
    await expect(running(page).get_by_role("button", name="Discard the recording")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(running(page)).to_have_count(0)
    await page.evaluate("answer(), late = null, 0")
    await until(lambda: shut(page))
    for ending in ("Escape", "Enter"):
        await microphone(page).press("Enter")
        await expect(running(page).get_by_role("button", name="Stop and listen")).to_be_focused()
        await spoken(page)
        if ending == "Escape":
            await page.keyboard.press("Escape")
            await heard(page, "The recording was discarded.")
            await expect(field(page)).to_be_focused()
            await closed(page)
            await expect(unsent(page)).to_have_count(0)
            await expect(page.get_by_text("Replying to")).to_be_attached()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-key]").last.get_by_text("Read", exact=True)).to_be_attached()
    await closed(page)
    bodies = await sent(desk)
    assert len(bodies) == before + 1
    assert bodies[0]["context"] == {"message_id": asked}


async def shut(page: Page) -> bool:
    return bool(await page.evaluate(f"{OPEN} === 0"))


async def test_e5_who_leaves_finds_the_recording_there_again(desk: Desk) -> None:
    page = await opened(desk)
    before = len(await sent(desk))
    await record(page)
    await spoken(page)
    await row(page, "Ben").get_by_role("button").click()
    await closed(page)
    await expect(row(page, "Ana")).to_contain_text("Draft:Voice message")
    await heard(page, "It waits in its conversation.")
    # The page itself goes to the background for good; here is another recording of its own.
    await record(page)
    await spoken(page)
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    await closed(page)
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await expect(unsent(page)).to_be_visible()
    await unsent(page).get_by_role("button", name="Discard the recording").click()
    await expect(microphone(page)).to_be_visible()
    await row(page, "Ana").get_by_role("button").click()
    await expect(unsent(page).get_by_role("button", name="Play")).to_be_visible()
    await expect(unsent(page).locator("audio")).to_have_js_property("readyState", 4)
    # A microphone that is pulled out ends it too, with what there was.
    await unsent(page).get_by_role("button", name="Discard the recording").click()
    await record(page)
    await spoken(page)
    await page.evaluate("streams.at(-1).getTracks()[0].dispatchEvent(new Event('ended'))")
    await expect(page.get_by_text("The microphone is gone: the recording was stopped there.").first).to_be_visible()
    await expect(unsent(page)).to_be_visible()
    await unsent(page).get_by_role("button", name="Discard the recording").click()
    # Who may not send it any more keeps it all the same, until they may.
    await record(page)
    await spoken(page)
    await permit(desk, sendMedia=False)
    await expect(running(page)).to_have_count(0)
    await expect(microphone(page)).to_have_count(0)
    await closed(page)
    await permit(desk, sendMedia=True)
    await expect(unsent(page)).to_be_visible()
    assert await page.evaluate("files.size") == 1
    # A link that ends takes it along.
    desk.forgiven.append("401")
    await desk.office.client.delete(f"/v1/shared-inbox-links/{desk.link['id']}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("This link was turned off")
    assert await page.evaluate("files.size") == 0
    assert len(await sent(desk)) == before


async def permit(desk: Desk, **permissions: bool) -> None:
    await desk.office.client.patch(f"/v1/shared-inbox-links/{desk.link['id']}", {"permissions": permissions})


async def test_e5_a_recording_has_an_end(desk: Desk) -> None:
    await desk.context.clock.install()
    page = await opened(desk)
    await record(page)
    await spoken(page)
    await page.clock.fast_forward("29:00")
    await expect(running(page).get_by_role("timer")).to_have_text(re.compile(r"29:\d\d"))
    await page.clock.fast_forward("01:00")
    form = page.locator("form")
    await expect(form.get_by_text("A voice message lasts at most 30 minutes")).to_be_visible()
    await closed(page)
    await unsent(page).get_by_role("button", name="Discard the recording").click()
    await record(page)
    await spoken(page)
    await page.evaluate(GROWS, 16 * 1024 * 1024)
    await expect(form.get_by_text("WhatsApp takes at most 16 MB of sound")).to_be_visible()
    await expect(unsent(page).get_by_role("button", name="Play")).to_be_focused()
    await closed(page)


@pytest.mark.parametrize("refused", ["really", "in words"])
async def test_e5_without_a_microphone_it_is_said_why(desk: Desk, refused: str) -> None:
    page = await opened(desk)
    if refused == "really":
        await desk.context.clear_permissions()
        await microphone(page).click()
        why = page.get_by_role("alert").get_by_text("Allow it in the settings beside the address")
        await expect(why).to_be_visible()
        return
    for name, words in (
        ("NotFoundError", "There is no microphone. Connect one"),
        ("NotReadableError", "The microphone is in use elsewhere."),
        ("TypeError", "The microphone could not be started."),
    ):
        await page.evaluate("name => { refusal = name; }", name)
        await microphone(page).click()
        await expect(page.get_by_role("alert").get_by_text(words)).to_be_visible()
        await expect(microphone(page)).to_be_focused()
        await expect(running(page)).to_have_count(0)
    await field(page).fill("then in writing")
    await expect(page.get_by_text("The microphone could not")).to_have_count(0)
    await field(page).fill("")


async def test_e5_a_browser_that_knows_only_mp4_sends_an_ordinary_sound(desk: Desk) -> None:
    await desk.context.add_init_script("MediaRecorder.isTypeSupported = type => type === 'audio/mp4';")
    page = await opened(desk)
    before = await page.locator("[data-key]").count()
    await record(page)
    await spoken(page)
    await running(page).get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("[data-key]")).to_have_count(before + 1)
    await expect(page.locator("[data-key]").last.get_by_text("Read", exact=True)).to_be_attached()
    await closed(page)
    newest = (await sent(desk))[0]
    assert newest["type"] == "audio" and "voice" not in newest["audio"]
    assert (await shelf(desk))[-1]["mime_type"] == "audio/mp4"


async def test_e5_no_microphone_where_it_would_be_of_no_use(desk: Desk) -> None:
    text_only = await opened(desk, "readInbox", "sendText")
    await expect(text_only.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await expect(microphone(text_only)).to_have_count(0)
    files_only = await desk.open("readInbox", "sendMedia", thread=ANA)
    await expect(microphone(files_only)).to_be_visible()
    await attach(desk, ANA, "audio", b"OggS", "audio/ogg; codecs=opus")
    await files_only.add_init_script(f"delete window.MediaRecorder; {NO_OGG}")
    await files_only.reload()
    await expect(files_only.get_by_role("button", name="Attach files")).to_be_visible()
    await expect(microphone(files_only)).to_have_count(0)
    # Nor does such a browser play what others record.
    shown = files_only.locator("[data-key]").last
    await expect(shown).to_contain_text("This browser cannot play this recording. You can download it.")
    async with files_only.expect_download() as coming:
        await shown.get_by_role("link", name="Download").click()
    assert (await (await coming.value).path()).read_bytes() == b"OggS"
