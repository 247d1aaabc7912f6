"""What every command stands on: the database (embedded or named), the keys, and a runtime for one block."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from .app import opened
from .config import Config, ConfigError
from .postgres import schema
from .postgres.embedded import EmbeddedServer
from .runtime import Runtime
from .vault import keys_in


@dataclass(frozen=True, slots=True)
class Database:
    """Where the database is, the keys that seal in it, and its server when it is ours to look after."""

    dsn: str
    keys: tuple[str, ...]
    server: EmbeddedServer | None


@contextmanager
def database(config: Config) -> Iterator[Database]:
    """The configured server, or the embedded one, running inside the block. Raises ConfigError, EmbeddedServerError."""
    if config.database_url is not None:
        if not config.secret_keys:
            raise ConfigError(
                "WAYPOST_SECRET_KEYS is not set; with WAYPOST_DATABASE_URL it is required."
                ' Make a key with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
        yield Database(config.database_url, config.secret_keys, None)
        return
    server = EmbeddedServer(config.data_dir)
    dsn = server.start()
    try:
        yield Database(dsn, config.secret_keys or keys_in(config.data_dir), server)
    finally:
        server.stop()


@asynccontextmanager
async def runtime(config: Config, pool_size: int = 4) -> AsyncIterator[Runtime]:
    """A migrated database and everything a verb may reach: for commands that do one thing and end."""
    with database(config) as found:
        await schema.migrate(found.dsn)
        async with opened(config, found.dsn, found.keys, pool_size) as rt:
            yield rt
