"""A worker's engine led by the hand: its own reader, dispatcher, flusher and mover, each of them one step at a time.

A step can be kept back at a statement while others go on, and the connection can be cut before any statement or commit.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from waypost.domain import webhooks
from waypost.errors import WaypostError
from waypost.postgres.ownership import Ownership
from waypost.postgres.pool import Connection, connect, means_unavailable
from waypost.runtime import Runtime
from waypost.workers.deliver import Engine
from waypost.workers.dispatcher import Dispatcher
from waypost.workers.egress import Answer
from waypost.workers.flusher import Flusher
from waypost.workers.mover import Mover
from waypost.workers.reader import Reader
from waypost.workers.rules import Rules
from waypost.workers.shift import Shift
from waypost.workers.writing import Writing

Step = Literal["balance", "look", "sweep", "flush", "queue_up", "drop", "park", "aside"]
STEPS: tuple[Step, ...] = get_args(Step)
#: Recorded by one flush.
BATCH = 4
Cut = Callable[[int], Awaitable[None]]


class Wire:
    """A connection. `fuse` statements and commits from now it is cut, before the next one; the `pause`-th one from now
    is done, and its answer kept back until `let_go`, unless that is inside a transaction: others would wait for it."""

    def __init__(self, conn: Connection, cut: Cut) -> None:
        self._conn = conn
        self._cut = cut
        self._go = asyncio.Event()
        self._in_transaction = False
        self.kept_back = asyncio.Event()
        self.fuse: int | None = None
        self.pause: int | None = None
        self.is_cut = False

    async def cut(self) -> None:
        self.is_cut = True
        await self._cut(self._conn.get_server_pid())

    async def close(self) -> None:
        if not self.is_cut:
            await self.cut()
        self._conn.terminate()

    def let_go(self) -> None:
        self.kept_back.clear()
        self._go.set()

    async def fetch(self, *asked: Any) -> Any:
        return await self._through(self._conn.fetch(*asked))

    async def fetchval(self, *asked: Any) -> Any:
        return await self._through(self._conn.fetchval(*asked))

    async def execute(self, *asked: Any) -> Any:
        return await self._through(self._conn.execute(*asked))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        self._in_transaction = True
        try:
            async with self._conn.transaction():
                yield
                await self._burn()
        finally:
            self._in_transaction = False
        await self._keep_back()

    async def _through(self, call: Coroutine[Any, Any, Any]) -> Any:
        try:
            await self._burn()
        except BaseException:
            call.close()
            raise
        answer = await call
        await self._keep_back()
        return answer

    async def _burn(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                self.fuse = None
                await self.cut()

    async def _keep_back(self) -> None:
        if self.pause is not None and not self._in_transaction:
            self.pause -= 1
            if self.pause < 0:
                self.pause = None
                self._go.clear()
                self.kept_back.set()
                await self._go.wait()


class Round(asyncio.Event):
    """Whether a loop shall end: only when it asks for the second time. Nothing is waited for."""

    def __init__(self, draining: bool = False, over: type[Exception] | None = None) -> None:
        super().__init__()
        self._draining, self._over, self._asked = draining, over, False

    def is_set(self) -> bool:
        if not self._asked:
            self._asked = True
            return self._draining
        if self._over is not None:
            raise self._over
        return True

    async def wait(self) -> Any:
        return True


class RoundOver(Exception):
    pass


@dataclass(eq=False)
class Post:
    """A request that is under way."""

    delivery_id: UUID
    done: Callable[[Answer], None]


class Hand:
    """`posts` are those without an answer; `posted` is told of each when it leaves."""

    def __init__(
        self, rt: Runtime, rules: Rules, owner: Wire, reader: Wire, posted: Callable[["Hand", UUID], None]
    ) -> None:
        self.owner, self.reader = owner, reader
        self.posts: list[Post] = []
        self.draining = False
        self.shift = Shift(rules)
        self.ownership, self._writing = Ownership(owner, webhooks.SHARDS), Writing(owner)
        self._posted = posted
        self._engine: Any = Engine(rt, self, rules)  # type: ignore[arg-type]
        self._engine._shift = self.shift
        self._reader: Any = Reader(reader, rt.vault, self.shift, Dispatcher(rt, self, self.shift).dispatch)  # type: ignore[arg-type]
        self._flusher: Any = Flusher(owner, self._writing, self.shift)
        self._mover: Any = Mover(owner, self._writing, self.shift)
        self._kept_back: dict[Wire, asyncio.Task[None]] = {}

    @property
    def owns(self) -> bool:
        """Whether what it does counts: PostgreSQL ended neither its connection nor, with it, its locks."""
        return not self.owner.is_cut

    def may(self, wire: Wire) -> bool:
        """Whether a step on this connection can begin."""
        return wire not in self._kept_back

    @property
    def is_kept_back(self) -> bool:
        return bool(self._kept_back)

    @property
    def has_left(self) -> bool:
        """It drained, and nothing is its any more."""
        return self.draining and self.may(self.owner) and not self.ownership.held

    def post(self, _url: str, headers: Sequence[str], _body: bytes, done: Callable[[Answer], None]) -> None:
        [id_] = [UUID(line.split()[1]) for line in headers if line.startswith("X-Webhook-Delivery:")]
        self._posted(self, id_)
        self.posts.append(Post(id_, done))

    def answer(self, post: Post, answer: Answer) -> None:
        self.posts.remove(post)
        post.done(answer)

    async def step(self, step: Step) -> bool:
        """One round of one of its loops; False when the worker was lost."""
        self.shift.sweep_wanted |= step == "sweep"
        return await self._begun(self.wire(step), self._work(step))

    def wire(self, step: Step) -> Wire:
        return self.reader if step in ("look", "sweep") else self.owner

    async def _work(self, step: Step) -> None:
        match step:
            case "balance":
                await self._balance()
            case "look" | "sweep":
                await self._reader.run(Round(self.draining))
            case "flush":
                await self._flush()
            case "queue_up":
                await self._mover._queue_up()
            case move:
                await self._mover._piece(move)

    async def _balance(self) -> None:
        self._engine._draining = Round(self.draining, RoundOver)
        with suppress(RoundOver):
            await self._engine._balance(self.ownership, self._writing)

    async def _flush(self) -> None:
        batch, self.shift.outcomes = self.shift.outcomes[:BATCH], self.shift.outcomes[BATCH:]
        if batch:
            await self._flusher._flush(batch)

    async def go_on(self, wire: Wire) -> bool:
        """What was kept back."""
        task = self._kept_back.pop(wire)
        wire.let_go()
        return await self._ended(wire, task)

    def drain(self) -> None:
        """Takes no more work, and leaves to the tables what is queued."""
        self.draining = True
        self.shift.held.drop(self.shift.lanes.drop(range(webhooks.SHARDS)))

    async def close(self) -> None:
        """What it knew is gone; its locks are free."""
        self.shift.over = True
        for task in self._kept_back.values():
            task.cancel()
        await asyncio.gather(*self._kept_back.values(), return_exceptions=True)
        for wire in (self.reader, self.owner):
            await wire.close()

    async def _begun(self, wire: Wire, work: Coroutine[Any, Any, None]) -> bool:
        assert self.may(wire)
        return await self._ended(wire, asyncio.create_task(work))

    async def _ended(self, wire: Wire, task: "asyncio.Task[None]") -> bool:
        """False when the engine was lost with its connection, as `Engine.run` sees it."""
        held = asyncio.create_task(wire.kept_back.wait())
        async with asyncio.timeout(20):
            await asyncio.wait({task, held}, return_when=asyncio.FIRST_COMPLETED)
        held.cancel()
        if not task.done():
            self._kept_back[wire] = task
            return True
        wire.fuse = wire.pause = None
        try:
            task.result()
        except Exception as error:
            if not isinstance(error, WaypostError) and not means_unavailable(error):
                raise
            assert self.owner.is_cut or self.reader.is_cut, repr(error)
            await self.close()
            return False
        return True


async def joined(rt: Runtime, rules: Rules, killer: Connection, posted: Callable[[Hand, UUID], None]) -> Hand:
    """A worker that counts among the living and owns nothing yet."""

    async def cut(pid: int) -> None:
        await killer.execute("select pg_terminate_backend($1)", pid)
        while await killer.fetchval("select exists (select from pg_stat_get_activity($1))", pid):
            await asyncio.sleep(0.001)

    owner, reader = [Wire(await connect(rt.pool.dsn, name=f"waypost {what}"), cut) for what in ("owner", "reader")]
    hand = Hand(rt, rules, owner, reader, posted)
    await hand.ownership.join()
    return hand
