"""Who owns which shard: session advisory locks on the connection that also writes the shard's outcomes.

If PostgreSQL drops that connection, ownership and the right to write end together. Workers are counted in pg_locks.
One whose process stands still keeps its connection and would keep its shards: the others end that connection.
"""

from datetime import datetime
from math import ceil

from .pool import Connection

SHARD_LOCKS = 0x57A7_0002
WORKER_LOCKS = 0x57A7_0003
#: Seconds without a word; a living owner asks for its share every second.
STILL = 6.0


class Ownership:
    """The shards that one connection holds; takes up to its share and names what to give back."""

    def __init__(self, conn: Connection, shards: int) -> None:
        self._conn = conn
        self._shards = shards
        self._joined = False
        self._still: dict[int, datetime] = {}
        self.held: set[int] = set()

    async def join(self) -> None:
        """Makes this worker count among the living: one lock of its own, named by its backend."""
        await self._conn.execute("select pg_advisory_lock($1::int, pg_backend_pid())", WORKER_LOCKS)
        self._joined = True

    async def leave(self) -> None:
        """This worker takes no more part; the others' shares grow."""
        if self._joined:
            await self._conn.execute("select pg_advisory_unlock($1::int, pg_backend_pid())", WORKER_LOCKS)
            self._joined = False

    async def evict(self) -> list[int]:
        """Ends the connections of owners that stand still; returns their backends.

        Only what was still at the last look too: after a pause of the whole machine everybody has a moment to speak.
        """
        rows = await self._conn.fetch(_STILL, [WORKER_LOCKS, SHARD_LOCKS], STILL)
        seen = {row["pid"]: row["state_change"] for row in rows}
        evicted = [pid for pid, since in seen.items() if self._still.get(pid) == since]
        self._still = seen
        if evicted:
            await self._conn.execute("select pg_terminate_backend(pid) from unnest($1::int[]) as c(pid)", evicted)
        return evicted

    async def share(self) -> int:
        """How many shards each living worker should have at the most."""
        workers: int = await self._conn.fetchval(
            "select count(*) from pg_locks where locktype = 'advisory' and classid::bigint = $1::int and objsubid = 2"
            " and database = (select oid from pg_database where datname = current_database()) and granted",
            WORKER_LOCKS,
        )
        return ceil(self._shards / max(workers, 1))

    async def take(self, share: int) -> set[int]:
        """Tries free shards until the share is reached; returns the new ones."""
        missing = [shard for shard in range(self._shards) if shard not in self.held]
        if len(self.held) >= share or not missing:
            return set()
        rows = await self._conn.fetch(
            "select s.shard from (select shard from unnest($1::int[]) as c(shard) where not exists ("
            " select from pg_locks l where l.locktype = 'advisory' and l.classid::bigint = $2::int"
            " and l.objid::bigint = c.shard and l.objsubid = 2 and l.granted"
            " and l.database = (select oid from pg_database where datname = current_database()))"
            " limit $3) s where pg_try_advisory_lock($2::int, s.shard)",
            missing,
            SHARD_LOCKS,
            share - len(self.held),
        )
        taken = {row["shard"] for row in rows}
        self.held |= taken
        return taken

    def surplus(self, share: int) -> set[int]:
        """Shards beyond the share, to be given back once nothing of theirs is in flight."""
        return set(sorted(self.held)[share:])

    async def give_back(self, shards: set[int]) -> None:
        if shards:
            await self._conn.execute(
                "select pg_advisory_unlock($1::int, s) from unnest($2::int[]) as c(s)", SHARD_LOCKS, sorted(shards)
            )
            self.held -= shards


#: The server waits for the client's next word, within a transaction or not; one that left may still hold shards. A role
#: may end what is its own.
_STILL = """
select distinct a.pid, a.state_change from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.classid::bigint = any($1::int[]) and l.objsubid = 2 and l.granted
  and l.database = (select oid from pg_database where datname = current_database())
  and a.usename = current_user and a.wait_event = 'ClientRead'
  and a.state_change < clock_timestamp() - make_interval(secs => $2)
"""
