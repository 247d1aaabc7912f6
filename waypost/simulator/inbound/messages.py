"""One message of a customer: the frame, what its type brings, and over both what the tester says.

Beside Meta's own keys a tester may write `reply_to` (a wamid, or true for the business's last message), `forwarded`
(true or "frequently"), `referred_product` and `referral` (true or an object), `file` (see attachments.File), and errors
by code.
"""

import time
from typing import Any

from ..overlay import Object, overlaid
from ..problems import BadInput
from .errors import completed
from .kinds import content
from .scene import Scene

#: Types that say something about another message: nothing of their own can be edited or withdrawn.
_ABOUT_OTHERS = frozenset({"reaction", "edit", "revoke", "system"})
_SHORT = ("reply_to", "forwarded", "referred_product", "referral", "file")

_REFERRAL = {
    "source_url": "https://fb.me/simulated",
    "source_id": "120226305854810726",
    "source_type": "ad",
    "body": "Fresh bread every morning",
    "headline": "Chat with us",
    "media_type": "image",
    "image_url": "https://scontent.example.test/ad.jpg",
    "ctwa_clid": "ARB-simulated-click-1",
    "welcome_message": {"text": "What may we bake for you?"},
}
_PRODUCT = {"catalog_id": "194836987003835", "product_retailer_id": "sku-1"}


def message(scene: Scene, given: Object) -> Object:
    """Raises BadInput for what cannot be a message."""
    wanted = {key: value for key, value in given.items() if key not in _SHORT}
    if wanted.get("errors") is not None:
        wanted["errors"] = completed(wanted["errors"], "message.errors")
    frame = {**scene.person.sender(), "id": scene.person.wamid(), "timestamp": str(int(time.time()))}
    usual = overlaid({**frame, "type": given.get("type")}, content(scene, given))
    usual = overlaid(usual, _context(scene, given))
    whole = overlaid(usual, wanted, "message")
    if whole["type"] not in _ABOUT_OTHERS and isinstance(whole.get("id"), str):
        scene.person.last_wamid = whole["id"]
    return whole


def _context(scene: Scene, given: Object) -> Object:
    context: Object = {}
    if reply_to := given.get("reply_to"):
        context |= scene.quote(reply_to if isinstance(reply_to, str) else None)
    if forwarded := given.get("forwarded"):
        context["frequently_forwarded" if forwarded == "frequently" else "forwarded"] = True
    if product := given.get("referred_product"):
        context |= {**scene.quote(), "referred_product": _object(product, _PRODUCT, "referred_product")}
    whole: Object = {"context": context} if context else {}
    if referral := given.get("referral"):
        whole["referral"] = _object(referral, _REFERRAL, "referral")
    return whole


def _object(told: Any, usual: Object, name: str) -> Object:
    if told is True:
        return usual
    if not isinstance(told, dict):
        raise BadInput(f"message.{name}", "Write true, or an object of Meta's.")
    return overlaid(usual, told, f"message.{name}")
