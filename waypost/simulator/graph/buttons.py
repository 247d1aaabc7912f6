"""The button parameters of a template message against the template's buttons, by index."""

from collections.abc import Callable, Iterator
from typing import Any

from ..templates import Component, variables
from .places import first
from .refusals import Refusal

CODE_MAX = 15
PAYLOAD_MAX = 256
INDEXES = 10

#: Kind of a template's button -> sub_type of the component that fills it; other kinds take none.
SUB_TYPES = {
    "QUICK_REPLY": "quick_reply",
    "URL": "url",
    "OTP": "url",
    "COPY_CODE": "copy_code",
    "FLOW": "flow",
    "CATALOG": "catalog",
    "MPM": "mpm",
    "VOICE_CALL": "voice_call",
    "ORDER_DETAILS": "order_details",
}
SHOWN = {"URL": "Url", "OTP": "Url", "COPY_CODE": "CopyCode", "MPM": "Mpm"}


def check(wanted: list[Component], given: list[Component]) -> None:
    """Raises Meta's refusal of the first button that is filled wrongly or not at all."""
    by_index = dict(_indexed(given))
    if len(by_index) < len(given):
        raise Refusal(132012, details="buttons: an index is given twice")
    for index, component in by_index.items():
        button = wanted[index] if index < len(wanted) else None
        if button is None:
            raise Refusal(132012, details=f"buttons: the template has no button at index {index}")
        _fits(index, button, component)
    for index, button in enumerate(wanted):
        if index not in by_index and needs_parameter(button):
            kind = SHOWN[str(button["type"]).upper()]
            raise Refusal(131008, details=f"buttons: Button at index {index} of type {kind} requires a parameter")


def needs_parameter(button: Component) -> bool:
    kind = str(button.get("type", "")).upper()
    return kind in ("OTP", "COPY_CODE", "MPM") or (kind == "URL" and bool(variables(str(button.get("url", "")))))


def _indexed(given: list[Component]) -> Iterator[tuple[int, Component]]:
    for component in given:
        index = str(component.get("index", "0"))
        if not index.isdigit() or int(index) >= INDEXES:
            raise Refusal(131009, details=f"Button index must be between 0 and {INDEXES - 1}")
        yield int(index), component


def _fits(index: int, button: Component, component: Component) -> None:
    kind = str(button.get("type", "")).upper()
    sub_type = str(component.get("sub_type", "")).lower()
    if SUB_TYPES.get(kind) != sub_type:
        raise Refusal(132012, details=f"buttons: Button at index {index} is of type {kind}, not of sub_type {sub_type}")
    parameters = component.get("parameters") or []
    if kind == "URL" and not needs_parameter(button):
        raise Refusal(
            132000,
            details=f"buttons: Button at index {index}: number of localizable_params ({len(parameters)})"
            " does not match the expected number of params (0)",
        )
    if kind in RULES:
        RULES[kind](index, parameters)


def _one(index: int, parameters: list[dict[str, Any]], of: str, name: str) -> str:
    """The only parameter's value, which must be a text."""
    if len(parameters) != 1:
        raise Refusal(
            132000,
            details=f"buttons: Button at index {index}: number of localizable_params ({len(parameters)})"
            " does not match the expected number of params (1)",
        )
    received = str(parameters[0].get("type", ""))
    if received != of:
        raise Refusal(132012, details=f"buttons: Button at index {index} expects {of}, received {received}")
    value = parameters[0].get(name)
    if not isinstance(value, str) or not value:
        raise Refusal(
            131008, details=f"buttons: Button at index {index}: Parameter of type {of} is missing {name} value"
        )
    return value


def _quick_reply(index: int, parameters: list[dict[str, Any]]) -> None:
    if len(_one(index, parameters, "payload", "payload")) > PAYLOAD_MAX:
        raise Refusal(131009, details=f"Button payload length invalid. Min length: 1, Max length: {PAYLOAD_MAX}")


def _url(index: int, parameters: list[dict[str, Any]]) -> None:
    if len(_one(index, parameters, "text", "text")) > 2000:
        raise Refusal(131009, details="Button url length invalid. Min length: 1, Max length: 2000")


def _otp(index: int, parameters: list[dict[str, Any]]) -> None:
    if len(_one(index, parameters, "text", "text")) > CODE_MAX:
        raise Refusal(131009, details=f"Verification code length invalid. Min length: 1, Max length: {CODE_MAX}")


def _copy_code(index: int, parameters: list[dict[str, Any]]) -> None:
    code = _one(index, parameters, "coupon_code", "coupon_code")
    if len(code) > CODE_MAX or not code.isalnum():
        raise Refusal(131009, details=f"Coupon code must be alphanumeric, at most {CODE_MAX} characters")


def _action(index: int, parameters: list[dict[str, Any]]) -> None:
    if parameters and first(parameters[0], "type") != "action":
        raise Refusal(132012, details=f"buttons: Button at index {index} expects action")


RULES: dict[str, Callable[[int, list[dict[str, Any]]], None]] = {
    "QUICK_REPLY": _quick_reply,
    "URL": _url,
    "OTP": _otp,
    "COPY_CODE": _copy_code,
    "FLOW": _action,
    "CATALOG": _action,
    "MPM": _action,
}
