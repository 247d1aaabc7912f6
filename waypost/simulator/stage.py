"""Everything of one simulator in one hand, and where its notifications go."""

import time
from typing import Any

from .faults import Faults
from .notifications import Change, change, entry
from .notifier import Notifier
from .settings import Settings
from .world import Phone, Waba, World

#: Fields that follow the overrides of a WABA or a phone; all others go to the app's own callback.
OVERRIDABLE = frozenset({"messages", "calls", "history", "smb_message_echoes", "smb_app_state_sync", "standby"})


class Stage:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.world = World(settings)
        self.faults = Faults()
        self.notifier = Notifier(settings, self.faults.webhooks)

    def reset(self) -> None:
        self.world.media.close()
        self.world = World(self.settings)
        self.set_faults(Faults())
        self.notifier.forget()

    def set_faults(self, faults: Faults) -> None:
        self.faults = faults
        self.notifier.faults = faults.webhooks

    def callback_for(self, waba: Waba, phone: Phone | None, field: str = "messages") -> str | None:
        """Where Meta would post: phone's override, WABA's override, app's callback; None when nobody listens."""
        if not waba.subscribed:
            return None
        overrides = [phone.override if phone else None, waba.override] if field in OVERRIDABLE else []
        return next((override.url for override in overrides if override), self.world.callback_url)

    def notify(self, phone: Phone, changes: list[Change]) -> None:
        waba = self.world.wabas[phone.waba_id]
        url = self.callback_for(waba, phone)
        if url is not None:
            self.notifier.publish(url, [entry(waba.id, changes)])

    def notify_account(self, waba: Waba, field: str, value: dict[str, Any]) -> None:
        """What is told about a WABA goes to the app's own callback, with the time of the entry."""
        url = self.callback_for(waba, None, field)
        if url is not None:
            told = {**entry(waba.id, [change(value, field)]), "time": int(time.time())}
            self.notifier.publish(url, [told])
