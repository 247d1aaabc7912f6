"""What is remembered of files that Meta holds: the media id of a customer's URL, and the name of a file. SQL only."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from .. import clock
from ..postgres.pool import Connection
from .phones import Phone

#: Meta keeps an upload for 30 days.
KEPT = timedelta(days=25)
NAMES_KEPT = timedelta(days=31)


class Held(msgspec.Struct, frozen=True):
    """A file that Meta holds; until `fresh_until` its URL need not be asked whether it changed."""

    media_id: str
    mime_type: str
    file_size: int
    etag: str | None
    last_modified: str | None
    fresh_until: datetime


async def held(conn: Connection, phone: Phone, url: str) -> Held | None:
    """The file of a URL, when this phone uploaded it within the last 25 days."""
    row = await conn.fetchrow(
        "select media_id, mime_type, file_size, etag, last_modified, fresh_until from media_links"
        " where organization_id = $1 and phone_id = $2 and url_hash = $3 and expires_at > $4",
        phone.organization_id, phone.id, _hash(url), clock.now(),
    )  # fmt: skip
    return Held(*row.values()) if row else None


async def hold(conn: Connection, phone: Phone, url: str, file: Held) -> None:
    """Remembers an upload."""
    await conn.execute(
        "insert into media_links (organization_id, phone_id, url_hash, media_id, mime_type, file_size, etag,"
        " last_modified, fresh_until, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " on conflict (organization_id, phone_id, url_hash) do update set media_id = excluded.media_id,"
        " mime_type = excluded.mime_type, file_size = excluded.file_size, etag = excluded.etag,"
        " last_modified = excluded.last_modified, fresh_until = excluded.fresh_until, expires_at = excluded.expires_at",
        phone.organization_id, phone.id, _hash(url), file.media_id, file.mime_type, file.file_size, file.etag,
        file.last_modified, file.fresh_until, clock.now() + KEPT,
    )  # fmt: skip


async def confirm(conn: Connection, phone: Phone, url: str, fresh_until: datetime) -> None:
    """The source says that the file is as it was."""
    await conn.execute(
        "update media_links set fresh_until = $4 where organization_id = $1 and phone_id = $2 and url_hash = $3",
        phone.organization_id, phone.id, _hash(url), fresh_until,
    )  # fmt: skip


async def forget(conn: Connection, organization_id: UUID, phone_id: UUID, media_ids: Collection[str]) -> None:
    """Meta holds these no more."""
    await conn.execute(
        "delete from media_links where organization_id = $1 and phone_id = $2 and media_id = any($3::text[])",
        organization_id, phone_id, list(media_ids),
    )  # fmt: skip


async def name(conn: Connection, named: Sequence[tuple[UUID, UUID, str, str]]) -> None:
    """Remembers file names: (organization, phone, media id, name); the first one given stays."""
    if not named:
        return
    await conn.execute(
        "insert into media_names (organization_id, phone_id, media_id, filename)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])"
        " on conflict (organization_id, phone_id, media_id) do nothing",
        *(list(column) for column in zip(*sorted(set(named)), strict=True)),
    )


async def name_of(conn: Connection, organization_id: UUID, phone_id: UUID, media_id: str) -> str | None:
    found: str | None = await conn.fetchval(
        "select filename from media_names where organization_id = $1 and phone_id = $2 and media_id = $3",
        organization_id, phone_id, media_id,
    )  # fmt: skip
    return found


async def forget_old(conn: Connection) -> None:
    """Retention: what Meta no longer holds either."""
    await conn.execute("delete from media_links where expires_at < $1", clock.now())
    await conn.execute("delete from media_names where created_at < $1", clock.now() - NAMES_KEPT)


def _hash(url: str) -> bytes:
    return hashlib.sha256(url.encode()).digest()
