"""What one simulator is told when it starts: its address, the Meta app it plays, and its manners."""

from dataclasses import dataclass, field
from pathlib import Path

from .limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`callback_url` is the app's webhook address, as if saved in Meta's dashboard; None posts to overrides alone."""

    host: str = "127.0.0.1"
    port: int = 8090
    #: Base of the simulator's own address as others reach it; empty means http://host:port.
    public_url: str = ""
    app_id: str
    app_secret: str = field(repr=False)
    app_name: str = "Waypost"
    config_id: str
    verify_token: str = field(repr=False)
    callback_url: str | None = None
    #: Decides the ids and numbers of WABAs and phones; codes, tokens and wamids are always new.
    seed: int = 1
    statuses: bool = True
    #: Seconds from the send to `sent`, from `sent` to `delivered`, and from `delivered` to `read`.
    status_delay: float = 0.3
    #: Seconds before the second, third, … try of a notification that was not answered 200.
    retry_delays: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0, 600.0)
    webhook_timeout: float = 10.0
    #: Notifications on their way at once, and how many waiting ones for one address may share a POST.
    webhook_concurrency: int = 32
    webhook_batch: int = 1
    #: Seconds that every Graph call takes before it is looked at.
    graph_latency: float = 0.0
    code_lifetime: float = 30.0
    #: Seconds that a media object's address is good for, and the days that the object itself lives.
    media_url_lifetime: float = 300.0
    upload_days: float = 30.0
    inbound_media_days: float = 7.0
    #: Seconds from a template's submission to its approval, and how many templates a WABA may have.
    review_delay: float = 1.0
    template_limit: int = 250
    #: Which of Meta's limits are kept to from the start; none, unless told.
    limits: Limits = field(default_factory=Limits)
    log_size: int = 10_000
    #: Where businesses, WABAs, phones and tokens are kept across restarts; None forgets them.
    state_path: Path | None = None

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
