"""The inbox's page in Chromium, as it was built, over the deployment: how long a visitor waits, and what it costs the
page's only thread.

Everything shown comes in through the gateway, as notifications of a number of this round's own. A thing is visible when
the frame after it was painted.
"""

import shutil
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.deployment import Deployment, call

#: Conversations of the list; messages of a thread, threads opened; cold visits; messages written and received.
CONVERSATIONS, THREAD, OPENED, VISITS, TIMES = 2_000, 200, 15, 5, 15
#: A page keeps 300 messages of a thread at the most; so many of one get two statuses each.
TOLD = 250
#: What of a thread comes from one side before the other answers, and what one notification has at the most.
TURN, TOGETHER = 20, 100
PERMISSIONS = ("readInbox", "readDetails", "markRead", "sendText", "sendMedia", "sendTemplates", "sendAdvanced")
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
LAST, STATUSES = "the last word", "Statuses"

#: `shown(find)` is when what it finds has been painted, in milliseconds of the machine's clock.
LOOK = """window.shown = async find => {
  while (!find()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await new Promise(done => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(0);
  });
  return now();
};
window.now = () => performance.timeOrigin + performance.now();
window.bubble = text => [...document.querySelectorAll("[data-key]")].find(each => each.textContent.includes(text));
window.rowOf = name => [...document.querySelectorAll("[data-row]")].find(each => each.textContent.includes(name));
window.firstRow = shown(() => document.querySelector("[data-row]"));"""
OPEN = """async ([name, words]) => {
  const began = now();
  rowOf(name).click();
  const ended = await shown(() => document.querySelector(`[aria-label="Messages with ${name}"]`) && bubble(words));
  return ended - began;
}"""
WRITE = """async text => {
  const began = now();
  const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
  document.getElementById("composer").dispatchEvent(enter);
  return (await shown(() => bubble(text))) - began;
}"""
#: Scrolls to the end of the list until so many are there; the milliseconds of the longest frame.
SCROLL = """async wanted => {
  const list = document.querySelector("[data-row]").closest("ul");
  let longest = 0;
  let last = now();
  while (list.querySelectorAll("[data-row]").length < wanted) {
    list.scrollTop = list.scrollHeight;
    await new Promise(requestAnimationFrame);
    longest = Math.max(longest, now() - last);
    last = now();
  }
  return longest;
}"""
#: Scrolls up until so many messages are mounted.
FILL = """async wanted => {
  const edge = document.querySelector('[aria-label^="Messages with"]').parentElement;
  while (document.querySelectorAll("[data-key]").length < wanted) {
    edge.scrollTop = -edge.scrollHeight;
    await new Promise(requestAnimationFrame);
  }
}"""
TICKED = """([status, wanted]) =>
  shown(() => document.querySelectorAll(`[data-key] [data-status=${status}]`).length >= wanted)"""


def measure(at: Deployment) -> dict[str, float]:
    number = Number(at)
    number.fill()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        try:
            return _measured(browser, number)
        finally:
            browser.close()


def _measured(browser: Browser, number: "Number") -> dict[str, float]:
    visits = []
    for _ in range(VISITS):
        with _visit(browser, number) as page:
            visits.append(page.evaluate("firstRow") - page.evaluate("performance.timeOrigin"))
    found = {"list visible after a cold visit, ms": statistics.median(visits)}
    with _visit(browser, number) as page:
        found |= _threads(page)
        found |= _statuses(page, number)
        found |= _messages(page, number)
    with _visit(browser, number) as page:
        work, longest = _worked(page, lambda: page.evaluate(SCROLL, CONVERSATIONS))
        found["list of 2,000 scrolled, main thread ms a page of 40"] = work / (CONVERSATIONS / 40)
        found["list of 2,000 scrolled, longest frame ms"] = longest
    return found


def _threads(page: Page) -> dict[str, float]:
    """Threads that were not open before, by a press on their row in the first page of the list."""
    found: dict[str, float] = {}
    for kind in ("read", "unread"):
        words = LAST if kind == "read" else "all unread"
        opened = [page.evaluate(OPEN, [f"{kind} {nth:02}", words]) for nth in range(OPENED)]
        found |= _spread(f"thread of {THREAD} opened, {kind}", opened)
    return found


def _statuses(page: Page, number: "Number") -> dict[str, float]:
    """Twice as many statuses as messages, in two notifications."""
    page.evaluate(OPEN, [STATUSES, LAST])
    page.evaluate(FILL, TOLD)
    spent = 0.0
    for status in ("delivered", "read"):
        work, _ = _worked(page, lambda s=status: (number.tell(s), page.evaluate(TICKED, [s, TOLD])))  # type: ignore[misc]
        spent += work
    return {f"{2 * TOLD} statuses, main thread ms": spent}


def _messages(page: Page, number: "Number") -> dict[str, float]:
    """Written here, and received: from the moment at which the notification is posted."""
    written, received = [], []
    for nth in range(TIMES):
        page.fill("#composer", f"written {nth} here")
        written.append(page.evaluate(WRITE, f"written {nth} here"))
        page.evaluate("text => void (window.heard = shown(() => bubble(text)))", f"received {nth} here")
        began = time.time() * 1000
        number.say(STATUSES, [(int(began / 1000), f"received {nth} here")])
        received.append(page.evaluate("heard") - began)
    return _spread("own message visible", written) | _spread("inbound message visible", received)


