"""Meta's check of a callback address: it must answer the challenge with the challenge, given its verify token."""

import secrets

import aiohttp

from ..stage import Stage
from .refusals import Refusal

URL_MAX = 200


async def verify(stage: Stage, url: str, verify_token: str) -> None:
    """Raises the refusal that Meta gives when the address does not pass."""
    if len(url) > URL_MAX:
        raise Refusal(100, f"Param override_callback_uri must be at most {URL_MAX} characters long.")
    if not url.startswith(("https://", "http://")):
        raise Refusal(100, "Param override_callback_uri must be a valid URI.")
    challenge = str(secrets.randbelow(10**10))
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        async with stage.notifier.session.get(url, params=query, allow_redirects=False) as answer:
            echoed = (await answer.content.read(1024)).decode("utf-8", "replace")
            status, reason = answer.status, answer.reason
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise _failed(f"Curl Error = {type(error).__name__}; the address could not be reached.") from None
    if status != 200:
        raise _failed(f"HTTP Status Code = {status}; HTTP Message = {reason}")
    if echoed != challenge:
        raise _failed("The URL's response does not match hub.challenge.")


def _failed(cause: str) -> Refusal:
    return Refusal(2200, f"Callback verification failed with the following errors: {cause}")
