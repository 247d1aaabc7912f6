"""`waypost doctor`: looks at everything that a deployment stands on, and says of each finding what to do."""

import asyncio
import ipaddress
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Literal
from urllib.parse import urlsplit

import msgspec
import typer

from .app import opened
from .config import Config, ConfigError
from .deployment import database
from .domain import accounting, feed, unsettled, vitals
from .domain.accounting import Balance
from .errors import Unavailable
from .meta.graph import Graph, GraphError, Refused
from .postgres import schema
from .postgres.binaries import EmbeddedServerError
from .postgres.pool import connect
from .postgres.schema import MigrationError
from .runtime import Runtime
from .workers.egress import Answer, Egress

Level = Literal["ok", "warning", "error"]
MARKS = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}
LEAST_FREE = 1 << 30
MOST_SKEW = 5.0
#: Seconds that a transaction of somebody may write before it is told.
MOST_DELAY = 60.0
PATIENCE = 2.0


class Finding(msgspec.Struct, frozen=True):
    """`error` is what would break, `warning` what deserves a look."""

    name: str
    level: Level
    message: str
    fix: str | None = None


async def examine(config: Config) -> list[Finding]:
    """All findings, in the order in which they are best mended."""
    findings = [*_settings(config), await _meta_app(config), await _public_url(config)]
    try:
        with database(config) as found:
            async with opened(config, found.dsn, found.keys, pool_size=2) as rt:
                findings += await _database(rt)
    except (ConfigError, EmbeddedServerError) as problem:
        findings.append(Finding("database", "error", str(problem), "Mend this first: nothing works without it."))
    return findings + _disk(config)


def sound(findings: list[Finding]) -> bool:
    return all(finding.level != "error" for finding in findings)


def told(findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.level]}  {finding.name}: {finding.message}")
        if finding.fix and finding.level != "ok":
            lines.append(f"         → {finding.fix}")
    return "\n".join(lines)


async def books(config: Config, since: datetime | None, until: datetime | None) -> Balance:
    """Both equations, of the last 24 hours unless told. Raises MigrationError, and what `database` raises."""
    with database(config) as found:
        conn = await connect(found.dsn, statement_timeout=0, name="waypost doctor")
        try:
            if lacking := await schema.missing(conn):
                raise MigrationError(f"Migrations are missing: {', '.join(lacking)}. Run `waypost migrate`.")
            since = since or (until or datetime.now(UTC)) - timedelta(days=1)
            async with _progress() as told, conn.transaction(isolation="repeatable_read", readonly=True):
                return await accounting.balance(conn, since, until, told)
        finally:
            await conn.close(timeout=5)


@asynccontextmanager
async def _progress() -> AsyncIterator[Callable[[float], None]]:
    """On a terminal, how far the count is once it has lasted two seconds."""
    done = 0.0

    def tell(part: float) -> None:
        nonlocal done
        done = part

    async def show() -> None:
        await asyncio.sleep(PATIENCE)
        for mark in cycle("|/-\\"):
            typer.echo(f"\r{mark} counting: {done:.0%} ", err=True, nl=False)
            await asyncio.sleep(0.2)

    showing = asyncio.create_task(show()) if sys.stderr.isatty() else None
    try:
        yield tell
    finally:
        if showing is not None:
            showing.cancel()
            typer.echo("\r\x1b[K", err=True, nl=False)


def evenness(seen: Balance) -> str:
    """The equations in words and figures."""
    f, d = seen.facts, seen.deliveries
    return "\n".join(
        [
            f"{seen.since:%Y-%m-%d %H:%M} to {seen.until:%Y-%m-%d %H:%M:%S} UTC",
            "",
            _even(f.unaccounted, "facts"),
            f"  {f.accepted} accepted = {f.stored} stored + {f.repeated} repeated + {f.set_aside} set aside",
            f"  {f.noted_messages} noted as messages = {f.messages} messages there",
            f"  {f.set_aside} set aside = {f.dead_letters} dead letters there",
            "",
            _even(d.unaccounted, "deliveries"),
            f"  {d.owed} owed by {d.events} events = {d.delivered} delivered + {d.exhausted} exhausted"
            f" + {d.ready} ready + {d.deferred} deferred + {d.parked} parked + {d.dropped} dropped with their webhook",
            f"  {d.in_two_places} in two places, {d.ended_twice} ended twice",
        ]
    )


