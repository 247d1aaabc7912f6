"""One run: a number with three webhooks, conversations that go on all the while, disasters, and then the reckoning."""

import asyncio
import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.chaos import disasters
from tests.chaos.city import SCHEDULE, City
from tests.chaos.customer import Hit
from tests.chaos.disasters import Span
from tests.stack import notification, sign, text_message
from waypost.domain.accounting import Balance

CONVERSATIONS = 12
MESSAGES = 20
#: Seconds over which a conversation goes on when nothing stops it.
LOAD = 4.0
CONCURRENCY = 16
#: What one worker may have under way here: the first webhook has the usual 64.
CAPACITY = 64 + 2 * CONCURRENCY
#: How long an answer may take to be recorded on a busy machine, and a loss to be noticed.
LAG, NOTICED = 1.5, 1.5
ROLES = ("plain", "second", "ordered")


@dataclass
class Report:
    seed: int
    happened: list[str]
    messages: int = 0
    posts: int = 0
    exhausted: int = 0
    duplicates: int = 0
    seconds: float = 0
    spans: list[Span] = field(default_factory=list)
    books: Balance | None = None

    def line(self) -> str:
        owed = self.books.deliveries.owed if self.books else 0
        return (
            f"seed {self.seed:3}  {self.messages:4} messages {self.posts:5} posts {self.exhausted:3} given up"
            f" {self.duplicates:3} twice (most {len(self.spans) * CAPACITY:3})  {owed:6} owed, even"
            f"  {self.seconds:5.1f} s  {', '.join(self.happened)}"
        )


async def run(city: City, seed: int) -> Report:
    dice = random.Random(seed)
    report = Report(seed, disasters.chosen(seed, dice))
    began = time.monotonic()
    city.customer.hits.clear()  # a seed may be told twice
    meta_id = await _webhooks(city, seed)
    posting = asyncio.gather(
        *(_converse(city, meta_id, seed, who, random.Random(f"{seed}/{who}")) for who in range(CONVERSATIONS))
    )
    try:
        for name in report.happened:
            await asyncio.sleep(dice.uniform(0.2, 1.0))
            report.spans += await disasters.ALL[name](city, dice)
            seen = await city.books()
            assert seen.is_even, f"seed {seed}, after {name}: {seen}"
        accepted = {wamid for wamids in await posting for wamid in wamids}
    except BaseException:
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
        raise
    report.books = await city.settled(60)
    await _reckon(city, report, accepted)
    report.seconds = time.monotonic() - began
    return report


async def _webhooks(city: City, seed: int) -> str:
    """Meta's id of a new number, and three webhooks that get what its contacts write; those of the last run go."""
    for old in (await city.client.get("/v1/outgoing-webhooks?limit=100")).data:
        assert (await city.client.delete(f"/v1/outgoing-webhooks/{old['id']}")).status in (200, 204)
    number = await city.stack.connect(city.client, events=["message.received"])
    paths = {number.path: "plain", f"/{seed}/second": "second", f"/{seed}/ordered": "ordered"}
    city.customer.plans |= {path: (seed, role) for path, role in paths.items()}
    for path, ordering in ((f"/{seed}/second", "none"), (f"/{seed}/ordered", "conversation")):
        wanted = {
            "url": city.customer.url + path, "events": ["message.received"], "maxConcurrency": CONCURRENCY,
            "ordering": ordering,
        }  # fmt: skip
        made = await city.client.post("/v1/outgoing-webhooks", wanted)
        assert made.status == 201, made.body
    return str(number.meta_id)


