"""For operators and their machines: liveness, readiness, metrics."""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..domain import dead_letters, feed, vitals
from ..errors import Unavailable
from ..runtime import Runtime

WAITING = Gauge("waypost_deliveries_waiting", "Deliveries waiting, by where; counted up to 100,000.", ["place"])
OLDEST = Gauge("waypost_delivery_oldest_seconds", "Age of the oldest delivery that is ready.")
PENDING = Gauge("waypost_sends_pending", "Sends whose outcome is open for over a minute; counted up to 10,000.")
FEED = Gauge("waypost_feed_delay_seconds", "For how long the oldest writing transaction holds the event feed back.")
DEAD = Gauge("waypost_dead_letters", "Dead letters of the last day; counted up to 1,000.")


def routes(rt: Runtime) -> list[Route]:
    return [
        Route("/health/live", _with(rt, live)),
        Route("/health/ready", _with(rt, ready)),
        Route("/metrics", _with(rt, metrics)),
    ]


async def live(rt: Runtime, request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def ready(rt: Runtime, request: Request) -> Response:
    """200 when a call could be served now: the database answers and its schema is this version's."""
    try:
        async with rt.pool.connection() as conn:
            lacking = await vitals.missing_migrations(conn)
    except Unavailable as problem:
        return JSONResponse({"status": "unavailable", "reason": problem.message}, 503)
    if lacking:
        return JSONResponse({"status": "unavailable", "reason": f"Migrations are missing: {', '.join(lacking)}."}, 503)
    return JSONResponse({"status": "ok"})


async def metrics(rt: Runtime, request: Request) -> Response:
    """Prometheus text: for loopback, or, where a token is set, for whoever has it."""
    if not _may_measure(rt, request):
        wanted = "WAYPOST_METRICS_TOKEN as a bearer token" if rt.config.metrics_token else "a call from loopback"
        return PlainTextResponse(f"Metrics need {wanted}.\n", 403)
    try:
        async with rt.pool.connection() as conn:
            seen = await vitals.look(conn)
            letters = await dead_letters.recent(conn)
            FEED.set(await feed.delay(conn))
    except Unavailable:
        return Response(generate_latest(), 200, media_type=CONTENT_TYPE_LATEST)
    for place, number in seen.waiting.items():
        WAITING.labels(place).set(number)
    OLDEST.set(seen.oldest_ready_seconds)
    PENDING.set(seen.pending_sends)
    DEAD.set(sum(letters.values()))
    return Response(generate_latest(), 200, media_type=CONTENT_TYPE_LATEST)


def _may_measure(rt: Runtime, request: Request) -> bool:
    token = rt.config.metrics_token
    if token is not None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    host = request.client.host if request.client else ""
    proxied = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    try:
        return ipaddress.ip_address(host).is_loopback and not proxied
    except ValueError:
        return False


def _with(
    rt: Runtime, verb: Callable[[Runtime, Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return await verb(rt, request)

    return serve
