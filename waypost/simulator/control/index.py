"""`GET /_sim`: what can be done here, for people."""

from starlette.requests import Request
from starlette.responses import Response

from .. import statuses
from ..graph.messages import REFUSED
from ..graph.operations import NAMES
from . import wire

CALLS = {
    "GET /_sim/world": ["WABAs, phones, counts"],
    "POST /_sim/signups": [
        "a customer's signup without a browser",
        "{phone?, waba?, phone_number_id?, name?, verified?, with_phone?, coexistence?, pin?, used?, redirect_uri?}",
        "gives {code, waba_id, business_id, phone_number_id}",
    ],
    "POST /_sim/messages": [
        "write as a customer; answers once the gateway has answered",
        "{from, text | message, phone_number_id?, phone?, name?, count?, customers?, batch?,",
        " spread?: messages | changes | entries, copies?, order?: given | reversed | shuffled, drop?,",
        " hide_phone?, wait?}",
    ],
    "GET /_sim/sent": [
        "what the Graph API accepted, newest first, and what was marked as read",
        "?phone_number_id= &to= &limit=",
    ],
    "POST /_sim/notifications": [
        "post anything, signed",
        "{value, field?} | {payload} | {body}, phone_number_id?, url?, signature?: valid | wrong | none, wait?",
    ],
    "GET /_sim/notifications": ["what was posted and how it was answered, newest first", "?limit="],
    "GET /_sim/faults": ["what is set to go wrong"],
    "POST /_sim/faults": [
        "each field that is given replaces what was set for it",
        "{latency?, answer_delay?, fail?: {OPERATION: {code, subcode?, title?, details?, http?, count?}},",
        " drop?: {OPERATION: {how?: close | html | hang, seconds?, count?}},",
        " statuses?: {off?, delays?, order?, failed?, early?}, webhooks?: {off?, copies?, drop_every?}}",
    ],
    "DELETE /_sim/faults": ["all is well again"],
    "POST /_sim/reset": ["an empty world"],
}


async def show(request: Request) -> Response:
    base = wire.stage_of(request).settings.base_url
    return wire.answer(
        {
            "what": "The simulator of Meta: Graph API, login SDK and dialog, webhooks. Nothing leaves this machine.",
            "example": f'curl {base}/_sim/messages -d \'{{"from": "16505551234", "text": "Hello"}}\'',
            "calls": CALLS,
            "operations": NAMES,
            "recipients": {
                **{f"…0{code}": "refused at once with this code" for code in REFUSED},
                **{f"…0{code}": "accepted, then failed with this code" for code in statuses.ASYNC},
                **{f"…{end}": f"statuses: {', '.join(names) or 'none'}" for end, names in statuses.STOPS.items()},
            },
        }
    )


async def unknown(request: Request) -> Response:
    return wire.answer({"error": {"message": "There is no such control call; GET /_sim lists them."}}, 404)
