"""The control API's sitemap."""

from starlette.routing import Route

from . import customers, faults, index, postings, signups, state

ROUTES = [
    Route("/", index.show),
    Route("/_sim", index.show),
    Route("/_sim/world", state.show),
    Route("/_sim/signups", signups.create, methods=["POST"]),
    Route("/_sim/messages", customers.write, methods=["POST"]),
    Route("/_sim/sent", state.sent),
    Route("/_sim/notifications", postings.show, methods=["GET"]),
    Route("/_sim/notifications", postings.post, methods=["POST"]),
    Route("/_sim/faults", faults.show, methods=["GET"]),
    Route("/_sim/faults", faults.change, methods=["POST"]),
    Route("/_sim/faults", faults.clear, methods=["DELETE"]),
    Route("/_sim/reset", state.reset, methods=["POST"]),
    Route("/_sim/{path:path}", index.unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
]
