"""A world that outlives its process: who is connected is kept in a file, what was sent is not."""

import asyncio
import logging
import os
from pathlib import Path

import msgspec

from .stage import Stage
from .world import Business, Phone, Token, Waba, World

log = logging.getLogger("waypost.simulator")

INTERVAL = 0.5


class Snapshot(msgspec.Struct):
    businesses: list[Business] = []
    wabas: list[Waba] = []
    phones: list[Phone] = []
    tokens: list[Token] = []


def take(world: World) -> bytes:
    parts = (world.businesses, world.wabas, world.phones, world.tokens)
    return msgspec.json.encode(Snapshot(*(list(part.values()) for part in parts)))  # type: ignore[arg-type]


def restore(world: World, raw: bytes) -> None:
    snapshot = msgspec.json.decode(raw, type=Snapshot)
    world.businesses.update((one.id, one) for one in snapshot.businesses)
    world.wabas.update((one.id, one) for one in snapshot.wabas)
    world.tokens.update((one.value, one) for one in snapshot.tokens)
    for phone in snapshot.phones:
        world.phones[phone.id] = world.by_digits[phone.digits] = phone


def load(world: World, path: Path) -> None:
    """Nothing there is an empty world; what cannot be read is set aside, and the world is empty too."""
    try:
        restore(world, path.read_bytes())
    except FileNotFoundError:
        return
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        os.replace(path, path.with_suffix(".unreadable"))
        log.warning("simulator state set aside path=%s error=%s", path, error)


def save(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(raw)
    os.replace(fresh, path)


async def keep(stage: Stage, path: Path) -> None:
    """Writes the file soon after each change, and once more when cancelled."""
    written = take(stage.world)
    try:
        while True:
            await asyncio.sleep(INTERVAL)
            written = _save_changed(stage.world, path, written)
    finally:
        _save_changed(stage.world, path, written)


def _save_changed(world: World, path: Path, written: bytes) -> bytes:
    raw = take(world)
    if raw != written:
        save(path, raw)
    return raw
