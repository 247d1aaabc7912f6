"""What curl's errors mean: a kind for the engine and a sentence for the customer. Neither tells an address.

curl's own messages are never passed on: they may name the address that a name led to.
"""

from dataclasses import dataclass
from typing import Any, Literal

import pycurl

#: What kept an answer from coming whole; "" when it did. `interrupted` is our own side.
Kind = Literal["", "timeout", "dns", "refused", "tls", "broken", "blocked", "too_large", "invalid_url", "interrupted"]

INTERRUPTED = "The attempt was interrupted on our side."
BLOCKED = "The destination address is not allowed."
FLOODED = "The headers of the answer are too large."
UNUSABLE = "The URL cannot be used."
UNRESOLVED = "The host name could not be resolved."
UNRESOLVED_IN_TIME = "The host name could not be resolved in time."
UNVERIFIED = "TLS certificate could not be verified"

#: By curl's error (its number where pycurl has no name): kind, sentence for a webhook, sentence for a file.
_MEANINGS: dict[int, tuple[Kind, str, str]] = {
    pycurl.E_OPERATION_TIMEDOUT: (
        "timeout", "The endpoint did not answer in time.", "it did not arrive in time.",
    ),
    pycurl.E_COULDNT_RESOLVE_HOST: ("dns", UNRESOLVED, UNRESOLVED),
    pycurl.E_COULDNT_CONNECT: ("refused", "The endpoint refused the connection.", "the host refused the connection."),
    pycurl.E_PEER_FAILED_VERIFICATION: ("tls", f"The endpoint's {UNVERIFIED}.", f"the host's {UNVERIFIED}."),
    pycurl.E_SSL_CONNECT_ERROR: (
        "tls", "The TLS handshake with the endpoint failed.", "the TLS handshake with the host failed.",
    ),
    pycurl.E_GOT_NOTHING: (
        "broken", "The endpoint closed the connection without an answer.",
        "the host closed the connection without an answer.",
    ),
    pycurl.E_RECV_ERROR: ("broken", "The connection broke while the answer was read.", "the connection broke off."),
    pycurl.E_SEND_ERROR: ("broken", "The connection broke while the event was sent.", "the connection broke off."),
    pycurl.E_PARTIAL_FILE: (
        "broken", "The connection ended before the answer did.", "the connection ended before the file did.",
    ),
    pycurl.E_HTTP2: ("broken", "The HTTP/2 connection broke.", "the HTTP/2 connection broke."),
    92: ("broken", "The endpoint broke off the HTTP/2 stream.", "the host broke off the stream."),
    pycurl.E_FTP_WEIRD_SERVER_REPLY: ("broken", "The endpoint does not speak HTTP.", "the host does not speak HTTP."),
    # A server that answers with no status line at all is told as a protocol that is not supported.
    pycurl.E_UNSUPPORTED_PROTOCOL: ("broken", "The endpoint does not speak HTTP.", "the host does not speak HTTP."),
    100: ("too_large", FLOODED, FLOODED),
    pycurl.E_URL_MALFORMAT: ("invalid_url", UNUSABLE, UNUSABLE),
    pycurl.E_SSL_CACERT_BADFILE: ("interrupted", INTERRUPTED, INTERRUPTED),
    pycurl.E_FAILED_INIT: ("interrupted", INTERRUPTED, INTERRUPTED),
}  # fmt: skip

#: By the result of OpenSSL's verification, see its `verify` manual; curl itself compares names.
_CERTIFICATES = {
    9: "it is not valid yet", 10: "it has expired", 18: "it is self-signed",
    19: "its chain ends in an issuer that is not trusted", 20: "its issuer is unknown or the chain is incomplete",
    21: "its issuer is unknown or the chain is incomplete",
}  # fmt: skip


@dataclass(slots=True, frozen=True)
class Failure:
    kind: Kind
    endpoint: str
    host: str


def ours(kind: Kind, sentence: str) -> Failure:
    """What we ended ourselves, or never began."""
    return Failure(kind, sentence, sentence)


def meaning(curl: Any, code: int, began: bool) -> Failure:
    """Of curl's error; `began` says whether a connection was opened or used."""
    if code == pycurl.E_UNSUPPORTED_PROTOCOL and not began:
        return ours("invalid_url", UNUSABLE)
    kind, endpoint, host = _MEANINGS.get(code) or (
        "broken", f"The transfer failed (curl's error {code}).", f"the transfer failed (curl's error {code}).",
    )  # fmt: skip
    if code == pycurl.E_PEER_FAILED_VERIFICATION:
        why = _CERTIFICATES.get(curl.getinfo(pycurl.SSL_VERIFYRESULT))
        why = "it is for another name" if "subject name" in curl.errstr() else why
        endpoint, host = (f"{text[:-1]}: {why}." if why else text for text in (endpoint, host))
    return Failure(kind, endpoint, host)
