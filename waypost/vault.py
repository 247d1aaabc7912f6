"""Seals tokens, secrets and PINs at rest: AES-256-GCM, a key id in front so that keys can be rotated.

A sealed value is bound to its purpose (`context`), so that one tenant's ciphertext is useless in another's row.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_KEY_ID = 4
_NONCE = 12
_SHORTEST = 1 + _KEY_ID + _NONCE + 16


class VaultError(Exception):
    """A sealed value cannot be opened: its key is not among WAYPOST_SECRET_KEYS, or it was altered."""


class Vault:
    """The first key seals, all keys open."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise VaultError("No secret key is configured; set WAYPOST_SECRET_KEYS.")
        self._ciphers = {_key_id(key): AESGCM(_derive(key)) for key in keys}
        self._first = _key_id(keys[0])

    def seal(self, value: str, context: str) -> bytes:
        """version, key id, nonce, ciphertext with tag."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._first].encrypt(nonce, value.encode(), context.encode())
        return _VERSION + self._first + nonce + sealed

    def open(self, sealed: bytes, context: str) -> str:
        """The value; raises VaultError."""
        key_id, nonce = sealed[1 : 1 + _KEY_ID], sealed[1 + _KEY_ID : 1 + _KEY_ID + _NONCE]
        cipher = self._ciphers.get(key_id)
        if len(sealed) < _SHORTEST:
            raise VaultError(f"A sealed secret for {context} is cut short.")
        if sealed[:1] != _VERSION or cipher is None:
            raise VaultError(f"A secret was sealed with key {key_id.hex()}, which WAYPOST_SECRET_KEYS does not hold.")
        try:
            return cipher.decrypt(nonce, sealed[1 + _KEY_ID + _NONCE :], context.encode()).decode()
        except InvalidTag:
            raise VaultError(f"A sealed secret for {context} was altered or belongs elsewhere.") from None


def keys_in(folder: Path) -> tuple[str, ...]:
    """The keys kept in a data directory, generated (0600) at first use; for deployments with the embedded database."""
    path = folder / "secret.keys"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _generate(path)
    return tuple(path.read_text(encoding="ascii").split())


def _generate(path: Path) -> None:
    """The file appears whole or not at all, and of two processes at once the first one's stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _derive(key: str) -> bytes:
    return hashlib.sha256(b"waypost seal " + key.encode()).digest()


def _key_id(key: str) -> bytes:
    return hashlib.sha256(b"waypost key id " + key.encode()).digest()[:_KEY_ID]
