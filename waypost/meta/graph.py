"""The client of Meta's Graph API: one keep-alive session, tokens in the header, each call an answer or a GraphError."""

from contextlib import nullcontext
from typing import Any

import aiohttp
import msgspec

from ..config import MetaApp
from .refusals import Refusal, refusal_of

TIMEOUT = aiohttp.ClientTimeout(total=40, connect=5, sock_connect=5)


class GraphError(Exception):
    """A call that did not succeed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(GraphError):
    """Meta answered with its error envelope."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence())
        self.refusal = refusal


class Unreached(GraphError):
    """No connection: nothing was sent, so the call may be repeated."""


class Unanswered(GraphError):
    """The call left and no usable answer came: it may have been carried out."""


class Graph:
    """Calls for the app or with a WABA's token. Idle connections are dropped early, lest a send meets a closed one."""

    def __init__(self, meta: MetaApp) -> None:
        self.meta = meta
        self._session: aiohttp.ClientSession | None = None

    @property
    def app_token(self) -> str:
        return f"{self.meta.app_id}|{self.meta.app_secret}"

    async def call(
        self,
        method: str,
        path: str,
        token: str | None = None,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        once: bool = False,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> dict[str, Any]:
        """Meta's JSON object; `once` rules out that the client library repeats a GET by itself.

        Raises Refused, Unreached, Unanswered.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None
        if body is not None:
            data, headers["Content-Type"] = msgspec.json.encode(body), "application/json"
        url = f"{self.meta.graph_url}/{self.meta.graph_version}/{path}"
        try:
            async with (
                _session(repeats=False) if once else nullcontext(self._opened()) as session,
                session.request(
                    method, url, params=query, data=data, headers=headers, timeout=timeout, allow_redirects=False
                ) as answer,
            ):
                return _understood(answer.status, await answer.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreached("Meta cannot be reached just now.") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unanswered("Meta's answer did not arrive.") from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = _session()
        return self._session


def _session(repeats: bool = True) -> aiohttp.ClientSession:
    """aiohttp sends a GET again when its connection closes without an answer, and has no public way not to."""
    connector = aiohttp.TCPConnector(limit=512, keepalive_timeout=15)
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    session._retry_connection = repeats
    return session


def _understood(status: int, body: bytes) -> dict[str, Any]:
    refusal = refusal_of(body)
    if refusal is not None:
        raise Refused(refusal)
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        answer = None
    if not 200 <= status < 300 or not isinstance(answer, dict):
        raise Unanswered(f"Meta answered with status {status} and nothing that can be read.")
    return answer
