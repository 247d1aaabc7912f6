"""`$…` in a table of values, replaced by what it stands for."""

from typing import Any

from .. import notifications
from ..people import Person
from ..world import Phone, Waba

MONTH = 30 * 86_400


def meanings(phone: Phone, waba: Waba, person: Person, app_id: str, now: int) -> dict[str, Any]:
    """Times are numbers, as in account fields, but for `$seconds`."""
    return {
        "$waba": waba.id,
        "$business": waba.business_id,
        "$country": waba.country,
        "$phone": phone.id,
        "$digits": phone.digits,
        "$name": phone.verified_name,
        "$metadata": notifications.metadata(phone),
        "$customer": person.thread,
        "$user_id": person.user_id,
        "$contacts": [person.contact()],
        "$app": app_id,
        "$now": now,
        "$seconds": str(now),
        "$later": now + MONTH,
    }


def filled(value: Any, known: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: filled(part, known) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, known) for part in value]
    return known.get(value, value) if isinstance(value, str) else value
