"""Words and examples of the organization and its keys."""

from . import samples
from .words import Words

KEY = {
    "id": samples.KEY,
    "name": "Shop",
    "scopes": ["read", "send"],
    "hint": "x3Qz",
    "createdAt": samples.CREATED,
    "revokedAt": None,
}

WORDS = {
    "organization.show": Words(
        "The organization that the key speaks for.",
        {"id": samples.ORGANIZATION, "name": "Acme", "isSuspended": False, "createdAt": samples.CREATED},
    ),
    "api_keys.listed": Words(
        "The keys of the organization, newest first, revoked ones included; never the keys themselves.", KEY
    ),
    "api_keys.create": Words(
        "Makes a key for another program. It gets the scopes that are named, of those that the calling key has."
        " `apiKey` is in this answer and in no later one.",
        {**KEY, "apiKey": "wp_7mYc0rTq1uVb5nKs8dLe2wGh4jPx3Qz"},
        {"Read and send": {"name": "Shop", "scopes": ["read", "send"]}, "As this key": {}},
    ),
    "api_keys.revoke": Words(
        "Ends a key: its next call is refused, in every process.",
        {"id": samples.KEY, "deleted": True},
        refusals={"400": "A key cannot revoke itself."},
    ),
}