async def _converse(city: City, meta_id: str, seed: int, who: int, dice: random.Random) -> list[str]:
    """A contact writes one message after the other, each once the last was answered 200: their order is known."""
    accepted = []
    for nth in range(MESSAGES):
        wamid = f"wamid.{seed}.{who}.{nth}"
        message = text_message(wamid, f"1650{seed % 1000:03d}{who:04d}", wamid, 1_760_000_000 + nth)
        raw = json.dumps(notification(meta_id, messages=[message])).encode()
        while await _status(city, raw) != 200:
            await asyncio.sleep(0.1)
        accepted.append(wamid)
        await asyncio.sleep(dice.uniform(0, 2 * LOAD / MESSAGES))
    return accepted


async def _status(city: City, raw: bytes) -> int:
    headers = {"X-Hub-Signature-256": sign(raw), "Content-Type": "application/json"}
    try:
        limit = aiohttp.ClientTimeout(total=20)
        async with city.session.post(f"{city.home.url}/webhook", data=raw, headers=headers, timeout=limit) as answer:
            return answer.status
    except (aiohttp.ClientError, ConnectionError, TimeoutError):
        return 0


async def _reckon(city: City, report: Report, accepted: set[str]) -> None:
    hits = city.customer.of(report.seed)
    report.messages, report.posts = len(accepted), len(hits)
    assert len(accepted) == CONVERSATIONS * MESSAGES
    ended = await _ended(city, {hit.delivery_id for hit in hits})
    report.exhausted = sum(outcome == "exhausted" for outcome, _ in ended.values())
    good = {hit.delivery_id for hit in hits if hit.status == 200}
    assert {id_ for id_, (outcome, _) in ended.items() if outcome == "delivered"} <= good, (
        "recorded, and never answered"
    )
    assert all(number == len(SCHEDULE) + 1 for outcome, number in ended.values() if outcome == "exhausted")
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for hit in hits:
        ids[hit.role, hit.wamid].add(hit.delivery_id)
    assert set(ids) == {(role, wamid) for role in ROLES for wamid in accepted}, "not every webhook was given everything"
    assert all(len(found) == 1 and found <= set(ended) for found in ids.values())
    _in_order([hit for hit in hits if hit.role == "ordered"])
    _twice(report, hits)
    for trouble in ("deliver.failed", "chores.failed", "Traceback"):
        assert trouble not in city.home.logs, city.home.logs[city.home.logs.index(trouble) - 300 :][:3000]


async def _ended(city: City, ids: set[str]) -> dict[str, tuple[str, int]]:
    async with city.database() as conn:
        rows: list[Any] = await conn.fetch(
            "select delivery_id::text as id, outcome, number from attempts"
            " where outcome in ('delivered', 'exhausted') and delivery_id = any($1::uuid[])",
            sorted(ids),
        )
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: (row["outcome"], row["number"]) for row in rows}


def _in_order(hits: list[Hit]) -> None:
    """Of each conversation, messages first arrive in the order in which they were written."""
    first: dict[str, float] = {}
    for hit in hits:
        first.setdefault(hit.wamid, hit.arrived)
    lines: dict[str, list[int]] = defaultdict(list)
    for wamid in sorted(first, key=lambda wamid: first[wamid]):
        _, _, who, nth = wamid.split(".")
        lines[who].append(int(nth))
    assert all(line == list(range(MESSAGES)) for line in lines.values()), lines


def _twice(report: Report, hits: list[Hit]) -> None:
    """What arrives again after it was answered 200 was in flight, or just answered, when somebody was cut off."""
    good: dict[str, Hit] = {}
    unexplained = []
    for hit in hits:
        if hit.delivery_id in good:
            report.duplicates += 1
            if not _at_risk(good[hit.delivery_id], report.spans):
                unexplained.append((good[hit.delivery_id], hit))
        elif hit.status in (200, None):
            good[hit.delivery_id] = hit
    assert not unexplained, (report.spans, unexplained[:5])
    assert report.duplicates <= len(report.spans) * CAPACITY


def _at_risk(hit: Hit, spans: list[Span]) -> bool:
    return any(
        hit.arrived <= last + NOTICED and (hit.answered is None or hit.answered >= first - LAG) for first, last in spans
    )
