"""One office for the tests of a module: a connected number to which two customers have written."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.inbox.browser import Browser, Feed, browser
from tests.messages.test_sending import connected
from tests.stack import Client, Number, Stack

ANA, BEN = "16505551234", "5491155558642"


@dataclass
class Office:
    """An organization, its number, and conversations by the customer's number."""

    stack: Stack
    client: Client
    number: Number
    threads: dict[str, str]

    async def browser(self, *permissions: str, **fields: Any) -> Browser:
        return await browser(self.stack, self.client, self.number, *permissions, **fields)

    async def writes(self, sender: str, text: str, name: str = "Ana") -> None:
        await self.stack.customer_writes(self.number, sender, text, name)

    async def gets(self, words: str, status: str) -> None:
        """Meta tells this status of the message of this number with these words."""
        accepted = (await self.stack.sim("GET", f"/sent?phone_number_id={self.number.meta_id}"))["sent"]
        [wamid] = [each["wamid"] for each in accepted if words in str(each)]
        told = {"phone_number_id": self.number.meta_id, "wamid": wamid, "statuses": [status]}
        await self.stack.sim("POST", "/statuses", told)

    async def all_told(self, feed: Feed) -> None:
        """Waits until a stream has told of everything that is committed by now: what a mark written last shows."""
        mark = uuid4().hex
        await self.writes(BEN, mark, "Ben")
        async with asyncio.timeout(10):
            while all(event.data["message"]["content"].get("body") != mark for event in feed.named("message")):
                await feed.wait("message", len(feed.named("message")) + 1)


async def office_of(stack: Stack) -> Office:
    client, number = await connected(stack)
    await stack.customer_writes(number, ANA, "Hi!", "Ana")
    await stack.customer_writes(number, BEN, "Hola", "Ben")
    rows = (await client.get(f"/v1/phones/{number.id}/conversations")).data
    return Office(stack, client, number, {row["contactPhone"]: row["id"] for row in rows})


@pytest.fixture(scope="module")
async def office(stack: Stack) -> Office:
    return await office_of(stack)
