"""What customers and the owner's server write in tests of the page, every type and every failure, and the words that
the page has for each."""

from typing import Any

from tests.inbox.page.conftest import Desk


async def post(desk: Desk, sender: str, name: str, message: dict[str, Any], **more: Any) -> str:
    """As `desk.write`, without asking where the conversation is."""
    letter = {"phone_number_id": desk.office.number.meta_id, "from": sender, "name": name, "message": message, **more}
    return str((await desk.sim("POST", "/messages", letter))["messages"][0])


def text(body: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}, **more}


async def send(desk: Desk, to: str, **body: Any) -> str:
    """Sent by the owner's server; Meta's name of the message."""
    sent = await desk.office.client.post(f"/v1/phones/{desk.office.number.id}/messages", {"to": to, **body})
    assert sent.status == 200, sent.body
    return str(sent.data["wamid"])


LINES: list[tuple[str, dict[str, Any], str]] = [
    ("Image", {"type": "image"}, "Photo"),
    ("Captioned", {"type": "image", "image": {"caption": "Our cat"}}, "Our cat"),
    ("Video", {"type": "video"}, "Video"),
    ("Voice", {"type": "audio"}, "Voice message"),
    ("Audio", {"type": "audio", "audio": {"voice": False}}, "Audio"),
    ("Paper", {"type": "document"}, "document.pdf"),
    ("Sticker", {"type": "sticker"}, "Sticker"),
    ("Bare place", {"type": "location"}, "Location"),
    ("Place", {"type": "location", "location": {"latitude": 1, "longitude": 2, "name": "Shop"}}, "Location: Shop"),
    ("Card", {"type": "contacts"}, "Contact: Bo Chen"),
    ("Button", {"type": "button"}, "Yes"),
    ("Choice", {"type": "interactive", "interactive": {"type": "list_reply"}}, "First row"),
    ("Tap", {"type": "interactive", "interactive": {"type": "button_reply"}}, "Yes"),
    ("Form", {"type": "interactive", "interactive": {"type": "nfm_reply"}}, "Sent"),
    ("Call", {"type": "interactive", "interactive": {"type": "call_permission_reply"}}, "Question with buttons"),
    ("Order", {"type": "order"}, "Order"),
    ("Poll", {"type": "unsupported"}, "Unsupported message"),
    ("Tomorrow", {"type": "a_type_of_tomorrow", "a_type_of_tomorrow": {"x": 1}}, "Unsupported message"),
    ("Prototype", {"type": "constructor", "constructor": {"x": 1}}, "Unsupported message"),
]

FAILURES: list[tuple[int, str]] = [
    (131047, "more than 24 hours since the contact wrote. Send a template instead."),
    (131026, "the number is not on WhatsApp, has an old version, or has not accepted the terms."),
    (131049, "Wait a while; sending it again soon does not help."),
    (130472, "in an experiment"),
    (131053, "WhatsApp refused the file."),
    (131051, "does not take this kind of message"),
    (132000, "The values do not fit the template."),
    (132012, "The values do not fit the template."),
    (132001, "does not exist in this language any more"),
    (132015, "paused or disabled this template. Choose another one."),
    (132016, "paused or disabled this template. Choose another one."),
    (130429, "Too many messages at once. Wait a moment"),
    (131056, "Too many messages at once. Wait a moment"),
    (131031, "restricted this account. Tell the person"),
    (368, "restricted this account. Tell the person"),
    (131042, "account's payment. Tell the person"),
    (190, "connection to Meta is lost. Tell the person who sent you the link: it must be connected again."),
    (199_999, "Not delivered."),
]
