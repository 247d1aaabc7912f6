"""The line that stands for a message in a list: its own words, cut, on one line; nothing where it has none."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.meta.sends import EXAMPLES
from waypost.domain.previews import LONGEST, preview
from waypost.meta import requests

FIXTURES = Path(__file__).parents[1] / "fixtures" / "notifications"
MEDIA: dict[str, Any] = {"mediaId": "6546", "mimeType": "image/jpeg", "sha256": "1Zc="}
#: Sends that may have no words.
MUTE = {"image", "video", "audio", "sticker", "document", "reaction"}
PREVIEWS: list[tuple[str, dict[str, Any], str | None]] = [
    ("text", {"body": "Hi there!"}, "Hi there!"),
    ("text", {"body": "two\n\n  lines\tand more "}, "two lines and more"),
    ("text", {"body": ""}, None),
    ("text", {"body": "x" * 100}, "x" * 100),
    ("text", {"body": "x" * 101}, "x" * 99 + "…"),
    ("text", {"body": "word " * 40}, "word " * 19 + "word…"),
    ("image", {**MEDIA, "caption": "Menu"}, "Menu"),
    ("image", MEDIA, None),
    ("video", {**MEDIA, "caption": "  "}, None),
    ("audio", {**MEDIA, "voice": True}, None),
    ("sticker", {**MEDIA, "animated": True}, None),
    ("document", {**MEDIA, "filename": "contract.pdf"}, "contract.pdf"),
    ("document", {**MEDIA, "filename": "contract.pdf", "caption": "Signed"}, "Signed"),
    ("location", {"latitude": -34.6, "longitude": 0, "name": "Philz", "address": "Forest Ave"}, "Philz"),
    ("location", {"latitude": -34.6, "longitude": 0, "address": "Forest Ave"}, "Forest Ave"),
    ("location", {"latitude": -34.6, "longitude": 0}, "-34.6, 0"),
    ("location", {}, None),
    ("contacts", {"contacts": [{"name": {"formattedName": "Bo Ek"}}, {"name": {"formattedName": "Al"}}]}, "Bo Ek, Al"),
    ("contacts", {"contacts": [{}, {"name": None}, 7]}, None),
    ("contacts", {"contacts": None}, None),
    ("interactive", {"type": "button_reply", "buttonReply": {"id": "buy", "title": "Buy Now"}}, "Buy Now"),
    ("interactive", {"type": "list_reply", "listReply": {"id": "1", "title": "Phone X"}}, "Phone X"),
    ("interactive", {"type": "nfm_reply", "nfmReply": {"name": "flow", "body": "Sent"}}, "Sent"),
    ("interactive", {"type": "button", "body": "Proceed?", "buttons": []}, "Proceed?"),
    ("interactive", {"type": "call_permission_reply", "callPermissionReply": {"response": "accept"}}, None),
    ("button", {"text": "Stop", "payload": "STOP"}, "Stop"),
    ("reaction", {"emoji": "👍", "wamid": "wamid.A"}, "👍"),
    ("reaction", {"emoji": None, "wamid": "wamid.A"}, None),
    ("template", {"templateName": "order_confirmation", "languageCode": "en_US"}, "order_confirmation"),
    ("order", {"text": "Asap please", "productItems": []}, "Asap please"),
    ("edit", {"wamid": "wamid.A", "type": "text", "content": {"body": "10 min"}}, "10 min"),
    ("edit", {"wamid": "wamid.A"}, None),
    ("revoke", {"wamid": "wamid.A"}, None),
    ("system", {"body": "User Ana changed", "waId": "1"}, "User Ana changed"),
    ("hologram", {"frames": [1, None]}, None),
    ("hologram", {"body": 7, "text": ["x"], "title": {"text": "Deep"}}, "Deep"),
]


@pytest.mark.parametrize(("type_", "content", "expected"), PREVIEWS)
def test_a_message_is_shown_by_its_own_words(type_: str, content: dict[str, Any], expected: str | None) -> None:
    assert preview(type_, content) == expected


def bounded(line: str | None) -> bool:
    return line is None or (0 < len(line) <= LONGEST and line == " ".join(line.split()))


def test_every_send_has_a_preview_that_is_bounded() -> None:
    for name, example in EXAMPLES.items():
        kind = requests.KINDS[example.body["type"], example.body.get("interactiveType")]
        send = msgspec.convert(example.body, kind)
        content = msgspec.json.decode(msgspec.json.encode(send.content()))
        line = preview(send.type, content)
        assert bounded(line), name
        assert line or send.type in MUTE or "body" not in content, name
    assert len(EXAMPLES) > 10


def contents(value: Any) -> Any:
    """(type, content) of whatever looks like a message in a fixture."""
    if isinstance(value, dict):
        if isinstance(value.get("type"), str) and isinstance(value.get("content"), dict):
            yield value["type"], value["content"]
        for each in value.values():
            yield from contents(each)
    elif isinstance(value, list):
        for each in value:
            yield from contents(each)


def test_every_notification_leads_to_a_preview_that_is_bounded() -> None:
    seen = [pair for path in FIXTURES.glob("*.json") for pair in contents(json.loads(path.read_text(encoding="utf-8")))]
    assert len(seen) > 100
    assert all(bounded(preview(type_, content)) for type_, content in seen)
