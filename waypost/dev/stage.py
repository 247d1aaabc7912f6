"""`waypost dev`: gateway, workers, PostgreSQL, Meta's simulator and a receiver on one machine, and what to try next."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import typer

from .. import serving, simulator
from ..config import Config, MetaApp
from ..meta.graph import Graph
from . import demo, words
from .demo import Demo
from .receiver import Receiver, receiving

SIMULATOR_PORT = 8090
RECEIVER_PORT = 8091
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


async def run(config: Config, tell: Callable[[str], None] = typer.echo) -> None:
    """Until SIGINT or SIGTERM. Raises OSError when the gateway's address is taken."""
    stop, ready = serving.stop_on_signals(), asyncio.Event()
    serving.listening(config.host, config.port).close()  # a taken port is told before anything is started
    known = demo.recall(config.data_dir)
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(receiving(_free(RECEIVER_PORT), known.webhook_secret, tell))
        told = await stack.enter_async_context(simulator.running(_simulated(config, known, _free(SIMULATOR_PORT))))
        config = _directed(config, told)
        gateway = asyncio.create_task(serving.serve(config, workers=True, stop=stop, ready=ready))
        await asyncio.wait([gateway, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED)
        if not gateway.done():
            await _show(config, known, receiver, told.base_url, tell)
        await gateway


async def _show(
    config: Config, known: Demo, receiver: Receiver, simulator_url: str, tell: Callable[[str], None]
) -> None:
    control = Graph(MetaApp(graph_url=simulator_url, graph_version="_sim"))
    try:
        phone = await demo.prepare(config, known, control, receiver.url)
    finally:
        await control.close()
    tell(words.ready(config, simulator_url, receiver.url, known, phone.id, phone.number))

    def connected(data: dict[str, str]) -> None:
        if data["phoneNumberId"] != str(phone.id):
            tell(words.connected(config, simulator_url, known, data))

    receiver.on_connected = connected


def _simulated(config: Config, known: Demo, port: int) -> simulator.Settings:
    return simulator.Settings(
        port=port,
        public_url=f"http://localhost:{port}",
        app_id="100000000000001",
        app_secret=known.app_secret,
        config_id="200000000000002",
        verify_token=known.verify_token,
        callback_url=f"{config.public_url}/webhook",
        status_delay=1.0,
        state_path=config.data_dir / "simulator.json",
    )


def _directed(config: Config, told: simulator.Settings) -> Config:
    """The same deployment with the simulator as its Meta, and this machine's own ports as allowed targets."""
    meta = MetaApp(
        app_id=told.app_id,
        app_secret=told.app_secret,
        config_id=told.config_id,
        verify_token=told.verify_token,
        graph_url=told.base_url,
        sdk_url=f"{told.base_url}/en_US/sdk.js",
        dialog_origins=(told.base_url,),
    )
    return replace(config, meta=meta, allow_targets=(*config.allow_targets, *LOOPBACK), log_format="pretty")


def _free(preferred: int) -> int:
    """The preferred port, or any other when it is taken."""
    for port in (preferred, 0):
        try:
            with socket.create_server(("127.0.0.1", port)) as probe:
                return int(probe.getsockname()[1])
        except OSError:
            continue
    raise OSError("No free port on 127.0.0.1.")
