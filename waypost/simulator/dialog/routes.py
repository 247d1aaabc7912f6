"""The pages' sitemap."""

from starlette.routing import Route

from . import pages

ROUTES = [
    Route("/{locale}/sdk.js", pages.sdk),
    Route("/dialog/dialog.js", pages.script),
    Route("/dialog/dialog.css", pages.style),
    Route("/{version}/dialog/oauth", pages.show, methods=["GET"]),
    Route("/{version}/dialog/oauth", pages.end, methods=["POST"]),
]
