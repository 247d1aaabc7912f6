"""The ledger: what became of the facts of each transaction that took some in, written in that transaction.

Each outcome is counted where it is decided and none by subtraction: `accounting.py` proves that the sums agree.
"""

from typing import NamedTuple

import msgspec

from ..postgres.pool import Connection


class Judged(NamedTuple):
    """Of some facts, how many changed something, and how many changed nothing since all they say was known."""

    stored: int = 0
    repeated: int = 0


class Entry(msgspec.Struct):
    """`accepted` facts came in; `messages` are the rows that the database says were added for those stored."""

    accepted: int
    stored: int = 0
    repeated: int = 0
    set_aside: int = 0
    messages: int = 0

    def take(self, judged: Judged) -> None:
        self.stored += judged.stored
        self.repeated += judged.repeated


async def write(conn: Connection, entry: Entry) -> None:
    """The row's time is the transaction's, as is that of the messages and dead letters which it counts."""
    await conn.execute(
        "insert into ledger (accepted, stored, repeated, set_aside, messages) values ($1, $2, $3, $4, $5)",
        *msgspec.structs.astuple(entry),
    )


def touched(status: str) -> int:
    """How many rows a statement says that it wrote: the last word of `INSERT 0 5`, `UPDATE 5`."""
    return int(status.rpartition(" ")[2])
