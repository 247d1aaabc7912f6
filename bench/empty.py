"""What ingest is compared with: the same server and door that verify and parse, and then store nothing.

Run as `python -m bench.empty PORT SECRET`; with `--deaf` it does not even verify.
"""

import sys
from typing import Any

import uvicorn

from waypost import signature
from waypost.ingest import _body, _respond
from waypost.meta.notifications import facts_of


class Empty:
    def __init__(self, secret: bytes, deaf: bool) -> None:
        self.secret = secret
        self.deaf = deaf

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = await _body(receive)
        assert body is not None
        if not self.deaf:
            header = next((value for name, value in scope["headers"] if name == b"x-hub-signature-256"), None)
            if not signature.verify(self.secret, body, header) or not facts_of(body):
                return await _respond(send, 401, b"")
        await _respond(send, 200, b"OK")


if __name__ == "__main__":
    app = Empty(sys.argv[2].encode(), "--deaf" in sys.argv)
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), http="httptools", loop="uvloop", lifespan="off",
        log_config=None, access_log=False, server_header=False,
    )  # fmt: skip
