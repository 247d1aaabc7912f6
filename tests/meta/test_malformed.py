"""Notifications that are none: nothing raises, nothing is dropped, and what is around them is still read."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stack import notification, text_message
from waypost.meta.notifications import (
    AccountChange,
    ContactCard,
    InboundMessage,
    StatusChange,
    Unsupported,
    Written,
    facts_of,
)

NAMES = [
    "entry", "changes", "field", "value", "metadata", "phone_number_id", "messages", "statuses", "contacts", "id",
    "from", "type", "text", "body", "status", "errors", "timestamp", "wa_id", "user_id", "profile", "name", "code",
    "context", "recipient_id", "biz_opaque_callback_data", "error_data", "details", "from_user_id", "title", "system",
    "reaction", "edit", "revoke", "message", "original_message_id", "message_id", "interactive", "nfm_reply",
    "response_json", "referral", "pricing", "group_id", "to", "threads", "history_context", "contact", "action",
]  # fmt: skip
KEYS = st.sampled_from(NAMES)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["messages", "text", "sent", "failed", "US.1349", "16505551234", "\x00", "image"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=6),
    max_leaves=40,
)
TYPES = [
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive", "button",
    "reaction", "order", "edit", "revoke", "system", "unsupported",
]  # fmt: skip
FACTS = (Written, StatusChange, ContactCard, AccountChange, Unsupported)


def sound(body: bytes) -> list[Any]:
    """The facts, each of them of a kind and such that PostgreSQL can hold it."""
    found = facts_of(body)
    assert found
    for fact in found:
        assert isinstance(fact, FACTS)
        for text in (getattr(fact, name) for name in fact.__struct_fields__):
            if isinstance(text, str):
                assert "\x00" not in text and text.encode()
        for column in ("content", "context", "original", "error", "pricing", "value"):
            if getattr(fact, column, None) is not None:
                json.loads(getattr(fact, column))
    return found


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_any_json_value_gives_facts(value: Any) -> None:
    sound(json.dumps(value).encode())


@given(st.lists(JSON, max_size=3), st.lists(JSON, max_size=3), st.lists(JSON, max_size=2))
@settings(max_examples=300, deadline=None)
def test_any_json_value_as_message_status_or_contact_gives_a_fact_of_its_own(
    messages: list[Any], statuses: list[Any], contacts: list[Any]
) -> None:
    found = sound(json.dumps(notification("106", messages=messages, statuses=statuses, contacts=contacts)).encode())
    assert len(found) == (len(messages) + len(statuses) or 1)


@given(
    st.sampled_from(["smb_message_echoes", "history", "smb_app_state_sync", "account_update"]),
    st.lists(JSON, max_size=3),
    st.lists(JSON, max_size=2),
)
@settings(max_examples=300, deadline=None)
def test_any_json_value_in_the_fields_of_other_kinds_gives_facts(
    field: str, items: list[Any], contacts: list[Any]
) -> None:
    lists = {"message_echoes": items, "state_sync": items, "messages": items, "contacts": contacts}
    threads = [{"id": "16505551234", "messages": items}, *items]
    value = {"metadata": {"phone_number_id": "106"}, "history": [{"threads": threads}, *items], **lists}
    sound(json.dumps({"entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]}).encode())


@given(st.sampled_from(TYPES), JSON, JSON)
@settings(max_examples=300, deadline=None)
def test_any_json_value_as_the_object_of_a_type_is_one_message(type_: str, payload: Any, other: Any) -> None:
    given_ = {"id": "w", "from": "1650", "type": type_, type_: payload, "referral": other, "errors": other}
    [fact] = sound(json.dumps(notification("106", messages=[given_])).encode())
    assert isinstance(fact, InboundMessage) and fact.type == type_


@given(st.binary(max_size=64))
def test_any_bytes_give_facts(body: bytes) -> None:
    sound(body)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"7", b'"text"', b"\xff\xfe", b"NaN", b"1e999", b"<html></html>", b"{}{}",
        b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 50_000, b'{"entry":{}}', b'{"entry":[]}',
        b'{"entry":null}', b'{"entry":"x"}', b'{"n":' + b"1" * 6000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_notification_is_kept_whole(body: bytes) -> None:
    [fact] = sound(body)
    assert isinstance(fact, Unsupported)
    assert (fact.meta_phone_id, fact.body) == (None, body)
    assert fact.reason.startswith(("not JSON", "not a notification", "nested too deeply"))


@pytest.mark.parametrize("depth", range(900, 1010, 3))
def test_no_depth_of_nesting_raises(depth: int) -> None:
    deep = json.loads("[" * 400 + "]" * 400)
    message = {"id": "w", "from": "1650", "type": "order", "order": {"deep": deep}}
    [fact] = sound(json.dumps(notification("106", messages=[message])).encode())
    assert isinstance(fact, InboundMessage)
    nested = b"[" * depth + b"]" * depth
    sound(b'{"entry":[{"changes":[{"field":"x","value":' + nested + b"}]}]}")
    order = b'{"id":"w","from":"1","type":"order","order":' + nested + b"}"
    sound(json.dumps(notification("106", messages=["@"])).encode().replace(b'"@"', order))


@pytest.mark.parametrize("entry", [None, 7, "x", [], {}, {"changes": None}, {"changes": {}}, {"changes": "x"}])
def test_an_entry_without_changes_is_kept_and_the_next_is_read(entry: Any) -> None:
    whole = notification("106", messages=[text_message("w", "1650", "hi")])
    kept, read = sound(json.dumps({"entry": [entry, *whole["entry"]]}).encode())
    assert isinstance(kept, Unsupported) and json.loads(kept.body) == entry
    assert isinstance(read, InboundMessage)


@pytest.mark.parametrize("bad", [None, 7, "x", [], {}, {"id": "w"}, {"from": "1650"}, {"id": None, "from": "1650"}])
def test_a_message_without_id_or_sender_is_kept_and_its_neighbours_are_read(bad: Any) -> None:
    around = [text_message("w1", "1650", "a"), bad, text_message("w2", "1650", "b")]
    first, kept, second = sound(json.dumps(notification("106", messages=around)).encode())
    assert (first.wamid, second.wamid) == ("w1", "w2")
    assert isinstance(kept, Unsupported) and json.loads(kept.body) == bad


@pytest.mark.parametrize("name", ["messages", "statuses"])
def test_a_list_that_is_none_is_kept_beside_what_is_read(name: str) -> None:
    body = notification("106", messages=[text_message("w", "1650", "a")], statuses=[{"id": "s", "status": "sent"}])
    body["entry"][0]["changes"][0]["value"][name] = {"0": {"id": "lost?"}}
    *read, kept = sound(json.dumps(body).encode())
    assert len(read) == 1
    assert isinstance(kept, Unsupported) and json.loads(kept.body)["value"][name] == {"0": {"id": "lost?"}}


def test_half_an_emoji_does_not_cost_the_message() -> None:
    body = notification("106", messages=[text_message("w", "1650", "cut \ud83d")])
    body["entry"][0]["changes"][0]["value"]["contacts"] = [{"wa_id": "1650", "profile": {"name": "Ana \ude00!"}}]
    [fact] = sound(json.dumps(body).encode())
    assert (fact.content, fact.name) == ('{"body":"cut �"}', "Ana �!")


def test_whole_emojis_stay_what_they_are_whether_escaped_or_not() -> None:
    body = notification("106", messages=[text_message("w", "1650", "😮 \ud83d")])
    [fact] = sound(json.dumps(body).encode())
    assert json.loads(fact.content) == {"body": "😮 �"}
    [fact] = sound(msgspec.json.encode(notification("106", messages=[text_message("w", "1650", "😮")])))
    assert json.loads(fact.content) == {"body": "😮"}


def test_nul_characters_leave_names_and_stay_in_json() -> None:
    body = notification("106\x00", messages=[text_message("w\x00", "16\x0050", "a\x00b")])
    body["entry"][0]["changes"][0]["value"]["contacts"] = [{"wa_id": "1650", "profile": {"name": " A\x00na "}}]
    [fact] = sound(json.dumps(body).encode())
    assert (fact.meta_phone_id, fact.wamid, fact.wa_id, fact.name) == ("106", "w", "1650", "Ana")
    assert json.loads(fact.content) == {"body": "a\x00b"}


@pytest.mark.parametrize("timestamp", [None, "", "x", True, [], {}, "nan", "inf", "-5", "0", 10**20, 1760000000000])
def test_an_implausible_time_is_left_open(timestamp: Any) -> None:
    given = {**text_message("w", "1650", "a"), "timestamp": timestamp}
    [fact] = sound(json.dumps(notification("106", messages=[given])).encode())
    assert fact.at is None


def test_a_long_name_is_cut_and_a_blank_one_is_none() -> None:
    for name, kept in (("x" * 5000, "x" * 512), ("   ", None), (7, "7"), (None, None), ({"a": 1}, None)):
        contacts = [{"wa_id": "1650", "profile": {"name": name}}]
        [fact] = sound(
            json.dumps(notification("106", messages=[text_message("w", "1650", "a")], contacts=contacts)).encode()
        )
        assert fact.name == kept


def test_long_names_do_not_travel_into_the_reason() -> None:
    [fact] = sound(json.dumps({"entry": [{"changes": [{"field": "f" * 9000}]}]}).encode())
    assert len(fact.reason) < 120
    [fact] = sound(json.dumps(notification("106", statuses=[{"id": "w", "status": "s" * 9000}])).encode())
    assert len(fact.reason) < 140
