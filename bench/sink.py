"""A receiver that answers 200 and notes when each numbered message arrived. Run as `python -m bench.sink PORT OUT`.

SIGUSR1 writes what arrived so far to OUT; a message is known by `bench-<number>-` in its wamid.
"""

import asyncio
import pickle
import re
import signal
import sys
import time
from pathlib import Path

import uvloop

NUMBER = re.compile(rb'"event":"message\.received".*"wamid":"wamid\.bench-(\d+)-')
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Sink(asyncio.Protocol):
    arrivals: dict[int, float] = {}  # noqa: RUF012  one process, one sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.index(b"content-length:")
            stop = head.find(b"\r", at)
            whole = end + 4 + int(head[at + 15 : stop if stop > 0 else end])
            if len(self.buffer) < whole:
                return
            if found := NUMBER.search(self.buffer, end, whole):
                self.arrivals.setdefault(int(found[1]), time.monotonic())
            self.buffer = self.buffer[whole:]
            self.transport.write(ANSWER)  # type: ignore[attr-defined]


async def serve(port: int, out: Path) -> None:
    loop = asyncio.get_running_loop()

    def write() -> None:
        draft = out.with_suffix(".new")
        draft.write_bytes(pickle.dumps(Sink.arrivals))
        draft.replace(out)

    loop.add_signal_handler(signal.SIGUSR1, write)
    server = await loop.create_server(Sink, "127.0.0.1", port, backlog=2048)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
