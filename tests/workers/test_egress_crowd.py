"""One webhook in twenty hangs, in every manner: the deliveries of the nineteen others are made while it does."""

import asyncio
import socket
import threading
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.receiver import Receiver
from tests.workers import hostile
from tests.workers.engines import path, until, working
from tests.workers.rows import books

EVENTS = 5


async def test_the_nineteen_are_served_while_the_twentieth_hangs(
    dsn: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Structure, not time: none of the hostile has been answered when the last good delivery is on the books."""
    released, system = threading.Event(), socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "dead.test":
            released.wait(60)
        return system("127.0.0.1" if host == "dead.test" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    good = [path() for _ in range(19 * (len(hostile.HANGING) + 3))]
    async with AsyncExitStack() as stack:
        stack.callback(released.set)
        places = [await stack.enter_async_context(hostile.rude(manners)) for manners in hostile.HANGING.values()]
        urls = [f"http://127.0.0.1:{place.port}/" for place in places]
        urls += [f"https://127.0.0.1:{places[0].port}/", f"http://dead.test:{places[0].port}/"]
        urls.append(f"http://127.0.0.1:{(await stack.enter_async_context(hostile.full())).port}/")
        assert len(good) == 19 * len(urls)
        worker = await stack.enter_async_context(working(dsn))
        book = await stack.enter_async_context(books(worker.rt))
        bad = {(await book.webhook(url)).id for url in urls}
        for where in good:
            await book.webhook(receiver.url + where)
        await book.publish(EVENTS)
        wanted = set(good)

        async def all_booked() -> bool:
            return (await book.counts()).get("delivered", 0) == EVENTS * len(good)

        await receiver.wait_for(lambda each: each.path in wanted, EVENTS * len(good), timeout=60)
        await until(all_booked, "the books of the good")
        assert not any(attempt["webhook_id"] in bad for attempt in await book.attempts()), (
            "every hostile one still hangs"
        )
        counts = await book.counts()
        assert counts == {"delivered": EVENTS * len(good), "ready": EVENTS * len(bad)}
        async with asyncio.timeout(10):  # they do hang: each has been connected to, and holds what it was given
            while not all(place.connections for place in places):
                await asyncio.sleep(0.01)