def _even(unaccounted: int, what: str) -> str:
    return f"{MARKS['error']}  {what}: {unaccounted} UNACCOUNTED" if unaccounted else f"{MARKS['ok']}  {what}: even"


def _settings(config: Config) -> list[Finding]:
    meta = config.meta
    wanted = {
        "WAYPOST_META_APP_ID": meta.app_id,
        "WAYPOST_META_APP_SECRET": meta.app_secret,
        "WAYPOST_META_CONFIG_ID": meta.config_id,
        "WAYPOST_META_VERIFY_TOKEN": meta.verify_token,
    }
    missing = [name for name, value in wanted.items() if not value]
    if not missing:
        return [Finding("configuration", "ok", "the Meta app is configured")]
    fix = "Set them from the Meta app's dashboard (the verify token is a text of your own choice)."
    return [Finding("configuration", "error", f"{', '.join(missing)} not set", fix)]


async def _meta_app(config: Config) -> Finding:
    if not (config.meta.app_id and config.meta.app_secret):
        return Finding("meta app", "warning", "not asked, because it is not configured")
    graph = Graph(config.meta)
    try:
        answer = await graph.call("GET", config.meta.app_id, graph.app_token, query={"fields": "id,name"})
    except Refused as problem:
        fix = "Check WAYPOST_META_APP_ID and WAYPOST_META_APP_SECRET against the app's dashboard."
        return Finding("meta app", "error", problem.sentence, fix)
    except GraphError as problem:
        fix = f"Check that {config.meta.graph_url} can be reached from here."
        return Finding("meta app", "error", problem.sentence, fix)
    finally:
        await graph.close()
    return Finding("meta app", "ok", f"Meta knows the app as {answer.get('name', config.meta.app_id)!r}")


async def _public_url(config: Config) -> Finding:
    """An unsigned notification must come back as 401: then Meta's way in leads to this program."""
    host = urlsplit(config.public_url).hostname or ""
    local = host in ("localhost", "127.0.0.1", "::1")
    if not config.public_url.startswith("https:") and not local:
        fix = "Put a TLS proxy in front and set WAYPOST_PUBLIC_URL to its https address."
        return Finding("public url", "error", f"{config.public_url} is not https; Meta calls nothing else", fix)
    answer = await _post(config, f"{config.public_url}/webhook")
    if answer.status == 401:
        if local:
            fix = "Set WAYPOST_PUBLIC_URL to the https address under which Meta and your customers reach this server."
            return Finding("public url", "warning", f"{config.public_url} works, on this machine only", fix)
        return Finding("public url", "ok", f"{config.public_url} leads here")
    got = answer.error or f"status {answer.status}"
    fix = "Start `waypost serve`, and check the proxy and DNS in front of it."
    return Finding(
        "public url", "warning", f"{config.public_url}/webhook does not lead to a running Waypost ({got})", fix
    )


async def _post(config: Config, url: str) -> Answer:
    egress = Egress(tuple(_everywhere()))
    egress.open()
    done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    try:
        egress.post(url, ["Content-Type: application/json"], b"{}", done.set_result, deadline_ms=8000)
        return await done
    finally:
        await asyncio.to_thread(egress.close)


def _everywhere() -> list["ipaddress.IPv4Network | ipaddress.IPv6Network"]:
    return [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]


async def _database(rt: Runtime) -> list[Finding]:
    findings = []
    for check in _CHECKS:
        try:
            findings.append(await check(rt))
        except Unavailable:
            fix = "Check WAYPOST_DATABASE_URL, and that the server runs and accepts connections."
            return [*findings, Finding("database", "error", "cannot be reached", fix)]
    return findings


