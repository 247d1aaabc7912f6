"""How a signup can end: what it leaves in the world, and what the window that opened the dialog is told."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from .. import ids, signups
from ..problems import BadInput
from ..world import World

STEPS = (
    "BUSINESS_ACCOUNT_SELECTION",
    "WABA_PHONE_PROFILE_PICKER",
    "WHATSAPP_BUSINESS_PROFILE_SETUP",
    "PHONE_NUMBER_SETUP",
    "PHONE_NUMBER_VERIFICATION",
    "PERMISSIONS",
)


class Choice(msgspec.Struct, forbid_unknown_fields=True):
    """What the dialog page posts."""

    outcome: str
    name: str = ""
    phone: str = ""
    waba: str = ""
    step: str = STEPS[3]
    redirect_uri: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """`session_info` is posted to the opener, `code` goes to the SDK's callback, `redirect` replaces both."""

    session_info: dict[str, Any] | None = None
    code: str | None = None
    redirect: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    label: str
    hint: str
    play: Callable[[World, Choice], Ending]


def end(world: World, choice: Choice) -> Ending:
    if choice.outcome not in OUTCOMES:
        raise BadInput("outcome", f"Write one of {', '.join(OUTCOMES)}.")
    ending = OUTCOMES[choice.outcome].play(world, choice)
    if not choice.redirect_uri:
        return ending
    return Ending(redirect=_redirect(choice, ending))


def _finished(event: str, wish: signups.Wish | None = None) -> Callable[[World, Choice], Ending]:
    def play(world: World, choice: Choice) -> Ending:
        told = {"phone": choice.phone or None, "waba": choice.waba or None, "name": choice.name or None}
        whole = msgspec.structs.replace(wish or signups.Wish(), redirect_uri=choice.redirect_uri, **told)
        signup = signups.complete(world, whole)
        data = {"phone_number_id": signup.phone_number_id, "waba_id": signup.waba_id, "business_id": signup.business_id}
        if event != "FINISH" or not signup.phone_number_id:
            del data["phone_number_id"]
        return Ending(_info(event, {**data, "ad_account_ids": [], "page_ids": [], "dataset_ids": []}), signup.code)

    return play


def _cancelled(world: World, choice: Choice) -> Ending:
    if choice.step not in STEPS:
        raise BadInput("step", f"Write one of {', '.join(STEPS)}.")
    return Ending(_info("CANCEL", {"current_step": choice.step}))


def _failed(world: World, choice: Choice) -> Ending:
    data = {
        "error_message": "This account is not able to onboard customers at the moment.",
        "error_id": "524126",
        "session_id": ids.trace_id(),
        "timestamp": str(int(time.time())),
    }
    return Ending(_info("CANCEL", data))


def _closed(world: World, choice: Choice) -> Ending:
    return Ending()


def _info(event: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "WA_EMBEDDED_SIGNUP", "event": event, "version": "3", "data": data}


def _redirect(choice: Choice, ending: Ending) -> str:
    """The way back of the full-page dialog: what the address had in its query stays."""
    denied = {"error": "access_denied", "error_reason": "user_denied", "error_description": "Permissions error"}
    told = {"code": ending.code} if ending.code else denied
    parts = urlsplit(choice.redirect_uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *told.items()]
    if choice.state:
        query.append(("state", choice.state))
    return urlunsplit(parts._replace(query=urlencode(query)))


OUTCOMES: dict[str, Outcome] = {
    "finish": Outcome("Finish", "The number is verified and shared with the app.", _finished("FINISH")),
    "unverified": Outcome(
        "Finish, number not verified",
        "The account is shared; its number still waits for a code.",
        _finished("FINISH_ONLY_WABA", signups.Wish(verified=False)),
    ),
    "no_number": Outcome(
        "Finish without a number",
        "Only the account is shared.",
        _finished("FINISH_ONLY_WABA", signups.Wish(with_phone=False)),
    ),
    "coexistence": Outcome(
        "Finish with the WhatsApp Business app",
        "The number stays on the phone as well.",
        _finished("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", signups.Wish(coexistence=True)),
    ),
    "used_code": Outcome(
        "Finish, code already used",
        "The app's exchange of the code will be refused.",
        _finished("FINISH", signups.Wish(used=True)),
    ),
    "cancel": Outcome("Leave at the step below", "The customer stops half-way.", _cancelled),
    "error": Outcome("Meta error", "Meta reports an error and ends the signup.", _failed),
    "close": Outcome("Just close the window", "Nobody is told anything.", _closed),
}
