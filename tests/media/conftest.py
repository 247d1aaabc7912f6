"""A tenant with a connected number for each test, and the shortest way to put files up and take them down."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.stack import Answer, Client, Number, Stack

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


@dataclass
class Tenant:
    stack: Stack
    client: Client
    number: Number

    @property
    def path(self) -> str:
        return f"/v1/phones/{self.number.id}/media"

    async def upload(
        self, content: Any = PDF, mime_type: str | None = "application/pdf", filename: str | None = "report.pdf",
        field: str = "file", **others: str,
    ) -> Answer:  # fmt: skip
        form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
        for name, value in others.items():
            form.add_field(name, value)
        form.add_field(field, content, filename=filename, content_type=mime_type)
        return await self.client.post(self.path, data=form)

    async def uploaded(self, content: Any = PDF, mime_type: str = "application/pdf", filename: str = "a.pdf") -> str:
        answer = await self.upload(content, mime_type, filename)
        assert answer.status == 200, answer.body
        return str(answer.data["id"])

    async def received(self, content: bytes, mime_type: str, filename: str = "") -> str:
        """A file that a contact has sent."""
        query = {"phone_number_id": self.number.meta_id, **({"filename": filename} if filename else {})}
        url = f"{self.stack.sim_url}/_sim/media"
        async with self.stack.session.post(
            url, data=content, params=query, headers={"Content-Type": mime_type}
        ) as answer:
            told = await answer.json()
            assert answer.status == 201, told
            return str(told["id"])

    async def get(self, media_id: str, tail: str = "/download", method: str = "GET", **headers: str) -> Answer:
        answer = await self.client.call(method, f"{self.path}/{media_id}{tail}", headers=headers)
        answer.headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer

    async def at_meta(self) -> list[dict[str, Any]]:
        """What Meta holds for this phone."""
        told = await self.stack.sim("GET", f"/media?phone_number_id={self.number.meta_id}")
        return list(told["media"])

    async def expire(self, media_id: str, what: str = "addresses") -> None:
        await self.stack.sim("POST", f"/media/{media_id}/expire", {"what": what})


async def tenant_of(stack: Stack) -> Tenant:
    client = await stack.organization()
    return Tenant(stack, client, await stack.connect(client))


@pytest.fixture
async def tenant(stack: Stack) -> Tenant:
    return await tenant_of(stack)
