"""`smb_app_data`: contacts and history of a number that is on the WhatsApp Business app, each asked for once."""

import secrets
import time
from typing import Any

from ..coexistence import ANNOUNCERS
from . import phones
from .call import Call
from .refusals import Refusal, missing

KINDS = ("smb_app_state_sync", "history")
WINDOW = 86_400.0


async def request(call: Call) -> dict[str, Any]:
    """The data themselves come as notifications."""
    phone = phones.found(call)
    kind = call.text("sync_type")
    if call.text("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if kind not in KINDS:
        raise Refusal(100, f'Param sync_type must be one of {{{", ".join(KINDS)}}} - got "{kind}".')
    if not phone.on_biz_app:
        raise Refusal(100, details="The number is not in use on the WhatsApp Business app.")
    if kind in phone.synced:
        raise Refusal(2593107)
    if time.time() - phone.onboarded_at > WINDOW:
        raise Refusal(2593108)
    phone.synced.append(kind)
    request_id = secrets.token_hex(16)
    if announce := ANNOUNCERS.get(kind):
        announce(call.stage, phone, request_id)
    return {"messaging_product": "whatsapp", "request_id": request_id}
