"""The control API's sitemap."""

from starlette.routing import Route

from . import batches, changes, customers, faults, index, limits, media, nodes, postings, signups, state, statuses

ROUTES = [
    Route("/", index.show),
    Route("/_sim", index.show),
    Route("/_sim/world", state.show),
    Route("/_sim/signups", signups.create, methods=["POST"]),
    Route("/_sim/messages", customers.write, methods=["POST"]),
    Route("/_sim/statuses", statuses.announce, methods=["POST"]),
    Route("/_sim/changes", changes.announce, methods=["POST"]),
    Route("/_sim/batches", batches.post, methods=["POST"]),
    Route("/_sim/media", media.show, methods=["GET"]),
    Route("/_sim/media", media.create, methods=["POST"]),
    Route("/_sim/media/{media_id}/expire", media.expire, methods=["POST"]),
    Route("/_sim/phones/{phone_id}", nodes.change_phone, methods=["POST"]),
    Route("/_sim/wabas/{waba_id}", nodes.change_waba, methods=["POST"]),
    Route("/_sim/templates", nodes.add_template, methods=["POST"]),
    Route("/_sim/limits", limits.show, methods=["GET"]),
    Route("/_sim/limits", limits.change, methods=["POST"]),
    Route("/_sim/limits", limits.clear, methods=["DELETE"]),
    Route("/_sim/arrivals", limits.arrivals),
    Route("/_sim/sent", state.sent),
    Route("/_sim/notifications", postings.show, methods=["GET"]),
    Route("/_sim/notifications", postings.post, methods=["POST"]),
    Route("/_sim/faults", faults.show, methods=["GET"]),
    Route("/_sim/faults", faults.change, methods=["POST"]),
    Route("/_sim/faults", faults.clear, methods=["DELETE"]),
    Route("/_sim/reset", state.reset, methods=["POST"]),
    Route("/_sim/{path:path}", index.unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
]
