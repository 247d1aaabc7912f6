"""Times on the wire: RFC 3339, UTC, milliseconds, `Z`; Meta's are seconds since 1970, usually as a string."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def now() -> datetime:
    """The present, cut to the milliseconds that the wire carries."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def instant() -> datetime:
    """The present in full, for what is put in order by it."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """`2026-03-03T15:30:00.000Z`."""
    moment = moment.astimezone(UTC) if moment.tzinfo is not UTC else moment
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def optional_stamp(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def micros(moment: datetime) -> int:
    """Since 1970, for cursors: PostgreSQL's times exactly."""
    return (moment - EPOCH) // _MICRO


def at_micros(count: int) -> datetime:
    """Raises OverflowError beyond the year 9999."""
    return EPOCH + count * _MICRO


def from_meta(seconds: object) -> datetime | None:
    """A Meta timestamp; None when it is missing or not a plausible time."""
    try:
        moment = datetime.fromtimestamp(float(str(seconds or 0)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year >= 2000 else None
