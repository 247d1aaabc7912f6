"""Serving the SDK, the dialog page and its endings."""

from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from ..control import wire
from ..settings import Settings
from . import outcomes

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)

JAVASCRIPT = "text/javascript; charset=utf-8"
FRESH = {"Cache-Control": "no-cache"}
#: The SDK runs in other people's pages and may be fetched with `crossorigin`.
SDK_HEADERS = {**FRESH, "Access-Control-Allow-Origin": "*"}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
    "Cache-Control": "no-store",
}


async def sdk(request: Request) -> Response:
    return FileResponse(HERE / "sdk.js", media_type=JAVASCRIPT, headers=SDK_HEADERS)


async def script(request: Request) -> Response:
    return FileResponse(
        HERE / "dialog.js", media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


async def style(request: Request) -> Response:
    return FileResponse(
        HERE / "dialog.css", media_type="text/css; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


async def show(request: Request) -> Response:
    stage = wire.stage_of(request)
    query = dict(request.query_params)
    faults = _faults(stage.settings, query)
    page = PAGES.get_template("dialog.html").render(
        app_name=stage.settings.app_name,
        faults=faults,
        outcomes=outcomes.OUTCOMES,
        steps=outcomes.STEPS,
        wabas=list(stage.world.wabas.values()),
        query=query,
    )
    return HTMLResponse(page, 400 if faults else 200, PAGE_HEADERS)


async def end(request: Request) -> Response:
    choice = await wire.read(request, outcomes.Choice)
    return wire.answer(outcomes.end(wire.stage_of(request).world, choice))


def _faults(settings: Settings, query: dict[str, str]) -> list[str]:
    """What is wrong with the way the dialog was opened, in sentences."""
    wanted = {
        "client_id": settings.app_id,
        "config_id": settings.config_id,
        "response_type": "code",
        "override_default_response_type": "true",
    }
    wrong = [
        f"{name} is {query.get(name, '') or 'missing'}; this app needs {value}."
        for name, value in wanted.items()
        if query.get(name) != value
    ]
    back = query.get("redirect_uri", "")
    if back and urlsplit(back).scheme not in ("http", "https"):
        wrong.append("redirect_uri is not an http or https address.")
    if not back and not query.get("channel"):
        wrong.append("There is neither a redirect_uri nor a window that waits for the answer.")
    return wrong
