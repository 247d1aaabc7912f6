"""`GET /_sim`: what can be done here, for people."""

from starlette.requests import Request
from starlette.responses import Response

from .. import statuses
from ..graph.messages import REFUSED
from ..graph.operations import NAMES
from ..inbound.kinds import KINDS
from . import wire
from .changes import EVENTS

CALLS = {
    "GET /_sim/world": ["WABAs, phones, counts"],
    "POST /_sim/signups": [
        "a customer's signup without a browser",
        "{phone?, waba?, phone_number_id?, name?, verified?, with_phone?, coexistence?, pin?, used?, redirect_uri?}",
        "gives {code, waba_id, business_id, phone_number_id}",
    ],
    "POST /_sim/messages": [
        "do something as a customer; answers once the gateway has answered",
        "{from, text | message: {type, …}, name?, username?, identity?, user_id?, parent_user_id?, identity_key_hash?,",
        " phone_number_id?, phone?, count?, customers?, contacts?: all | first | none, errors?, batch?,",
        " spread?: messages | changes | entries, copies?, order?: given | reversed | shuffled, drop?,",
        " signature?: valid | wrong | none, wait?}",
    ],
    "POST /_sim/statuses": [
        "statuses by hand, of the last message sent or of any",
        "{statuses: [NAME | {status, errors?, …}], wamid?, contacts?, …}",
    ],
    "POST /_sim/changes": [
        "any other field; what is given is laid over what Meta usually says",
        "{field, event?, value?, from?, template?, language?, message?, messages?, metadata?, …}",
    ],
    "POST /_sim/batches": ["all of these in one POST", "{parts: [{message | statuses | change}], spread?, copies?, …}"],
    "POST /_sim/media": [
        "a media object as a customer would have sent it; the body is its bytes, Content-Type its MIME type",
        "?phone_number_id= &filename=   gives {id, mime_type, sha256, sha256_base64, size, url}",
    ],
    "GET /_sim/media": ["the media objects of a phone", "?phone_number_id="],
    "POST /_sim/media/ID/expire": ["{what: addresses | object}: its addresses are stale, or it is gone"],
    "POST /_sim/phones/ID": [
        "what becomes of a phone",
        "{level?, status?, quality?, name_status?, account_mode?, messaging_limit?, verified_name?, verified?,",
        " registered?, on_biz_app?, onboarded_at?, health?: {can_send_message, additional_info?, errors?}}",
    ],
    "POST /_sim/wabas/ID": ["{review_status?, verification_status?, status?, subscribed?, health?, tokens?}"],
    "POST /_sim/templates": [
        "a template as it is, without Meta's review",
        "{name, components, language?, category?, status?, parameter_format?, waba_id?, announce?}",
    ],
    "GET /_sim/limits": ["which of Meta's limits are kept to; none, unless told"],
    "POST /_sim/limits": [
        "{throughput?, standard?, high?, coexistence?, tolerance?, pair?, pair_burst?, pair_seconds?,",
        " management?, hourly?, window?: off | async | sync, window_seconds?}",
    ],
    "DELETE /_sim/limits": ["as it was at the start"],
    "GET /_sim/arrivals": ["sends per second of each phone", "?phone_number_id= &since= &times=1"],
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
            "messages": list(KINDS),
            "fields": EVENTS,
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
