"""Meta's notification → facts: every kind of message whole, every list of a batch visited, contacts matched."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.meta.kinds import KEPT, TOLD
from tests.stack import notification, text_message
from waypost.meta.notifications import AccountChange, InboundMessage, StatusChange, Unsupported, facts_of

FRAME = {"id": "wamid.1", "from": "16505551234", "from_user_id": "US.1349", "timestamp": "1749416383"}
USER = "US.13491208655302741918"


def facts(body: Any) -> list[Any]:
    return facts_of(json.dumps(body).encode())


def message(given: dict[str, Any], contacts: Any = ()) -> InboundMessage:
    [fact] = facts(notification("106", messages=[given], contacts=contacts))
    assert isinstance(fact, InboundMessage), fact
    return fact


def status(given: dict[str, Any]) -> StatusChange:
    [fact] = facts(notification("106", statuses=[given]))
    assert isinstance(fact, StatusChange), fact
    return fact


def test_a_text_message_is_read_in_full() -> None:
    contact = {"wa_id": "16505551234", "user_id": USER, "profile": {"name": "Ana"}}
    assert message({**FRAME, "from_user_id": USER, "type": "text", "text": {"body": "hi ✓"}}, [contact]) == (
        InboundMessage(
            "106",
            "wamid.1",
            "16505551234",
            USER,
            "Ana",
            datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC),
            "text",
            '{"body":"hi ✓"}',
            None,
            None,
        )
    )


@pytest.mark.parametrize("kind", [*TOLD, *KEPT])
def test_every_kind_says_in_our_words_what_meta_says(kind: str) -> None:
    given, content = {**TOLD, **KEPT}[kind]
    fact = message({**FRAME, **given})
    named = given.get("type", "unsupported")
    assert fact.type == (named if named.isidentifier() else "unsupported")
    assert json.loads(fact.content) == content
    assert fact.original is None if kind in TOLD else json.loads(fact.original or "") == {**FRAME, **given}


def test_a_text_that_says_more_than_its_body_is_kept_whole() -> None:
    for extra in ({"referral": {"source_id": "1"}}, {"new": "g1"}, {"text": {"body": "hi", "bold": True}}):
        given = {**FRAME, "type": "text", "text": {"body": "hi"}, **extra}
        fact = message(given)
        assert json.loads(fact.content)["body"] == "hi"
        assert json.loads(fact.original or "") == given


def test_what_is_nested_deeper_than_any_object_of_metas_keeps_its_names() -> None:
    deep: Any = {"a_b": 1}
    for _ in range(30):
        deep = {"a_b": deep}
    content = message({**FRAME, "type": "order", "order": deep}).content
    assert content.count('"aB"') == 16 and content.count('"a_b"') == 15


@pytest.mark.parametrize("named", ["a group", "request_welcome"])
def test_what_belongs_to_no_conversation_is_kept_aside(named: str) -> None:
    odd = {"type": "text", "text": {}, "group_id": "g"} if named == "a group" else {"type": "request_welcome"}
    [fact] = facts(notification("106", messages=[{**FRAME, **odd}]))
    assert isinstance(fact, Unsupported) and json.loads(fact.body) == {**FRAME, **odd}


def test_the_message_replied_to_is_named_wamid() -> None:
    given = {**FRAME, "type": "text", "text": {"body": "hi"}, "context": {"from": "1555", "id": "wamid.0"}}
    fact = message(given)
    assert json.loads(fact.context or "") == {"from": "1555", "wamid": "wamid.0"}
    assert fact.original is None
    assert json.loads(message({**given, "context": {"forwarded": True}}).context or "") == {"forwarded": True}


@pytest.mark.parametrize(
    ("sender", "contact", "expected"),
    [
        ({"from": "16505551234"}, {}, ("16505551234", None)),
        ({"from": "+1 650-555-1234"}, {}, ("16505551234", None)),
        ({"from_user_id": USER}, {}, (None, USER)),
        ({"from": USER}, {}, (None, USER)),
        ({"from": USER}, {"wa_id": "16505551234", "user_id": USER}, ("16505551234", USER)),
        ({"from": USER, "from_user_id": USER}, {"user_id": USER}, (None, USER)),
        ({"from": "16505551234"}, {"wa_id": USER}, ("16505551234", None)),
        ({}, {"wa_id": "16505551234", "user_id": USER}, ("16505551234", USER)),
        ({}, {"wa_id": USER}, (None, USER)),
        ({"from": 16505551234}, {}, ("16505551234", None)),
        ({"from": "16505551234", "from_user_id": USER}, {"wa_id": "16505551234"}, ("16505551234", USER)),
    ],
)
def test_the_sender_is_known_by_number_or_user_id(
    sender: dict[str, Any], contact: dict[str, Any], expected: tuple[str | None, str | None]
) -> None:
    given = {"id": "wamid.1", "type": "text", "text": {"body": "hi"}, **sender}
    fact = message(given, [contact] if contact else [])
    assert (fact.wa_id, fact.user_id) == expected


def test_contacts_belong_to_messages_by_id_then_by_place() -> None:
    messages = [text_message(f"w{n}", f"1650555000{n}", "hi") for n in range(3)]
    named = [{"wa_id": f"1650555000{n}", "profile": {"name": f"N{n}"}} for n in (2, 0)]
    found = facts(notification("106", messages=messages, contacts=named))
    assert [fact.name for fact in found] == ["N0", None, "N2"]
    nameless = [{"profile": {"name": "first"}}, {"profile": {"name": "second"}}]
    found = facts(notification("106", messages=messages, contacts=nameless))
    assert [fact.name for fact in found] == ["first", "second", None]
    found = facts(notification("106", messages=messages, contacts=nameless[:1]))
    assert [fact.name for fact in found] == ["first", "first", "first"]


def test_every_entry_change_message_and_status_is_visited() -> None:
    def value(name: str) -> dict[str, Any]:
        messages = [text_message(f"{name}.m{n}", "1650", "x") for n in range(2)]
        statuses = [{"id": f"{name}.s{n}", "status": "sent", "timestamp": "1749416383"} for n in range(2)]
        return notification("106", messages=messages, statuses=statuses)["entry"][0]["changes"][0]

    body = {"entry": [{"changes": [value("a"), value("b")]}, {"changes": [value("c")]}]}
    assert [fact.wamid for fact in facts(body)] == [f"{c}.{kind}{n}" for c in "abc" for kind in "ms" for n in (0, 1)]


def test_a_status_is_read_in_full() -> None:
    error = {"code": 131049, "title": "T", "message": "M", "error_data": {"details": "D"}, "href": "h"}
    found = status(
        {
            "id": "wamid.1",
            "status": "failed",
            "timestamp": "1751142888",
            "recipient_id": "16505551234",
            "recipient_user_id": USER,
            "biz_opaque_callback_data": "job-42",
            "errors": [error, {"code": 1}],
            "pricing": {"billable": True},
        }
    )
    assert found == StatusChange(
        "106", "wamid.1", "failed", datetime(2025, 6, 28, 20, 34, 48, tzinfo=UTC), "job-42", "16505551234", USER,
        '{"code":131049,"title":"T","message":"M","details":"D"}', '{"billable":true}',
    )  # fmt: skip
    assert status({"id": "w", "status": "read", "recipient_id": USER}).user_id == USER


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ({"code": 1, "title": "T"}, {"code": 1, "title": "T", "message": "T", "details": None}),
        ({"code": 1, "message": "M"}, {"code": 1, "title": "M", "message": "M", "details": None}),
        ({"code": 1, "details": "D"}, {"code": 1, "title": None, "message": None, "details": "D"}),
        ({"code": 1, "error_data": "text"}, {"code": 1, "title": None, "message": None, "details": None}),
        ({}, {"code": None, "title": None, "message": None, "details": None}),
    ],
)
def test_errors_of_older_shapes_are_understood(error: dict[str, Any], shown: dict[str, Any]) -> None:
    assert json.loads(status({"id": "w", "status": "failed", "errors": [error]}).error or "") == shown


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"field": "account_update", "value": {}}, "field account_update is not handled"),
        ({"field": "history", "value": {"metadata": {"phone_number_id": "106"}}}, "history without messages"),
        ({"field": "history", "value": {}}, "no metadata.phone_number_id"),
        ({"field": "smb_message_echoes", "value": {"metadata": {"phone_number_id": "1"}}}, "echoes without messages"),
        (
            {"field": "smb_app_state_sync", "value": {"metadata": {"phone_number_id": "1"}}},
            "a contact book without entries",
        ),
        ({"field": "calls", "value": {"calls": []}}, "field calls is not handled: voice calls have no place here"),
        ({"value": {"event": "PARTNER_ADDED"}}, "field ? is not handled"),
        ({"field": "messages", "value": {"messages": [{"id": "w"}]}}, "no metadata.phone_number_id"),
    ],
)
def test_what_has_no_meaning_here_is_kept_with_the_reason(change: dict[str, Any], reason: str) -> None:
    [fact] = facts({"entry": [{"id": "1", "changes": [change]}]})
    assert isinstance(fact, Unsupported)
    assert (fact.reason, json.loads(fact.body)) == (reason, change)


def test_errors_alone_and_errors_beside_a_message_are_kept() -> None:
    errors = [{"code": 131000, "title": "Unsupported webhook payload"}]
    body = notification("106")
    body["entry"][0]["changes"][0]["value"]["errors"] = errors
    [alone] = facts(body)
    assert (alone.meta_phone_id, alone.reason) == ("106", "errors without a message: 131000")
    body = notification("106", messages=[{**FRAME, "type": "interactive"}])
    body["entry"][0]["changes"][0]["value"]["errors"] = errors
    written, beside = facts(body)
    assert isinstance(written, InboundMessage) and isinstance(beside, Unsupported)
    assert beside.reason == "errors beside messages or statuses"
    assert json.loads(beside.body)["value"]["errors"] == errors


@pytest.mark.parametrize("kind", ["deleted", "warning", "", None, 7])
def test_a_status_of_an_unknown_kind_is_kept(kind: Any) -> None:
    given = {"id": "wamid.1", "status": kind}
    [fact] = facts(notification("106", statuses=[given]))
    assert isinstance(fact, Unsupported) and fact.meta_phone_id == "106"
    assert json.loads(fact.body) == given


@pytest.mark.parametrize(
    ("value", "waba"),
    [
        ({"event": "ACCOUNT_DELETED"}, "102"),
        ({"event": "PARTNER_ADDED", "waba_info": {"waba_id": "555"}}, "555"),
        ({"event": "PARTNER_REMOVED"}, None),
        ({"event": "PARTNER_REMOVED", "phone_number": "1555"}, "102"),
    ],
)
def test_a_fact_about_an_account_names_the_account(value: dict[str, Any], waba: str | None) -> None:
    [fact] = facts(
        {"entry": [{"id": "102", "time": 1749416383, "changes": [{"field": "account_update", "value": value}]}]}
    )
    at = datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)
    assert fact == AccountChange(None, waba, "account_update", fact.value, at) and json.loads(fact.value) == value
