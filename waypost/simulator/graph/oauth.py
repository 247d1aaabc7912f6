"""Codes and tokens: what the login dialog's code is worth, and what a token may do."""

import hmac
import time
from typing import Any

from ..world import SCOPES, Code, Token
from .call import AppToken, Call
from .refusals import Refusal, missing


async def exchange(call: Call) -> dict[str, Any]:
    """A code for a business token: once, soon, and with the app's own secret."""
    settings = call.stage.settings
    if call.text("client_id") != settings.app_id:
        raise Refusal(101, "Error validating application. Cannot get application info due to a system error.", http=400)
    if not hmac.compare_digest(call.text("client_secret").encode(), settings.app_secret.encode()):
        raise Refusal(1, "Error validating client secret.", http=400)
    if not call.text("code"):
        raise missing("code")
    code = _redeemable(call, call.text("code"))
    code.used = True
    token = call.stage.world.grant([code.waba_id])
    return {"access_token": token.value, "token_type": "bearer"}


def _redeemable(call: Call, value: str) -> Code:
    code = call.stage.world.codes.get(value)
    if code is None:
        raise _bad_code("Invalid verification code format.", 36009)
    if code.used:
        raise _bad_code("This authorization code has been used.", 36009)
    if time.monotonic() - code.minted_at > call.stage.settings.code_lifetime:
        raise _bad_code("This authorization code has expired.", 36007)
    if call.text("redirect_uri") != code.redirect_uri:
        raise _bad_code(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used"
            " in the OAuth dialog request",
            36008,
        )
    return code


def _bad_code(title: str, subcode: int) -> Refusal:
    return Refusal(100, title, subcode=subcode)


async def debug(call: Call) -> dict[str, Any]:
    """What a token is and which WABAs it reaches; asked with the app token or any good token."""
    call.token()
    text = call.text("input_token")
    if not text:
        raise missing("input_token")
    settings = call.stage.settings
    if text == f"{settings.app_id}|{settings.app_secret}":
        return {"data": {**_app(call), "type": "APP", "is_valid": True, "scopes": []}}
    token = call.stage.world.tokens.get(text)
    if token is None or not token.valid:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    return {"data": _business(call, token)}


def _app(call: Call) -> dict[str, Any]:
    return {"app_id": call.stage.settings.app_id, "application": call.stage.settings.app_name}


def _business(call: Call, token: Token) -> dict[str, Any]:
    granular = [{"scope": scope, "target_ids": token.waba_ids} for scope in SCOPES[:2]]
    return {
        **_app(call),
        "type": "SYSTEM_USER",
        "data_access_expires_at": 0,
        "expires_at": 0,
        "is_valid": True,
        "issued_at": token.issued_at,
        "scopes": list(SCOPES),
        "granular_scopes": granular,
        "user_id": token.user_id,
    }


async def revoke(call: Call) -> dict[str, Any]:
    """`DELETE /me/permissions`: the token is worth nothing from now on."""
    token = call.token()
    if not isinstance(token, AppToken):
        token.valid = False
    return {"success": True}
