"""Answers to what the business offered: buttons, lists, flows, permission to call, products."""

import json
import time

from ..overlay import Object
from .scene import Scene

WEEK = 7 * 86_400


def button(scene: Scene, given: Object) -> Object:
    """The quick reply of a template."""
    return {"context": scene.quote(), "button": {"payload": "Yes", "text": "Yes"}}


def interactive(scene: Scene, given: Object) -> Object:
    """Of a kind that is not known here, only what is given is sent."""
    told = given.get("interactive")
    if "interactive" in given and not isinstance(told, dict):
        return {}
    kind = (told or {}).get("type", "button_reply")
    build = INTERACTIVE.get(kind)
    reply = {kind: build(scene)} if build else {}
    return {"context": scene.quote(), "interactive": {"type": kind, **reply}}


def _button_reply(scene: Scene) -> Object:
    """The first button that was offered."""
    return next(iter(scene.offered("button_reply")), {"id": "yes", "title": "Yes"})


def _list_reply(scene: Scene) -> Object:
    return next(iter(scene.offered("list_reply")), {"id": "row-1", "title": "First row", "description": "The first"})


def _nfm_reply(scene: Scene) -> Object:
    sent = scene.last_sent()
    parameters = sent.body.get("interactive", {}).get("action", {}).get("parameters", {}) if sent else {}
    response = {"flow_token": parameters.get("flow_token", "unused"), "answer": "yes"}
    return {"name": "flow", "body": "Sent", "response_json": json.dumps(response)}


def _call_permission_reply(scene: Scene) -> Object:
    return {
        "response": "accept",
        "is_permanent": False,
        "expiration_timestamp": str(int(time.time()) + WEEK),
        "response_source": "user_action",
    }


INTERACTIVE = {
    "button_reply": _button_reply,
    "list_reply": _list_reply,
    "nfm_reply": _nfm_reply,
    "call_permission_reply": _call_permission_reply,
}
