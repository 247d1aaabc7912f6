"""What a webhook's address, secret, events and limits must look like, wherever they are given. Pure; (field, message)
pairs."""

from ..config import Config
from ..events import ALL, EVENT_TYPES
from ..targets import url_problem

SECRET_LENGTH = (16, 256)
MOST_PER_SECOND = 1000
MOST_CONCURRENCY = 64
MOST_GRACE_HOURS = 168


def url_problems(field: str, url: str, config: Config) -> list[tuple[str, str]]:
    problem = url_problem(url, config.allow_targets, config.deny_targets)
    return [(field, problem)] if problem else []


def secret_problems(field: str, secret: str | None) -> list[tuple[str, str]]:
    least, most = SECRET_LENGTH
    if secret is None or least <= len(secret) <= most:
        return []
    return [(field, f"must have {least} to {most} characters; it has {len(secret)}.")]


def number_problems(field: str, number: int | None, most: int, zero: str) -> list[tuple[str, str]]:
    """`zero` says what 0 means."""
    if number is None or 0 <= number <= most:
        return []
    return [(field, f"must be a whole number from 1 to {most:,}, or 0 {zero}.")]


def event_problems(field: str, events: list[str]) -> list[tuple[str, str]]:
    if not events:
        return [(field, "must name at least one event.")]
    if len(events) > 50:
        return [(field, "names more than 50 events.")]
    allowed = ", ".join((*EVENT_TYPES, ALL))
    return [
        (f"{field}[{index}]", f"{event[:64]!r} is not an event; the events are {allowed}.")
        for index, event in enumerate(events)
        if event not in (*EVENT_TYPES, ALL)
    ]


def text_problems(field: str, text: str, most: int) -> list[tuple[str, str]]:
    if "\x00" in text:
        return [(field, "must not contain the character NUL.")]
    if not text.strip():
        return [(field, "must not be empty.")]
    return [(field, f"must have at most {most} characters; it has {len(text)}.")] if len(text) > most else []
