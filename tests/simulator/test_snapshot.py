"""A world kept in a file: who was connected is still connected after a restart."""

import asyncio
from pathlib import Path

import aiohttp

from waypost.simulator import Settings, running

from .conftest import Hand, Receiver, Start


async def test_a_connection_survives_a_restart(start: Start, receiver: Receiver, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "world.json"
    settings = (await start()).settings
    kept = {name: getattr(settings, name) for name in ("app_id", "app_secret", "config_id", "verify_token")}
    again = Settings(port=0, callback_url=receiver.url, status_delay=0.0, state_path=path, **kept)
    async with aiohttp.ClientSession() as session:
        async with running(again) as first:
            who = await Hand(first, session).connect(phone="16315550123")
        async with running(again) as second:
            sim = Hand(second, session)
            assert (await sim.send(who)).status == 200
            await receiver.until(lambda seen: seen.statuses)
            known = await sim.control("POST", "/signups", {"phone": "16315550123"})
            assert known["phone_number_id"] == who.phone_number_id
            assert (await sim.sign_up()).phone_number_id != who.phone_number_id


async def test_it_is_written_soon_not_only_at_the_end(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    who = await (await start(state_path=path)).sign_up()
    async with asyncio.timeout(5):
        while not path.exists() or who.waba_id not in path.read_text():
            await asyncio.sleep(0.05)


async def test_an_unreadable_file_is_set_aside(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    path.write_text('{"wabas": [{')
    sim = await start(state_path=path)
    assert (await sim.control("GET", "/world"))["wabas"] == []
    assert (tmp_path / "world.unreadable").read_text() == '{"wabas": [{'
