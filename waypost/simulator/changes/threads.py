"""Fields about one thread or group that are neither messages nor the account: calls, groups, who may answer."""

from typing import Any

Value = dict[str, Any]

_FRAME: Value = {"messaging_product": "whatsapp", "metadata": "$metadata"}
_CALL: Value = {"id": "wacid.simulated", "from": "$customer", "to": "$digits", "direction": "USER_INITIATED"}
_GROUP: Value = {"timestamp": "$now", "group_id": "simulated-group", "request_id": "simulated-request"}
_OFFER = {"sdp_type": "offer", "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"}
_MEMBER = {"input": "$customer", "wa_id": "$customer"}


def _call(event: str, **more: Any) -> Value:
    call = {**_CALL, "event": event, "timestamp": "$seconds", **more}
    return {**_FRAME, "contacts": "$contacts", "calls": [call]}


def _group(kind: str, **more: Any) -> Value:
    return {**_FRAME, "groups": [{**_GROUP, "type": kind, **more}]}


def _handover(event: str) -> Value:
    roles = {"previous_owner_role": "ai_agent", "new_owner_role": "escalation", "metadata": "wants a person"}
    person = {"wa_id": "$customer", "user_id": "$user_id"}
    return {
        **_FRAME,
        "contacts": "$contacts",
        "messaging_handovers": [{event: roles, **person, "timestamp": "$seconds"}],
    }


FIELDS: dict[str, dict[str, Value]] = {
    "calls": {
        "connect": _call("connect", session=_OFFER),
        "terminate": _call("terminate", status="COMPLETED", start_time="$seconds", end_time="$seconds", duration=7),
    },
    "group_lifecycle_update": {
        "group_create": _group("group_create", subject="Bakers"),
        "group_delete": _group("group_delete"),
    },
    "group_participants_update": {
        "group_add_participants": _group("group_add_participants", added_participants=[_MEMBER]),
        "group_remove_participants": _group("group_remove_participants", removed_participants=[_MEMBER]),
    },
    "group_settings_update": {"group_settings_update": _group("group_settings_update", subject="Early bakers")},
    "group_status_update": {
        "group_suspend": _group("group_suspend"),
        "group_suspend_cleared": _group("group_suspend_cleared"),
    },
    "messaging_handovers": {event: _handover(event) for event in ("control_passed", "control_taken")},
    "standby": {
        "messages": {
            **_FRAME,
            "contacts": "$contacts",
            "standby": {
                "messages": [
                    {
                        "from": "$customer",
                        "from_user_id": "$user_id",
                        "id": "wamid.simulated-standby",
                        "timestamp": "$seconds",
                        "type": "text",
                        "text": {"body": "Hello"},
                    }
                ]
            },
        }
    },
    "automatic_events": {
        event: {
            **_FRAME,
            "automatic_events": [
                {"id": "wamid.simulated-event", "event_name": event, "timestamp": "$seconds", "ctwa_clid": "ARB-1"}
            ],
        }
        for event in ("LeadSubmitted", "Purchase")
    },
}
