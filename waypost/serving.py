"""The long-running processes: `serve` (doors, with a worker beside them) and `worker`. SIGTERM drains both."""

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
import uvicorn

from .app import Gateway, opened
from .config import Config, child_environment
from .deployment import Database, database
from .postgres import schema
from .runtime import Runtime
from .workers import chores, crew

log = structlog.get_logger()
GRACE = 10
FILES = 65_536
WORKER_GRACE = 45.0
FIRST_PAUSE, LAST_PAUSE, STEADY = 0.2, 10.0, 60.0


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: stopping is decided here, in one place."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """An application that knows of endless answers ends them first."""
        if isinstance(self.config.app, Gateway):
            self.config.app.leave()
        await super().shutdown(sockets)


def listening(host: str, port: int) -> socket.socket:
    """The bound socket; raises OSError when the address is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    # Accepted connections inherit it. asyncio's own loop leaves it unset here, and kept-alive answers then take 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def stop_on_signals() -> asyncio.Event:
    """Set by SIGTERM and SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def allow_many_files() -> None:
    """A connection is an open file, and many systems begin with 1,024: takes what we may have without asking."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def collect_rarely() -> None:
    """What was imported is never garbage, and requests leave none in circles: the collector need not look so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def serve(
    config: Config, workers: bool, stop: asyncio.Event | None = None, ready: asyncio.Event | None = None
) -> None:
    """The gateway until `stop`. Raises OSError when the address is taken."""
    stop = stop or stop_on_signals()
    allow_many_files()
    collect_rarely()
    with listening(config.host, config.port) as listener, database(config) as found:
        await schema.migrate(found.dsn)
        async with opened(config, found.dsn, found.keys) as rt:
            watching = _watch(found)
            analyzing = asyncio.create_task(chores.run_in_gateway(rt), name="chores")
            worker = asyncio.create_task(_keep_worker(config, stop)) if workers else None
            try:
                await _answer(rt, listener, stop, ready)
            finally:
                stop.set()
                if worker is not None:
                    await worker
                await _cancel(analyzing)
                await _cancel(watching)


async def work(config: Config, with_parent: bool) -> None:
    """One worker process until a signal, or until its parent is gone."""
    stop = stop_on_signals()
    allow_many_files()
    if with_parent:
        _stop_with_parent(stop)
    with database(config) as found:
        await schema.migrate(found.dsn)
        async with opened(config, found.dsn, found.keys, pool_size=4) as rt:
            watching = _watch(found)
            try:
                await crew.work(rt, stop)
            finally:
                await _cancel(watching)


def _stop_with_parent(stop: asyncio.Event) -> None:
    """Our standard input ends with the process that holds its other end."""
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()

    def ended() -> None:
        loop.remove_reader(descriptor)
        stop.set()

    loop.add_reader(descriptor, ended)


async def _answer(rt: Runtime, listener: socket.socket, stop: asyncio.Event, ready: asyncio.Event | None) -> None:
    gateway = Gateway(rt)
    server = Server(
        uvicorn.Config(
            gateway,
            http="httptools",
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():  # noqa: ASYNC110  uvicorn has a flag, no event
        await asyncio.sleep(0.01)
    log.info("gateway.ready", address=f"http://{rt.config.host}:{rt.config.port}", public_url=rt.config.public_url)
    warn_of_plain_http(rt.config.public_url)
    if ready is not None:
        ready.set()
    await asyncio.wait([asyncio.create_task(stop.wait()), serving], return_when=asyncio.FIRST_COMPLETED)
    rt.closing.set()
    server.should_exit = True
    await serving
    await gateway.ingest.close()
    stop.set()


def warn_of_plain_http(public_url: str) -> None:
    """Browsers keep the inbox's Secure cookie only where https, or the machine itself, is."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    with suppress(ValueError):
        if ip_address(host).is_loopback:
            return
    if parts.scheme == "http" and host != "localhost" and not host.endswith(".localhost"):
        hint = "Shared inboxes cannot sign in over plain http: set WAYPOST_PUBLIC_URL to an https address."
        log.warning("gateway.public_url_is_http", public_url=public_url, hint=hint)


async def _keep_worker(config: Config, stop: asyncio.Event) -> None:
    """A worker process beside this one, started again if it dies; it ends when our end of its standard input closes."""
    pause, loop = FIRST_PAUSE, asyncio.get_running_loop()
    while not stop.is_set():
        began = loop.time()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "waypost", "worker", "--with-parent",
            stdin=asyncio.subprocess.PIPE, env=child_environment(config),
        )  # fmt: skip
        ended = asyncio.create_task(child.wait())
        await asyncio.wait([ended, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await _end(child, ended)
            return
        pause = FIRST_PAUSE if loop.time() - began > STEADY else min(pause * 2, LAST_PAUSE)
        log.error("gateway.worker_died", status=child.returncode, restart_in=pause)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await stop.wait()


async def _end(child: asyncio.subprocess.Process, ended: "asyncio.Task[int]") -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(ended, WORKER_GRACE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()


def _watch(found: Database) -> "asyncio.Task[None] | None":
    return None if found.server is None else asyncio.create_task(found.server.watch(), name="postgres")


async def _cancel(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
