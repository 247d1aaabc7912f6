"""A stand-in for Meta's side of accounts: nodes that a test sets as it likes, refusals, silence, the calls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

APP_ID = "100000000000001"
SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]
PHONE: dict[str, Any] = {
    "display_phone_number": "+1 555-000-1111", "verified_name": "Acme", "status": "CONNECTED",
    "quality_rating": "GREEN", "name_status": "APPROVED", "code_verification_status": "VERIFIED",
    "platform_type": "CLOUD_API", "throughput": {"level": "STANDARD"}, "is_on_biz_app": False,
    "whatsapp_business_manager_messaging_limit": "TIER_2K",
}  # fmt: skip
WABA: dict[str, Any] = {
    "name": "Acme Ltd", "account_review_status": "APPROVED", "business_verification_status": "verified",
}  # fmt: skip
KINDS = ("PHONE_NUMBER", "WABA", "BUSINESS", "APP")


def well(**states: dict[str, Any]) -> dict[str, Any]:
    """A health_status in which all is available but what is given by kind."""
    entities = [
        {"entity_type": kind, "id": "1", "can_send_message": "AVAILABLE", **states.get(kind, {})} for kind in KINDS
    ]
    return {"can_send_message": "AVAILABLE", "entities": entities}


@dataclass
class Meta:
    """`refused` maps an operation to (code, subcode); an operation in `held` waits for its event."""

    port: int = 0
    phone: dict[str, Any] = field(default_factory=dict)
    waba: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    callbacks: dict[str, str] = field(default_factory=dict)
    subscribed: bool = True
    refused: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    silent: bool = False
    calls: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        for name, value in vars(Meta(self.port)).items():
            setattr(self, name, value)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        _, node, *edge = request.path.strip("/").split("/")
        operation = self._operation(request, node, edge)
        self.calls.append(operation)
        if operation in self.held:
            self.arrived.set()
            await self.held[operation].wait()
        if self.silent:
            return web.Response(status=503, text="<html>down</html>")
        if operation in self.refused:
            code, subcode = self.refused[operation]
            error = {"message": f"(#{code}) No.", "type": "OAuthException", "code": code, "error_subcode": subcode}
            return web.json_response({"error": error}, status=400)
        body = await request.json() if request.can_read_body else {}
        self.bodies.append(body)
        return web.json_response(getattr(self, f"_{operation}")(node, request.query, body))

    def _operation(self, request: web.Request, node: str, edge: list[str]) -> str:
        names = {
            ("GET", "subscribed_apps"): "subscriptions", ("POST", "subscribed_apps"): "subscribe",
            ("DELETE", "subscribed_apps"): "unsubscribe", ("GET", "message_templates"): "list",
            ("POST", "register"): "register", ("POST", "smb_app_data"): "app_data",
        }  # fmt: skip
        if edge:
            return names[(request.method, edge[0])]
        if node == "debug_token":
            return "debug"
        if request.method == "POST":
            return "callback"
        return "read_phone" if "display_phone_number" in request.query.get("fields", "") else "read_waba"

    def _read_phone(self, node: str, query: Any, body: Any) -> Any:
        callbacks = {"application": self.callbacks.get("app"), "phone_number": self.callbacks.get(node)}
        shown = {name: url for name, url in callbacks.items() if url}
        return {**PHONE, "webhook_configuration": shown, "health_status": well(), **self.phone, "id": node}

    def _read_waba(self, node: str, query: Any, body: Any) -> Any:
        return {**WABA, "health_status": well(), **self.waba, "id": node}

    def _debug(self, node: str, query: Any, body: Any) -> Any:
        return {"data": {"app_id": APP_ID, "is_valid": True, "expires_at": 0, "scopes": SCOPES, **self.token}}

    def _subscriptions(self, node: str, query: Any, body: Any) -> Any:
        rows = [{"whatsapp_business_api_data": {"id": "7", "name": "Another"}}]
        return {"data": rows + [{"whatsapp_business_api_data": {"id": APP_ID}}] * self.subscribed}

    def _subscribe(self, node: str, query: Any, body: Any) -> Any:
        self.subscribed = True
        return {"success": True}

    def _unsubscribe(self, node: str, query: Any, body: Any) -> Any:
        self.subscribed = False
        return {"success": True}

    def _callback(self, node: str, query: Any, body: Any) -> Any:
        self.callbacks[node] = body["webhook_configuration"]["override_callback_uri"]
        return {"success": True}

    def _register(self, node: str, query: Any, body: Any) -> Any:
        self.phone = {**self.phone, "status": "CONNECTED", "platform_type": "CLOUD_API"}
        return {"success": True}

    def _app_data(self, node: str, query: Any, body: Any) -> dict[str, Any]:
        return {"messaging_product": "whatsapp", "request_id": f"{node} {body['sync_type']}"}

    def _list(self, node: str, query: Any, body: Any) -> Any:
        start = int(query.get("after", "0"))
        shown = self.templates[start : start + self.page]
        paging: dict[str, Any] = {"cursors": {"after": str(start + self.page)}}
        if start + self.page < len(self.templates):
            paging["next"] = "https://graph.test/next"
        return {"data": shown, "paging": paging}


@asynccontextmanager
async def listening() -> AsyncIterator[Meta]:
    """The stand-in on a free port while the block lasts."""
    meta = Meta()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", lambda request: meta.answer(request))
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    meta.port = site._server.sockets[0].getsockname()[1]
    try:
        yield meta
    finally:
        await runner.cleanup()
