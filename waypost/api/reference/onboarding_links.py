"""Words and examples of the onboarding links."""

from typing import Any

from . import samples
from .words import Words

CREATE: dict[str, Any] = {
    "name": "Acme Corp",
    "externalId": "customer-123",
    "redirectUrl": "https://myapp.com/whatsapp/callback",
    "webhookUrl": "https://myapp.com/webhooks/whatsapp",
    "webhookSecret": samples.SECRET,
    "webhookEvents": ["message.received", "message.sent"],
    "metadata": {"plan": "gold"},
}
_FIRST = {"id": samples.LINK, "name": "Acme Corp"}
_SAME = {
    "externalId": "customer-123",
    "redirectUrl": "https://myapp.com/whatsapp/callback",
    "hostedUrl": f"{samples.BASE}/signup/{samples.LINK}",
    "metadata": {"plan": "gold"},
    "createdAt": samples.CREATED,
}
CREATED: dict[str, Any] = {
    **_FIRST,
    "status": "pending",
    **_SAME,
    "phoneNumberId": None,
    "phoneNumber": None,
    "wabaId": None,
    "isPhoneRegistered": None,
    "webhookUrl": "https://myapp.com/webhooks/whatsapp",
    "webhookSecret": samples.SECRET,
    "hasWebhookSecret": True,
    "webhookEvents": ["message.received", "message.sent"],
    "outgoingWebhookId": None,
    "lastError": None,
    "completedAt": None,
}
COMPLETED: dict[str, Any] = {
    **_FIRST,
    "status": "completed",
    **_SAME,
    "phoneNumberId": samples.PHONE,
    "phoneNumber": samples.NUMBER,
    "wabaId": samples.WABA,
    "isPhoneRegistered": True,
    "webhookUrl": f"{samples.BASE}/webhook/phone/{samples.PHONE}",
    "outgoingWebhookId": samples.WEBHOOK,
    "completedAt": samples.CONNECTED,
}

WORDS = {
    "onboarding_links.create": Words(
        "Makes a link that lets one of your customers connect a WhatsApp number without any page of yours. Send them"
        " `hostedUrl`. With `webhookUrl`, an outgoing webhook for the account of that number is made when it connects."
        " `webhookSecret` is in this answer and in no later one.",
        CREATED,
        {"With a webhook": CREATE, "Only a name": {"name": "Acme Corp"}},
    ),
    "onboarding_links.listed": Words("All links of the organization, newest first, pending and completed.", COMPLETED),
    "onboarding_links.one": Words(
        "A link as it stands. Once `status` is `completed` it names the phone, the number and the account, and"
        " `webhookUrl` is the address at which Meta notifies this gateway of that phone; your own webhook is"
        " `outgoingWebhookId`. A signup that failed leaves the link `pending`, with Meta's words in `lastError`.",
        COMPLETED,
    ),
    "onboarding_links.delete": Words(
        "Removes a link that nobody has completed; its page then says that it does not exist.",
        {"id": samples.LINK, "deleted": True},
        refusals={"400": "The link is completed: it stays, as the record of how its phone came."},
    ),
}
