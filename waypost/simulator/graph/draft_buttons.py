"""The buttons of a template that is created: how many of which kind, how long, and with which example."""

from itertools import pairwise
from typing import Any

from ..templates import Component, variables
from .refusals import Refusal, missing

TEXT_MAX, URL_MAX, MOST = 25, 2000, 10
AT_MOST = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1, "FLOW": 1, "CATALOG": 1, "MPM": 1}
OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
KINDS = (
    *("QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "OTP", "FLOW", "CATALOG", "MPM", "SPM", "VOICE_CALL"),
    *("ORDER_DETAILS", "REQUEST_CONTACT_INFO"),
)
#: Kinds to what each must have; a flow is checked apart.
NEEDED = {"URL": ("url",), "PHONE_NUMBER": ("phone_number",), "COPY_CODE": ("example",), "OTP": ("otp_type",)}


def check(buttons: Any, category: str) -> None:
    if not isinstance(buttons, list) or not buttons:
        raise missing("buttons")
    if len(buttons) > MOST:
        raise _bad(f"A template has at most {MOST} buttons")
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for kind, button in zip(kinds, buttons, strict=True):
        _one(kind, button)
    for kind, most in AT_MOST.items():
        if kinds.count(kind) > most:
            raise _bad(f"A template has at most {most} buttons of type {kind}")
    if (category == "AUTHENTICATION") != ("OTP" in kinds):
        raise _bad("An authentication template has one button, of type OTP, and only such a template has one")
    groups = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(one != other for one, other in pairwise(groups)) > 1:
        raise _bad("Quick reply buttons stand together, before or after all others")


def _one(kind: str, button: Component) -> None:
    if kind not in KINDS:
        raise Refusal(100, f'Param type must be one of {{{", ".join(KINDS)}}} - got "{kind}".')
    text = str(button.get("text", ""))
    if len(text) > TEXT_MAX or (not text and kind not in ("COPY_CODE", "OTP")):
        raise _bad(f"Button text has 1 to {TEXT_MAX} characters")
    for name in NEEDED.get(kind, ()):
        if not button.get(name):
            raise missing(name)
    if kind == "URL":
        _url(button)
    if kind == "OTP" and str(button["otp_type"]).upper() not in OTP_TYPES:
        raise Refusal(100, f"Param otp_type must be one of {{{', '.join(OTP_TYPES)}}}.")
    if kind == "FLOW" and not any(button.get(name) for name in ("flow_id", "flow_name", "flow_json")):
        raise missing("flow_id")


def _url(button: Component) -> None:
    url = str(button["url"])
    names = variables(url)
    if len(url) > URL_MAX or not url.startswith(("http://", "https://")):
        raise _bad(f"A button's url begins with http:// or https:// and has at most {URL_MAX} characters")
    if len(names) > 1 or (names and not url.endswith("}}")):
        raise _bad("A button's url has at most one variable, at its end")
    if names and not button.get("example"):
        raise _bad("A button's url with a variable needs an example")


def _bad(words: str) -> Refusal:
    return Refusal(100, "Invalid parameter", words, user=("Buttons are wrong", words))
