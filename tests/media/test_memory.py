"""A hundred megabytes up, down, in parts and by URL through a real gateway process, whose memory hardly grows."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.media.sources import serving, streamed
from tests.processes.commands import House, Process, answers, house
from tests.processes.meta_side import connected, meta
from tests.stack import Client, Number

MB = 1024 * 1024
SIZE = 100 * MB
GROWTH = 20 * MB
PIECE = hashlib.sha256(b"x").digest() * 2048


def pieces(size: int) -> Iterator[bytes]:
    """The same bytes each time, no two pieces alike."""
    for number in range(size // len(PIECE)):
        yield number.to_bytes(8, "big") + PIECE[8:]


def digest(size: int) -> str:
    seen = hashlib.sha256()
    for piece in pieces(size):
        seen.update(piece)
    return seen.hexdigest()


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made


class Memory:
    """Resident memory of a process at its highest since `began`."""

    def __init__(self, process: Process) -> None:
        self._folder = Path(f"/proc/{process.pid}")
        self.before = self._read("VmRSS")
        (self._folder / "clear_refs").write_text("5")

    @property
    def growth(self) -> int:
        return self._read("VmHWM") - self.before

    def _read(self, name: str) -> int:
        [line] = [each for each in (self._folder / "status").read_text().splitlines() if each.startswith(name)]
        return int(line.split()[1]) * 1024


async def upload(client: Client, number: Number, size: int) -> str:
    head = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="large.pdf"\r\n'
    head, tail = head + b"Content-Type: application/pdf\r\n\r\n", b"\r\n--xyz--\r\n"

    async def body() -> AsyncIterator[bytes]:
        yield head
        for piece in pieces(size):
            yield piece
        yield tail

    headers = {"Content-Type": "multipart/form-data; boundary=xyz", "Content-Length": str(len(head) + size + len(tail))}
    answer = await client.post(f"/v1/phones/{number.id}/media", data=body(), headers=headers)
    assert answer.status == 200, answer.body
    return str(answer.data["id"])


async def download(client: Client, number: Number, media_id: str, first: int = 0) -> tuple[int, str]:
    url = f"{client.base}/v1/phones/{number.id}/media/{media_id}/download"
    headers = {"Authorization": f"Bearer {client.key}", **({"Range": f"bytes={first}-"} if first else {})}
    seen, size = hashlib.sha256(), 0
    async with client.session.get(url, headers=headers) as answer:
        assert answer.status == (206 if first else 200)
        async for piece in answer.content.iter_any():
            seen.update(piece)
            size += len(piece)
    return size, seen.hexdigest()


async def send(client: Client, number: Number, url: str) -> None:
    body = {"type": "document", "to": "16505551234", "mediaUrl": url, "filename": "large.pdf"}
    answer = await client.post(f"/v1/phones/{number.id}/messages", body)
    assert answer.status == 200, answer.body


async def test_memory_does_not_grow_with_the_file(home: House) -> None:
    async with meta(home) as (sim, receiver), serving() as source, aiohttp.ClientSession() as session:
        gateway = home.start("serve", "--workers-off")
        await answers(session, f"{home.url}/health/ready")
        client, number = await connected(home, sim.base_url, receiver, session)
        for path, size in (("/small.pdf", MB), ("/large.pdf", SIZE)):

            async def answer(request: web.Request, size: int = size) -> web.StreamResponse:
                return await streamed(b"".join(pieces(size)), "application/pdf", length=size)(request)

            source.files[path] = answer
        assert await download(client, number, await upload(client, number, MB)) == (MB, digest(MB))
        await send(client, number, f"{source.url}/small.pdf")

        memory = Memory(gateway)
        media_id = await upload(client, number, SIZE)
        assert memory.growth < GROWTH, "up"
        assert await download(client, number, media_id) == (SIZE, digest(SIZE))
        assert memory.growth < GROWTH, "down"
        assert (await download(client, number, media_id, SIZE - 7 * MB))[0] == 7 * MB
        assert memory.growth < GROWTH, "a part of it"
        await send(client, number, f"{source.url}/large.pdf")
        print(f"memory grew by {memory.growth / MB:.1f} MB at the most")
        assert memory.growth < GROWTH, "by URL"
        url = f"{sim.base_url}/_sim/media"
        async with session.get(url, params={"phone_number_id": number.meta_id}) as told:
            held = (await told.json())["media"]
        assert sorted((each["size"], each["sha256"]) for each in held) == sorted(
            [(MB, digest(MB))] * 2 + [(SIZE, digest(SIZE))] * 2
        )
