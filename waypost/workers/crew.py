"""All the work of one worker process: deliveries and chores, until asked to stop, then drained."""

import asyncio
from contextlib import suppress

import structlog

from ..runtime import Runtime
from . import chores
from .deliver import Engine
from .egress import Egress
from .rules import RULES

log = structlog.get_logger()
DRAIN = 35.0


async def work(rt: Runtime, stop: asyncio.Event) -> None:
    """Returns after `stop` once what was in flight is recorded, or after DRAIN seconds."""
    egress = Egress(rt.config.allow_targets, deny=rt.config.deny_targets)
    egress.open()
    engine = Engine(rt, egress, RULES.beside(rt.config.webhook_schedule))
    delivering = asyncio.create_task(engine.run(), name="deliver")
    tidying = asyncio.create_task(chores.run(rt), name="chores")
    log.info("worker.started")
    try:
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, delivering], return_when=asyncio.FIRST_COMPLETED)
        engine.drain()
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await delivering
    finally:
        tidying.cancel()
        with suppress(asyncio.CancelledError):
            await tidying
        egress.close()
        log.info("worker.stopped")
