"""The page of an inbox and its headers. It is the same for every link, real or not, and holds no data: the script
exchanges the secret, which stands behind the `#` of the address and so never reaches a server or its logs."""

from functools import cache
from uuid import UUID

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from waypost import assets

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:;"
    " connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(self)",
    "Cache-Control": "no-store",
}


@cache
def shell() -> str:
    environment = Environment(loader=PackageLoader("waypost.inbox"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("inbox.html").render(
        script=assets.url("inbox.js"), style=assets.url("inbox.css"), icon=assets.url("icon-apple.png")
    )


#: Name in the build, size, and what it is for.
ICONS = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("icon-whole.png", 512, "maskable"))


def manifest(link_id: UUID) -> bytes:
    """What a browser installs. Nobody has shown a secret for it: it is the same for every link, real or not, and its
    address has none; the session of the browser opens what is installed."""
    address = f"/inbox/{link_id}"
    icons = [
        {"src": assets.url(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in ICONS
    ]
    return msgspec.json.encode(
        {
            "id": address, "start_url": address, "scope": address, "name": "Inbox", "short_name": "Inbox",
            "display": "standalone", "background_color": "#f5f4f0", "theme_color": "#ffffff", "icons": icons,
        }
    )  # fmt: skip
