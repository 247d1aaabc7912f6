"""Media objects: their bytes lie in a temporary folder, each behind an id and an address that is good for minutes.

Uploads belong to the phone that made them and live 30 days; what customers sent lives 7. Nothing outlives the process.
"""

import base64
import hashlib
import hmac
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from urllib.parse import urlencode

from . import ids
from .settings import Settings

PATH = "/_lookaside/whatsapp_business/attachments/"
_HEAD = 64


@dataclass(slots=True)
class Media:
    id: str
    phone_number_id: str
    mime_type: str
    filename: str | None
    #: Lower-case hex, as Graph tells it; notifications carry `sha256_base64`.
    sha256: str
    size: int
    path: Path
    expires_at: float
    #: A number that goes up when earlier addresses are to be worth nothing.
    generation: int = 0
    animated: bool = False

    @property
    def sha256_base64(self) -> str:
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


class Intake:
    """A file on its way in: written to disk as it comes, counted and hashed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        #: The first bytes, enough to know an animated sticker.
        self.head = b""
        self._file = path.open("wb")
        self._digest = hashlib.sha256()

    def write(self, chunk: bytes) -> None:
        self.head = (self.head + chunk)[:_HEAD] if len(self.head) < _HEAD else self.head
        self.size += len(chunk)
        self._digest.update(chunk)
        self._file.write(chunk)

    def close(self) -> str:
        """Gives the SHA-256 in hex."""
        self._file.close()
        return self._digest.hexdigest()

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class Shelf:
    """All media of one world."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._random = SystemRandom()
        self._secret = secrets.token_bytes(16)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._items: dict[str, Media] = {}

    def __contains__(self, media_id: str) -> bool:
        return self.find(media_id) is not None

    def add(
        self, phone_number_id: str, content: bytes, mime_type: str, filename: str | None = None, *, inbound: bool = True
    ) -> Media:
        """A media object with these bytes, as if a customer had sent it to the phone (or the phone had uploaded it)."""
        intake = self.intake()
        intake.write(content)
        return self.keep(intake, phone_number_id, mime_type, filename, inbound=inbound)

    def intake(self) -> Intake:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="simulator-media-", ignore_cleanup_errors=True)
        return Intake(Path(self._folder.name) / secrets.token_hex(8))

    def keep(
        self, intake: Intake, phone_number_id: str, mime_type: str, filename: str | None, *, inbound: bool
    ) -> Media:
        digest = intake.close()
        days = self.settings.inbound_media_days if inbound else self.settings.upload_days
        media = Media(
            ids.object_id(self._random), phone_number_id, mime_type, filename, digest, intake.size, intake.path,
            time.time() + days * 86_400, animated=is_animated(intake.head),
        )  # fmt: skip
        self._items[media.id] = media
        return media

    def find(self, media_id: str) -> Media | None:
        """None too when its days are over."""
        media = self._items.get(media_id)
        return media if media is not None and media.expires_at > time.time() else None

    def of_phone(self, phone_number_id: str) -> list[Media]:
        return [media for media in self._items.values() if media.phone_number_id == phone_number_id]

    def url(self, media: Media, source: str = "getMedia") -> str:
        """A signed address, good for `media_url_lifetime` seconds; `source` is "webhook" in notifications."""
        until = int(time.time() + self.settings.media_url_lifetime)
        query = {"mid": media.id, "source": source, "ext": str(until), "hash": self._sign(media, str(until))}
        return f"{self.settings.base_url}{PATH}?{urlencode(query)}"

    def opened(self, query: dict[str, str]) -> Media | None:
        """The media object that an address's query names, if the address is ours and still good."""
        media = self.find(query.get("mid", ""))
        until = query.get("ext", "")
        if media is None or not hmac.compare_digest(self._sign(media, until), query.get("hash", "")):
            return None
        return media if float(until) > time.time() else None

    def stale(self, media: Media) -> None:
        """Every address given so far is worth nothing."""
        media.generation += 1

    def remove(self, media: Media) -> None:
        self._items.pop(media.id, None)
        media.path.unlink(missing_ok=True)

    def close(self) -> None:
        self._items.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _sign(self, media: Media, until: str) -> str:
        text = f"{media.id} {media.generation} {until}".encode()
        return "ATv" + hmac.new(self._secret, text, hashlib.sha256).hexdigest()


def is_animated(head: bytes) -> bool:
    """Whether the first bytes are those of a WebP with the animation flag."""
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and len(head) > 20 and bool(head[20] & 2)
