"""The one HTTP endpoint of Graph: reads the call, lets the faults have their say, runs the operation."""

import asyncio
import time
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from .. import ids
from ..connection import sever
from ..faults import Loss
from ..stage import Stage
from . import operations, throttle, validation
from .call import NEWEST, Call, read
from .refusals import Refusal

ERROR_PAGE = "<!DOCTYPE html><html><body><h1>Sorry, something went wrong.</h1></body></html>"


class Graph:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._wait(self.stage.faults.latency, self.stage.settings.graph_latency)
        response, loss = await self._answer(Request(scope, receive))
        await self._wait(self.stage.faults.answer_delay)
        if loss is None:
            await response(scope, receive, send)
        elif loss.how == "html":
            await HTMLResponse(ERROR_PAGE, 500)(scope, receive, send)
        else:
            await asyncio.sleep(loss.seconds if loss.how == "hang" else 0)
            await sever(scope)

    async def _wait(self, seconds: float | None, otherwise: float = 0.0) -> None:
        pause = otherwise if seconds is None else seconds
        if pause > 0:
            await asyncio.sleep(pause)

    async def _answer(self, request: Request) -> tuple[Response, Loss | None]:
        headers, loss = _headers(NEWEST), None
        try:
            call = await read(self.stage, request)
            headers = _headers(call.version)
            operation = operations.find(call)
            usage, over = throttle.count_management(self.stage, operation.name, call.node)
            headers.update(usage)
            if over:
                raise Refusal(80007)
            if (failure := self.stage.faults.refusal(operation.name)) is not None:
                raise Refusal.of(failure)
            loss = self.stage.faults.loss(operation.name)
            return _success(await self._run(operation, call), headers), loss
        except Refusal as refusal:
            return _refused(refusal, headers), loss

    async def _run(self, operation: operations.Operation, call: Call) -> dict[str, Any]:
        if operation.checked:
            call.token()
            validation.require(f"{operation.name}/request", call.body)
        return await operation.verb(call)


def _headers(version: int) -> dict[str, str]:
    return {"facebook-api-version": f"v{version}.0", "x-fb-trace-id": ids.trace_id(), "x-fb-rev": str(int(time.time()))}


def _success(result: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(msgspec.json.encode(result), 200, headers, "application/json; charset=UTF-8")


def _refused(refusal: Refusal, headers: dict[str, str]) -> Response:
    if refusal.http == 401:
        headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{refusal.title}"'
    body = msgspec.json.encode(refusal.envelope())
    return Response(body, refusal.http, headers, "application/json; charset=UTF-8")
