"""Every behaviour of the notifications that Meta posts, one JSON file each: its facts, what is stored, which events."""

from pathlib import Path
from typing import Any

import pytest

from tests.ingest import told
from waypost.runtime import Runtime

FILES = sorted(told.FOLDER.glob("*.json"))


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_notification_says_these_facts(path: Path) -> None:
    fixture = told.load(path)
    assert told.facts(fixture["notification"]) == fixture["facts"], fixture["about"]


@pytest.mark.parametrize("path", FILES, ids=named)
async def test_facts_become_what_is_stored_and_told(rt: Runtime, path: Path) -> None:
    fixture = told.load(path)
    real: dict[str, Any] = await told.outcome(rt, fixture)
    assert real["stored"] == fixture["stored"], fixture["about"]
    assert real["events"] == fixture["events"], fixture["about"]


def test_the_fixtures_cover_the_reference() -> None:
    """Each type of Meta's reference, each kind of fact, and each has a sentence of its own."""
    fixtures = [told.load(path) for path in FILES]
    assert len(FILES) >= 60 and len({fixture["about"] for fixture in fixtures}) == len(FILES)
    found = [fact for fixture in fixtures for fact in fixture["facts"]]
    assert {fact["fact"] for fact in found} == {
        "InboundMessage", "Echo", "Imported", "StatusChange", "ContactCard", "AccountChange", "Unsupported",
    }  # fmt: skip
    assert {fact["type"] for fact in found if fact["fact"] == "InboundMessage"} >= {
        "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive", "button",
        "reaction", "order", "system", "edit", "revoke", "unsupported",
    }  # fmt: skip
    assert {fact["status"] for fact in found if fact["fact"] == "StatusChange"} == {
        "delivered", "read", "played", "failed"
    }  # fmt: skip
