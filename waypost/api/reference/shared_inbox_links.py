"""Words and examples of the shared inbox links."""

from typing import Any

from . import samples
from .words import Words

_PERMISSIONS = {
    "readInbox": True,
    "readDetails": True,
    "markRead": True,
    "sendText": True,
    "sendMedia": True,
    "sendTemplates": True,
    "sendAdvanced": False,
}
_LINK: dict[str, Any] = {
    "id": samples.INBOX_LINK,
    "phoneNumberId": samples.PHONE,
    "name": "Support access",
    "permissions": _PERMISSIONS,
    "status": "active",
    "expiresAt": None,
    "createdAt": samples.CREATED,
    "updatedAt": samples.CREATED,
    "lastUsedAt": None,
}
CREATE: dict[str, Any] = {
    "phoneNumberId": samples.PHONE,
    "name": "Support access",
    "expiresAt": None,
    "permissions": _PERMISSIONS,
}
_WITH_URL = {
    **_LINK,
    "publicUrl": f"{samples.BASE}/inbox/{samples.INBOX_LINK}#t=5mIiVt0u8wWrYkQ1bX3hJ9pZc7Lf2GdN6sEaRxKoTyU",
}
_USED = {**_LINK, "lastUsedAt": samples.CONNECTED}

WORDS = {
    "shared_inbox_links.create": Words(
        "Makes a link that opens one number's inbox in a browser, without an API key. Send the person `publicUrl`: it"
        " is in this answer and in no later one, and whoever has it may do what `permissions` allow. Permissions that"
        " are left out are false.",
        _WITH_URL,
        {
            "Everything but advanced": CREATE,
            "Only looking": {
                "phoneNumberId": samples.PHONE,
                "name": "Auditor",
                "permissions": {"readInbox": True},
            },
        },
        refusals={"404": "There is no such phone in this organization."},
    ),
    "shared_inbox_links.listed": Words(
        "The links that are not revoked, newest first; `status` says which have expired.", _USED
    ),
    "shared_inbox_links.one": Words("A link as it stands; its secret is not shown again.", _USED),
    "shared_inbox_links.update": Words(
        "Changes name, expiry or some of the permissions. It holds for the next request of everybody who uses the"
        " link, and reaches open inboxes within two seconds. `expiresAt: null` takes the expiry away.",
        {**_USED, "permissions": {**_PERMISSIONS, "sendText": False}},
        {
            "No more text": {"permissions": {"sendText": False}},
            "No expiry": {"name": "Support", "expiresAt": None},
        },
    ),
    "shared_inbox_links.rotate": Words(
        "Gives the link a new secret. The address of before and everybody who uses it are shut out at once, so send the"
        " new `publicUrl` to those who are to stay.",
        {**_WITH_URL, "lastUsedAt": samples.CONNECTED},
    ),
    "shared_inbox_links.revoke": Words(
        "Ends a link: its open inboxes close within two seconds, and it is gone from this list.",
        {"id": samples.INBOX_LINK, "deleted": True},
    ),
}
