"""What Meta tells about accounts, numbers and templates by notification, applied to what we keep of them.

Runs in the transaction of an ingest batch: a few statements, whatever the batch. Facts apply by Meta's own time;
repeats, and accounts that nobody here has, change nothing. What a notification leaves open is asked for by a sync.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from .. import clock
from ..content import digits
from ..meta.notifications import AccountChange
from ..postgres.pool import Connection
from . import notices, syncs, templates
from .ledger import Judged
from .notices import Matter, Notice
from .syncs import Wanted
from .templates import StatusChange

#: Events of account_update that have a matter of their own.
EVENTS: dict[str, Matter] = {
    "DISABLED_UPDATE": "ban",
    "ACCOUNT_RESTRICTION": "restriction",
    "ACCOUNT_VIOLATION": "violation",
    **dict.fromkeys(
        (
            "ACCOUNT_DELETED", "PARTNER_ADDED", "PARTNER_REMOVED", "PARTNER_APP_INSTALLED", "PARTNER_APP_UNINSTALLED",
            "ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED",
        ),
        "access",
    ),
}  # fmt: skip
#: Of the account, whatever number they come with.
ACCOUNT_WIDE = frozenset({"DISABLED_UPDATE", "ACCOUNT_RESTRICTION", "ACCOUNT_VIOLATION", "ACCOUNT_DELETED"})
#: Other fields -> matter, and the key that holds Meta's word for what happened.
FIELDS: dict[str, tuple[Matter, str]] = {
    "account_review_update": ("review", "decision"),
    "account_alerts": ("alert", "alert_type"),
    "business_capability_update": ("capability", "event"),
    "phone_number_name_update": ("name", "decision"),
    "phone_number_quality_update": ("quality", "event"),
    "security": ("security", "event"),
}
TEMPLATE_FIELDS = frozenset(
    {
        "message_template_status_update", "message_template_quality_update", "message_template_components_update",
        "template_category_update",
    }
)  # fmt: skip
MOST_KEPT = 16_000


class Subject(NamedTuple):
    """An account or, with `phone_id`, one of its numbers."""

    organization_id: UUID
    waba_id: UUID
    phone_id: UUID | None = None


class _Read(NamedTuple):
    change: AccountChange
    value: dict[str, Any]
    at: datetime
    wabas: frozenset[str]
    number: str | None


async def apply(conn: Connection, changes: Sequence[AccountChange]) -> Judged:
    """Applies facts of any number of accounts; what tells of nobody here, or of nothing kept, changes nothing."""
    unique = dict.fromkeys(changes)
    read = [found for change in unique if (found := _read(change)) is not None]
    if not read:
        return Judged(0, len(changes))
    by_waba, by_phone = await _known(conn, read)
    kept: list[Notice] = []
    wanted: set[Wanted] = set()
    told: list[StatusChange] = []
    marks: list[set[tuple[object, ...]]] = []
    for each in read:
        subjects = _subjects(each, by_waba, by_phone)
        if each.change.field in TEMPLATE_FIELDS:
            said = [change for subject in subjects for change in _template(each, subject)]
            asked: set[Wanted] = {(subject.organization_id, subject.waba_id, "templates") for subject in subjects}
            marks.append({(c.waba_id, c.meta_id) for c in said} | {(w[1], w[2]) for w in asked})
            told, wanted = told + said, wanted | asked
            continue
        noticed = [notice for subject in subjects for notice in _notice(each, subject)]
        marks.append({(notice.subject_id, notice.matter, notice.at) for notice in noticed})
        kept += noticed
        for subject in subjects:
            wanted.add((subject.organization_id, subject.waba_id, "waba"))
            if subject.phone_id is not None:
                wanted.add((subject.organization_id, subject.phone_id, "phone"))
    changed = await notices.keep(conn, kept) | await templates.note(conn, told) | await syncs.want(conn, wanted)
    return _judged(changes, read, marks, changed)


def _judged(
    changes: Sequence[AccountChange], read: Sequence[_Read], marks: Sequence[set[tuple[object, ...]]],
    changed: set[tuple[object, ...]],
) -> Judged:  # fmt: skip
    """A fact is news, once in a batch, when one of the rows that it speaks of is another now."""
    news = {each.change for each, mark in zip(read, marks, strict=True) if mark & changed}
    seen: set[AccountChange] = set()
    judged = [0, 0]
    for change in changes:
        judged[0 if change in news and change not in seen else 1] += 1
        seen.add(change)
    return Judged(*judged)


def _read(change: AccountChange) -> _Read | None:
    """None for a field that has nothing to do with accounts, or a value of no use."""
    if change.field not in TEMPLATE_FIELDS | FIELDS.keys() | {"account_update"}:
        return None
    try:
        value = msgspec.json.decode(change.value)
    except msgspec.DecodeError:
        return None
    if not isinstance(value, dict):
        return None
    info = value.get("waba_info")
    named = info.get("waba_id") if isinstance(info, dict) else None
    wabas = frozenset(str(id_) for id_ in (change.meta_waba_id, named) if id_)
    text = value.get("phone_number") if change.field == "account_update" else value.get("display_phone_number")
    number = digits(str(text)) if isinstance(text, str | int) else ""
    return _Read(change, value, change.at or clock.now(), wabas, f"+{number}" if number else None)


async def _known(
    conn: Connection, read: Sequence[_Read]
) -> tuple[dict[str, list[Subject]], dict[str, list[tuple[str, Subject]]]]:
    """Accounts by Meta's id; connected numbers, with the Meta id of their account, by number and by Meta's id."""
    by_waba: dict[str, list[Subject]] = defaultdict(list)
    by_phone: dict[str, list[tuple[str, Subject]]] = defaultdict(list)
    wabas = {id_ for each in read for id_ in each.wabas}
    for row in await conn.fetch(
        "select w.meta_waba_id, w.organization_id, w.id from wabas w where w.meta_waba_id = any($1::text[])",
        sorted(wabas),
    ):
        by_waba[row["meta_waba_id"]].append(Subject(row["organization_id"], row["id"]))
    numbers = sorted({each.number for each in read if each.number})
    ids = sorted({each.change.meta_phone_id for each in read if each.change.meta_phone_id})
    if numbers or ids:
        for row in await conn.fetch(
            "select p.number, p.meta_phone_number_id, w.meta_waba_id, p.organization_id, p.waba_id, p.id from phones p"
            " join wabas w on w.organization_id = p.organization_id and w.id = p.waba_id"
            " where p.disconnected_at is null"
            " and (p.number = any($1::text[]) or p.meta_phone_number_id = any($2::text[]))",
            numbers,
            ids,
        ):
            found = (row["meta_waba_id"], Subject(row["organization_id"], row["waba_id"], row["id"]))
            by_phone[row["number"]].append(found)
            by_phone[row["meta_phone_number_id"]].append(found)
    return by_waba, by_phone


def _subjects(
    each: _Read, by_waba: dict[str, list[Subject]], by_phone: dict[str, list[tuple[str, Subject]]]
) -> list[Subject]:
    """Whom a fact is about: a number where one is named, connected here or not, else the account.

    The account that it comes from may be the partner's own portfolio, which is no WABA here; a number is then enough.
    """
    known = [subject for id_ in sorted(each.wabas) for subject in by_waba.get(id_, [])]
    if str(each.value.get("event")) in ACCOUNT_WIDE or not (each.number or each.change.meta_phone_id):
        return known
    named = by_phone.get(each.number or "", []) + by_phone.get(each.change.meta_phone_id or "", [])
    return sorted({subject for waba, subject in named if not known or waba in each.wabas})


def _notice(each: _Read, subject: Subject) -> list[Notice]:
    field, value = each.change.field, each.value
    if field == "account_update":
        event = _word(value.get("event")) or ""
        matter = EVENTS.get(event, "account")
    else:
        matter, key = FIELDS[field]
        info = value.get("alert_info")
        event = _word((info if isinstance(info, dict) else value).get(key)) or _word(value.get(key)) or ""
    text = each.change.value if len(each.change.value) <= MOST_KEPT else "{}"
    about = subject.phone_id or subject.waba_id
    return [Notice(subject.organization_id, about, matter, event or None, text.replace("\\u0000", ""), each.at)]


def _template(each: _Read, subject: Subject) -> list[StatusChange]:
    """Only what the notification itself says; components are read anew by the sync."""
    value, field = each.value, each.change.field
    meta_id = str(value.get("message_template_id") or "")
    status = _word(value.get("event")) if field == "message_template_status_update" else None
    if "new_quality_score" in value:  # some come under the name of the status field
        status = None
    quality = _word(value.get("new_quality_score"))
    category = _word(value.get("new_category")) if field == "template_category_update" else None
    if not meta_id or not (status or quality or category):
        return []
    reason = _word(value.get("reason"))
    reason = None if reason == "NONE" or status != "REJECTED" else reason
    return [
        StatusChange(
            subject.organization_id, subject.waba_id, meta_id, _STATUS.get(status or "", status), quality, category,
            reason, each.at,
        )
    ]  # fmt: skip


#: Events that are not statuses: what they leave behind.
_STATUS = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "FLAGGED": "APPROVED"}


def _word(value: object) -> str | None:
    return value.replace("\x00", "")[:100] or None if isinstance(value, str) else None