def _spread(label: str, values: Sequence[float]) -> dict[str, float]:
    return {f"{label}, p50 ms": statistics.median(values), f"{label}, p90 ms": statistics.quantiles(values, n=10)[8]}


@contextmanager
def _visit(browser: Browser, number: "Number") -> Iterator[Page]:
    """A new profile at the link, with its list shown."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.add_init_script(LOOK)
    page = context.new_page()
    page.goto(number.address())
    page.evaluate("firstRow")
    page.get_by_text("Live", exact=True).wait_for()
    yield page
    context.close()


def _worked(page: Page, act: Any) -> tuple[float, Any]:
    """(milliseconds that the page's main thread worked meanwhile, what `act` gave)."""
    meter = page.context.new_cdp_session(page)
    meter.send("Performance.enable")
    before = _busy(meter)
    given = act()
    spent = _busy(meter) - before
    meter.detach()
    return spent, given


def _busy(meter: CDPSession) -> float:
    told = meter.send("Performance.getMetrics")
    return 1000 * float(next(each["value"] for each in told["metrics"] if each["name"] == "TaskDuration"))


class Number:
    """A number of an organization of its own; contacts are known by their names."""

    def __init__(self, at: Deployment) -> None:
        self.at = at
        self.key, _ = at.organization()
        self.id, self.meta_id = at.number(self.key)
        self.numbered = 0
        self.sent: list[str] = []
        self._numbers: dict[str, str] = {}

    def address(self) -> str:
        body = {"phoneNumberId": self.id, "name": "Bench", "permissions": dict.fromkeys(PERMISSIONS, True)}
        return str(self.at.api("POST", "/v1/shared-inbox-links", body, self.key)["data"]["publicUrl"])

    def fill(self) -> None:
        """The list, and above it the threads that are opened: half of them read."""
        now = int(time.time())
        names = [f"contact {nth:04}" for nth in range(CONVERSATIONS)]
        for first in range(0, CONVERSATIONS, TOGETHER):
            self._receive([(name, now - 7200 + first, "Good morning!") for name in names[first : first + TOGETHER]])
        for nth in range(OPENED):
            self.say(f"unread {nth:02}", [(now - 3000 + n, f"{n + 1} of {THREAD}, all unread") for n in range(THREAD)])
            self._talk(f"read {nth:02}", now - 2000)
        self.say(STATUSES, [(now - 1000, "Please tell me.")])
        self.sent = self.echo(STATUSES, [(now - 999 + n, f"answer {n}, {LAST}") for n in range(TOLD)])

    def _talk(self, name: str, at: int) -> None:
        for turn in range(0, THREAD, 2 * TURN):
            self.say(name, [(at + turn + n, f"question {turn + n}: *when* will it come?") for n in range(TURN)])
            self.echo(name, [(at + turn + TURN + n, f"answer {turn + n}, see https://a.example") for n in range(TURN)])
        # Read can only be what Meta's stand-in has sent itself.
        letter = {"phone_number_id": self.meta_id, "from": self._number(name), "name": name, "text": LAST}
        wamid = call("POST", f"{self.at.sim}/messages", letter)["messages"][0]
        self.at.api("POST", f"/v1/phones/{self.id}/messages/{wamid}/read", {}, self.key)

    def say(self, name: str, lines: Sequence[tuple[int, str]]) -> list[str]:
        """Texts of a contact, each with its second; Meta's ids of them."""
        return [
            wamid
            for first in range(0, len(lines), TOGETHER)
            for wamid in self._receive([(name, *line) for line in lines[first : first + TOGETHER]])
        ]

    def echo(self, name: str, lines: Sequence[tuple[int, str]]) -> list[str]:
        """The same to a contact, written in the WhatsApp Business app."""
        told = [{**self._text(second, text), "to": self._number(name), "from": "15550001111"} for second, text in lines]
        self._post("smb_message_echoes", {"message_echoes": told, "contacts": [self._contact(name)]})
        return [each["id"] for each in told]

    def tell(self, status: str) -> None:
        """A status of everything that was sent to the contact of statuses."""
        common = {"status": status, "timestamp": str(int(time.time())), "recipient_id": self._number(STATUSES)}
        self._post("messages", {"statuses": [{"id": wamid, **common} for wamid in self.sent]})

    def _receive(self, lines: Sequence[tuple[str, int, str]]) -> list[str]:
        told = [{**self._text(second, text), "from": self._number(name)} for name, second, text in lines]
        names = dict.fromkeys(name for name, _, _ in lines)
        self._post("messages", {"messages": told, "contacts": [self._contact(name) for name in names]})
        return [each["id"] for each in told]

    def _text(self, second: int, text: str) -> dict[str, Any]:
        self.numbered += 1
        id_ = f"wamid.page-{self.meta_id}-{self.numbered}"
        return {"id": id_, "timestamp": str(second), "type": "text", "text": {"body": text}}

    def _post(self, field: str, value: dict[str, Any]) -> None:
        metadata = {"display_phone_number": "15550001111", "phone_number_id": self.meta_id}
        with socket.create_connection(("127.0.0.1", self.at.port)) as line:
            line.sendall(self.at.signed(field, {"messaging_product": "whatsapp", "metadata": metadata, **value}))
            assert line.recv(65_536).startswith(b"HTTP/1.1 200"), "a notification was refused"

    def _number(self, name: str) -> str:
        return self._numbers.setdefault(name, str(5491300000000 + len(self._numbers)))

    def _contact(self, name: str) -> dict[str, Any]:
        return {"profile": {"name": name}, "wa_id": self._number(name)}
