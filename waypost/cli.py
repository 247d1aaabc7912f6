"""The command line. Each command tells what it did in words or, with --json, in JSON; problems exit 1."""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn, TypeVar
from uuid import UUID

import msgspec
import typer
import uvloop

from . import __version__, config, logs
from .api.openapi import document
from .config import Config, ConfigError
from .deployment import database, runtime
from .domain import api_keys, organizations
from .errors import WaypostError
from .postgres import schema
from .postgres.binaries import EmbeddedServerError
from .postgres.schema import MigrationError
from .vault import VaultError

T = TypeVar("T")
FORMS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]
app = typer.Typer(
    no_args_is_help=True,
    help="Waypost: a self-hosted WhatsApp Cloud API gateway.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
org = typer.Typer(no_args_is_help=True, help="Organizations: the tenants.")
key = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(org, name="org")
app.add_typer(key, name="key")

Moment = Annotated[
    datetime | None, typer.Option(formats=FORMS, help="With --accounting: a minute, UTC; the last 24 hours by default.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_TOLD = (ConfigError, WaypostError, EmbeddedServerError, MigrationError, VaultError)


def main() -> None:
    """Runs a command; what an operator can mend is told in one sentence, not in a traceback."""
    try:
        app()
    except _TOLD as problem:
        _fail(str(problem))
    except OSError as problem:
        _fail(f"{problem.strerror or problem}{f': {problem.filename}' if problem.filename else ''}")


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def serve(
    workers_off: Annotated[
        bool, typer.Option("--workers-off", help="Leave the workers out; run `waypost worker`.")
    ] = False,
) -> None:
    """The gateway: API, hosted pages and workers."""
    from . import serving

    settings = _settings("json")
    if not settings.meta.app_secret:
        typer.echo(
            "warning: WAYPOST_META_APP_SECRET is not set; every notification will be refused with 401.", err=True
        )
    _run(_named(settings, serving.serve(settings, not workers_off)))


@app.command()
def worker(with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False) -> None:
    """Workers alone; run as many as wanted, on as many machines."""
    from . import serving

    _run(serving.work(_settings("json"), with_parent))


@app.command()
def dev() -> None:
    """Everything at once for development: gateway, PostgreSQL, a simulated Meta, a demo organization."""
    from .dev.stage import run

    _run(run(_settings("pretty")))


@app.command()
def simulate(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Where to listen.")] = 8090,
    callback_url: Annotated[
        str | None, typer.Option(help="The app's webhook address; the gateway's by default.")
    ] = None,
) -> None:
    """The simulator of Meta alone, playing the app of the WAYPOST_META_* settings."""
    from . import simulator

    settings = _settings("pretty")
    meta = settings.meta
    told = simulator.Settings(
        host=host,
        port=port,
        app_id=meta.app_id or "100000000000001",
        app_secret=meta.app_secret or "simulated-app-secret",
        config_id=meta.config_id or "200000000000002",
        verify_token=meta.verify_token or "simulated-verify-token",
        callback_url=callback_url or f"http://{settings.host}:{settings.port}/webhook",
    )
    typer.echo(f"Meta's simulator on {told.base_url}; what it can do: {told.base_url}/_sim")
    simulator.run(told)


@app.command()
def migrate(json: Json = False) -> None:
    """Applies missing migrations and exits."""
    with database(_settings("json")) as found:
        applied = _run(schema.migrate(found.dsn))
    _show(json, {"applied": applied}, "\n".join(f"applied {name}" for name in applied) or "nothing to apply")


@app.command()
def doctor(
    accounting: Annotated[
        bool, typer.Option("--accounting", help="Instead, what came in against what became of it.")
    ] = False,
    since: Moment = None,
    until: Moment = None,
    json: Json = False,
) -> None:
    """Checks configuration, database, Meta app, public URL and clock; exits 1 when something would break."""
    from .doctor import books, evenness, examine, sound, told

    if accounting:
        settings = _settings("json")
        found = _run(books(settings, _utc(since), _utc(until)))
        _show(json, found, evenness(found))
        raise typer.Exit(0 if found.is_even else 1)
    if since or until:
        _fail("--since and --until belong to --accounting.")
    findings = _run(examine(_settings("json")))
    _show(json, {"ok": sound(findings), "findings": findings}, told(findings))
    raise typer.Exit(0 if sound(findings) else 1)


@app.command()
def openapi() -> None:
    """The OpenAPI 3.1 document."""
    described = msgspec.json.encode(document(_settings("json").public_url))
    typer.echo(msgspec.json.format(described, indent=2).decode())


@org.command("create")
def org_create(name: str, json: Json = False) -> None:
    """A new organization with its first API key, which is shown this once."""

    async def create(settings: Config) -> tuple[UUID, str]:
        async with runtime(settings) as rt, rt.pool.transaction() as conn:
            made = await organizations.create(conn, name)
            _, text = await api_keys.create(conn, made.id)
            return made.id, text

    id_, text = _run(create(_settings("json")))
    _show(
        json,
        {"organizationId": id_, "apiKey": text},
        f"organization  {id_}\nAPI key       {text}\n\nKeep the key: it is not shown again.",
    )


@org.command("list")
def org_list(json: Json = False) -> None:
    """Organizations, oldest first."""

    async def listed(settings: Config) -> list[organizations.Organization]:
        async with runtime(settings) as rt, rt.pool.connection() as conn:
            return await organizations.listed(conn)

    found = _run(listed(_settings("json")))
    _show(json, found, "\n".join(f"{each.id}  {each.name}" for each in found) or "no organizations yet")


@key.command("create")
def key_create(
    org: Annotated[UUID, typer.Option(help="The organization's id.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="read, send or manage; repeat for several; all by default.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="A label for lists.")] = None,
    json: Json = False,
) -> None:
    """A new API key, shown this once."""

    async def create(settings: Config) -> tuple[api_keys.ApiKey, str]:
        scopes = [part for text in scope or [] for part in text.replace(",", " ").split()]
        async with runtime(settings) as rt, rt.pool.transaction() as conn:
            return await api_keys.create(conn, org, scopes, name)

    made, text = _run(create(_settings("json")))
    _show(
        json,
        {"id": made.id, "apiKey": text},
        f"id       {made.id}\nAPI key  {text}\n\nKeep the key: it is not shown again.",
    )


@key.command("list")
def key_list(
    org: Annotated[UUID | None, typer.Option(help="Only this organization's.")] = None, json: Json = False
) -> None:
    """API keys, newest first, without their texts."""

    async def listed(settings: Config) -> list[tuple[UUID, api_keys.ApiKey]]:
        async with runtime(settings) as rt, rt.pool.connection() as conn:
            return await api_keys.listed(conn, org)

    found = _run(listed(_settings("json")))
    lines = [
        f"{each.id}  …{each.hint}  {','.join(each.scopes)}  {'revoked' if each.revoked_at else 'in use'}  {owner}"
        for owner, each in found
    ]
    told = [{"organizationId": owner, **msgspec.to_builtins(each)} for owner, each in found]
    _show(json, told, "\n".join(lines) or "no API keys yet")


@key.command("revoke")
def key_revoke(id: UUID, json: Json = False) -> None:
    """Ends a key at once, in every process."""

    async def revoke(settings: Config) -> None:
        async with runtime(settings) as rt, rt.pool.connection() as conn:
            await api_keys.revoke(conn, id)

    _run(revoke(_settings("json")))
    _show(json, {"id": id, "revoked": True}, f"revoked {id}")


def _settings(style: str) -> Config:
    settings = config.load()
    logs.configure(settings.log_format or style)
    return settings


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=UTC)


def _run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def _named(settings: Config, work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except OSError as problem:
        if problem.errno in (98, 48, 13, 99):
            _fail(
                f"Cannot listen on {settings.host}:{settings.port}: {problem.strerror}."
                " Set WAYPOST_HOST and WAYPOST_PORT to a free address of this machine."
            )
        raise


def _show(as_json: bool, value: Any, words: str) -> None:
    typer.echo(msgspec.json.encode(value).decode() if as_json else words)


def _fail(sentence: str) -> NoReturn:
    typer.echo(f"error: {sentence}", err=True)
    sys.exit(1)
