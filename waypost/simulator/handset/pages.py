"""Serving the handset, what is on its screen, and the files that are in a chat."""

import time
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from .. import chats, ids
from ..control import wire
from ..control.manner import find_phone

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
CUSTOMER, NAME = "5491155551234", "Ana"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
        " media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
FILES = {"handset.js": "text/javascript; charset=utf-8", "handset.css": "text/css; charset=utf-8"}


async def show(request: Request) -> Response:
    """`?phone=` (its number) and `?from=`, `?name=` (the customer); each may be left out."""
    world = wire.stage_of(request).world
    query = request.query_params
    digits = ids.digits_of(query.get("from", "")) or CUSTOMER
    known = world.people.get(digits)
    page = PAGES.get_template("handset.html").render(
        phones=list(world.phones.values()),
        phone=ids.digits_of(query.get("phone", "")),
        customer=digits,
        name=query.get("name") or (known.name if known else NAME),
    )
    return HTMLResponse(page, headers=HEADERS)


async def chat(request: Request) -> Response:
    """The lines between `?phone_number_id=` and `?from=`."""
    stage = wire.stage_of(request)
    phone = find_phone(stage, request.query_params.get("phone_number_id"), None)
    digits = ids.digits_of(request.query_params.get("from", ""))
    return wire.answer(
        {
            "name": phone.verified_name,
            "number": phone.display,
            "typing": chats.is_typing(stage.world, phone, digits, time.time()),
            "lines": chats.lines(stage.world, phone, digits),
        }
    )


async def media(request: Request) -> Response:
    found = wire.stage_of(request).world.media.find(request.path_params["media_id"])
    if found is None:
        return Response(status_code=404)
    shown = found.mime_type.startswith(("image/", "audio/", "video/")) and "svg" not in found.mime_type
    return FileResponse(
        found.path,
        headers={"content-type": found.mime_type, "X-Content-Type-Options": "nosniff"},
        filename=found.filename or found.id,
        content_disposition_type="inline" if shown else "attachment",
    )


async def file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return Response(status_code=404)
    return FileResponse(HERE / name, media_type=FILES[name], headers={"Cache-Control": "no-cache"})


ROUTES = [
    Route("/handset", show),
    Route("/handset/chat", chat),
    Route("/handset/media/{media_id}", media),
    Route("/handset/{name}", file),
]