async def _version(rt: Runtime) -> Finding:
    async with rt.pool.connection() as conn:
        state = await vitals.server(conn)
    if state.version < 150000:
        return Finding(
            "database", "error", f"PostgreSQL {state.version // 10000} is too old", "Use version 15 or newer."
        )
    if not state.durable:
        fix = "Set fsync = on and synchronous_commit = on: what Meta was told is stored must survive a crash."
        return Finding("database", "error", "fsync or synchronous_commit is off", fix)
    if state.pooled:
        fix = "Name the server itself in WAYPOST_DATABASE_URL: advisory locks and LISTEN need a direct connection."
        return Finding("database", "error", "a transaction pooler stands between", fix)
    return Finding("database", "ok", f"PostgreSQL {state.version // 10000}, durable")


async def _migrations(rt: Runtime) -> Finding:
    async with rt.pool.connection() as conn:
        lacking = await vitals.missing_migrations(conn)
    if lacking:
        return Finding(
            "migrations", "warning", f"missing: {', '.join(lacking)}", "Run `waypost migrate`, or start `serve`."
        )
    return Finding("migrations", "ok", "all applied")


async def _clock(rt: Runtime) -> Finding:
    async with rt.pool.connection() as conn:
        theirs = (await vitals.server(conn)).now
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    if skew > MOST_SKEW:
        return Finding("clock", "error", f"differs from the database's by {skew:.0f} s", "Run NTP on both machines.")
    return Finding("clock", "ok", f"within {max(skew, 0.1):.1f} s of the database's")


async def _backlog(rt: Runtime) -> Finding:
    async with rt.pool.connection() as conn:
        if await vitals.missing_migrations(conn):
            return Finding("deliveries", "ok", "nothing yet")
        seen = await vitals.look(conn)
    waiting = sum(seen.waiting.values())
    if seen.oldest_ready_seconds > 60:
        fix = "Check that a worker runs (`serve` without --workers-off, or `waypost worker`)."
        return Finding(
            "deliveries", "error", f"{waiting} waiting, the oldest for {seen.oldest_ready_seconds:.0f} s", fix
        )
    return Finding("deliveries", "ok", f"{waiting} waiting")


async def _feed(rt: Runtime) -> Finding:
    async with rt.pool.connection() as conn:
        held = await feed.delay(conn)
    if held > MOST_DELAY:
        message = f"a transaction has been writing for {held:.0f} s and holds the event feed back"
        fix = "Find it in pg_stat_activity (backend_xid is not null) or pg_prepared_xacts, and end it."
        return Finding("event feed", "warning", message, fix)
    return Finding("event feed", "ok", "nothing holds it back")


async def _sends(rt: Runtime) -> Finding:
    async with rt.pool.connection() as conn:
        seen = None if await vitals.missing_migrations(conn) else await unsettled.look(conn)
    if seen is None or not seen.number:
        return Finding("sends", "ok", "every outcome is known")
    ids = ", ".join(str(message) for _, _, message in seen.oldest)
    fix = "Look at the contact's phone or in Meta's insights whether they arrived; nothing is ever sent twice blindly."
    return Finding("sends", "warning", f"{seen.number} pending for over an hour, such as {ids}", fix)


async def _letters(rt: Runtime) -> Finding:
    async with rt.pool.connection() as conn:
        reasons = {} if await vitals.missing_migrations(conn) else await vitals.dead_letter_reasons(conn)
    if not reasons:
        return Finding("dead letters", "ok", "none")
    top = "; ".join(f"{number} × {reason}" for reason, number in list(reasons.items())[:3])
    return Finding(
        "dead letters", "warning", top, "Look at the table dead_letters: each row has the reason and the body."
    )


_CHECKS: tuple[Callable[[Runtime], Awaitable[Finding]], ...] = (
    _version, _migrations, _clock, _backlog, _feed, _sends, _letters,
)  # fmt: skip


def _disk(config: Config) -> list[Finding]:
    if config.database_url is not None or not config.data_dir.exists():
        return []
    free = shutil.disk_usage(config.data_dir).free
    if free < LEAST_FREE:
        return [
            Finding(
                "disk", "error", f"{free >> 20} MB free in {config.data_dir}", "Make room: PostgreSQL stops without."
            )
        ]
    return [Finding("disk", "ok", f"{free >> 30} GB free")]
