"""The client of Meta's Graph API: one keep-alive session, tokens in the header, each call an answer or a GraphError.

Files go up and come down in pieces, on connections of their own.
"""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from ..config import MetaApp
from ..targets import permitted
from .refusals import Refusal, refusal_of

TIMEOUT = aiohttp.ClientTimeout(total=40, connect=5, sock_connect=5)
#: A file takes the time it takes, but does not stand still.
FILE_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=40)


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
        self._files: dict[bool, aiohttp.ClientSession] = {}

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

    async def upload(
        self, path: str, token: str, headers: Mapping[str, str], body: AsyncIterator[bytes]
    ) -> dict[str, Any]:
        """Posts a body as it comes, without its end if it raises. Raises as `call`; a refusal does not wait for it."""
        headers = {"Authorization": f"Bearer {token}", **headers}
        url = f"{self.meta.graph_url}/{self.meta.graph_version}/{path}"
        answer = None
        try:
            answer = await self._files_session(guarded=False).post(
                url, data=body, headers=headers, timeout=FILE_TIMEOUT, allow_redirects=False
            )
            return _understood(answer.status, await answer.content.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreached("Meta cannot be reached just now.") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unanswered("Meta's answer did not arrive.") from error
        finally:
            if answer is not None:
                answer.close()

    @asynccontextmanager
    async def download(self, url: str, token: str, headers: Mapping[str, str]) -> AsyncIterator["Download"]:
        """A file that Meta's answer named. The token goes to Graph's own origin, or by https to a public address.

        Raises Unreached, Unanswered.
        """
        own = _origin(url) == _origin(self.meta.graph_url)
        if not own and _origin(url)[0] != "https":
            raise Unanswered("Meta named an address for the file that cannot be used.")
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity", **headers}
        session = self._files_session(guarded=not own)
        try:
            answer = await session.get(url, headers=headers, timeout=FILE_TIMEOUT, allow_redirects=False)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreached("Meta's file host cannot be reached just now.") from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise Unanswered("Meta's file host gave no answer.") from error
        try:
            yield Download(answer)
        finally:
            answer.close()

    async def close(self) -> None:
        for session in (self._session, *self._files.values()):
            if session is not None:
                await session.close()

    def _files_session(self, guarded: bool) -> aiohttp.ClientSession:
        """Connections for one file each; `guarded` ones lead to public addresses alone."""
        session = self._files.get(guarded)
        if session is None:
            connector = aiohttp.TCPConnector(
                limit=512, force_close=True, socket_factory=_public_socket if guarded else None
            )
            session = self._files[guarded] = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        return session

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = _session()
        return self._session


class Download:
    """The answer to the GET of a file."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.status = answer.status
        self.headers: Mapping[str, str] = answer.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, read no faster than it is taken. Raises Unanswered when it breaks off."""
        try:
            async for piece in self._answer.content.iter_any():
                yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unanswered("The file broke off on its way from Meta.") from error


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", None, None


def _public_socket(address: Any) -> socket.socket:
    """Where the connections for files open their sockets: the final address is checked here."""
    family, kind, protocol, _, target = address
    if not permitted(str(target[0]), ()):
        raise OSError("the address is not public")
    return socket.socket(family, kind, protocol)


def _session(repeats: bool = True) -> aiohttp.ClientSession:
    """aiohttp sends a GET again when its connection closes without an answer, and has no public way not to.

    Connections are not bounded here, where numbers whose calls hang would take them from all others: each number's
    sends are (domain/dispatch.py).
    """
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=15)
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
