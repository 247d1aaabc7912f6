"""accepted = stored + repeated + set aside, for every sort of fact, in whatever company it comes."""

import asyncio
import random
import secrets

import pytest

from tests.accounting.steps import books, card, echo, imported, noted, review, undone, unknown
from tests.messages.tenants import apply, arrival, change, connected, rows
from waypost.domain import accounting, contact_book, inbound, ledger
from waypost.domain.phones import Phone
from waypost.ingest import Ingest
from waypost.meta.notifications import Fact
from waypost.runtime import Runtime

POISON = secrets.token_hex(5000)


async def waba_of(rt: Runtime, phone: Phone) -> str:
    query = "select meta_waba_id from wabas where organization_id = $1"
    return (await rows(rt, query, phone.organization_id))[0]["meta_waba_id"]


async def test_a_message_is_stored_once_and_then_repeated(rt: Runtime) -> None:
    phone = await connected(rt)
    async with noted(rt, stored=1, messages=1):
        await apply(rt, arrival(phone, "a1"))
    async with noted(rt, repeated=2):
        await apply(rt, arrival(phone, "a1"))
        await apply(rt, arrival(phone, "a1"))
    same = arrival(phone, "a2")
    async with noted(rt, stored=1, repeated=2, messages=1):
        await apply(rt, same, same, arrival(phone, "a2"))


async def test_edits_echoes_and_reactions_are_rows_like_any_other(rt: Runtime) -> None:
    phone = await connected(rt)
    edit = arrival(
        phone, "b2", 1, type="edit", content='{"wamid":"b1","type":"text","content":{"body":"hello"}}'
    )  # fmt: skip
    reaction = arrival(phone, "b4", 2, type="reaction", content='{"wamid":"b1","emoji":"👍"}')
    async with noted(rt, stored=4, repeated=1, messages=4):
        await apply(rt, arrival(phone, "b1"), edit, echo(phone, "b3"), reaction, edit)


async def test_a_placeholder_that_is_filled_is_stored_without_a_row(rt: Runtime) -> None:
    phone = await connected(rt)
    empty = imported(phone, "c1", type="media_placeholder", content="{}")
    full = imported(phone, "c1", type="image", content='{"mediaId":"1"}')
    async with noted(rt, stored=1, messages=1):
        await apply(rt, empty)
    async with noted(rt, stored=1, repeated=1):
        await apply(rt, full, empty)
    async with noted(rt, repeated=2):
        await apply(rt, full)
        await apply(rt, empty)


async def test_statuses_move_wait_or_are_behind(rt: Runtime) -> None:
    phone = await connected(rt)
    early = change(phone, "d1", "delivered", 5)
    async with noted(rt, stored=1, repeated=1):
        await apply(rt, early, early)
    async with noted(rt, repeated=1):
        await apply(rt, early)
    async with noted(rt, stored=1, messages=1):
        await apply(rt, echo(phone, "d1"))
    async with noted(rt, stored=1, repeated=2):
        await apply(
            rt, change(phone, "d1", "read", 6), change(phone, "d1", "delivered", 5), change(phone, "d1", "sent")
        )


async def test_cards_are_news_once(rt: Runtime) -> None:
    phone = await connected(rt)
    async with noted(rt, stored=2, repeated=1):
        await apply(rt, card(phone, "Ana"), card(phone, "Ana"), card(phone, "Bo", wa_id="16505550000"))
    async with noted(rt, stored=1, repeated=2):
        await apply(rt, card(phone, "Ana", wa_id="16505551234"), card(phone, "Anna", 9), card(phone, "Old", -9))


async def test_what_meta_tells_of_accounts_is_news_once_and_of_strangers_never(rt: Runtime) -> None:
    waba = await waba_of(rt, await connected(rt))
    approved = review(waba, "APPROVED")
    async with noted(rt, stored=1, repeated=2):
        await apply(rt, approved, approved, review("999999", "APPROVED"))
    async with noted(rt, stored=1, repeated=2):
        await apply(rt, approved)
        await apply(rt, review(waba, "REJECTED", 5), review(waba, "PENDING", -5))


async def test_what_means_nothing_here_is_set_aside(rt: Runtime) -> None:
    stranger = Phone(*[(await connected(rt)).organization_id] * 3, "0", "+1", None)
    async with noted(rt, set_aside=2):
        await apply(rt, unknown(), arrival(stranger, "f1"))


async def test_a_split_batch_counts_what_was_committed_and_no_more(rt: Runtime) -> None:
    phone = await connected(rt)
    facts: list[Fact] = [arrival(phone, "g1"), arrival(phone, POISON), arrival(phone, "g2"), arrival(phone, "g1")]
    async with noted(rt, stored=2, repeated=1, set_aside=1, messages=2):
        door = Ingest(rt)
        with pytest.raises(Exception, match="index row"):
            await inbound.commit(rt, facts)
        assert all([await door._store_fact(fact) for fact in facts])


async def test_writers_of_the_same_facts_at_once_count_each_once(rt: Runtime) -> None:
    phone = await connected(rt)
    facts = [arrival(phone, f"h{n}", sender=f"1650555{n % 3:04d}") for n in range(12)]
    facts += [change(phone, f"other{n}", "sent") for n in range(6)]
    async with noted(rt, stored=18, repeated=36, messages=12):
        await asyncio.gather(*(apply(rt, *random.sample(facts, len(facts))) for _ in range(3)))


async def test_the_same_facts_in_any_batches_and_any_order_leave_even_books(rt: Runtime) -> None:
    dice = random.Random(7)
    phone = await connected(rt)
    waba = await waba_of(rt, phone)
    kinds = [
        lambda n: arrival(phone, f"i{n}", n), lambda n: echo(phone, f"j{n}", at=None),
        lambda n: imported(phone, f"i{n}", type="media_placeholder", content="{}"), lambda n: imported(phone, f"k{n}"),
        lambda n: change(phone, f"j{n}", dice.choice(["sent", "delivered", "read", "failed"]), n),
        lambda n: card(phone, f"Name {n}", n), lambda n: review(waba, "APPROVED", n), lambda n: unknown(),
    ]  # fmt: skip
    for _ in range(25):
        facts = [dice.choice(kinds)(dice.randrange(12)) for _ in range(dice.randrange(1, 12))]
        await apply(rt, *facts)
    seen = await books(rt)
    assert seen.is_even and min(seen.facts.stored, seen.facts.repeated, seen.facts.set_aside) > 10, seen


#: What somebody might do behind the books' back.
TAMPERED = {
    "a message is gone": "delete from messages where id = (select id from messages where origin is null limit 1)",
    "an echo is gone": "delete from messages where id = (select id from messages where origin = 'app' limit 1)",
    "a letter is gone": "delete from dead_letters where id = (select max(id) from dead_letters)",
    "a line is gone": "delete from ledger where ctid = (select ctid from ledger where messages > 0 limit 1)",
    **{
        f"{term} is wrong": f"update ledger set {term} = {term} + 1 where ctid = (select max(ctid) from ledger)"
        for term in ("accepted", "stored", "repeated", "set_aside", "messages")
    },
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
async def test_what_is_done_behind_the_books_back_shows(rt: Runtime, change: str) -> None:
    phone = await connected(rt)
    await apply(rt, arrival(phone, "x1"), echo(phone, "x2"), unknown())
    async with undone(rt) as conn:
        await conn.execute(change)
        seen = await accounting.balance(conn, (await books(rt)).since)
    assert seen.facts.unaccounted >= 1 and not seen.is_even
    assert (await books(rt)).is_even


async def test_a_fact_that_the_code_forgets_shows(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgotten(*_: object) -> ledger.Judged:
        return ledger.Judged()

    phone = await connected(rt)
    monkeypatch.setattr(contact_book, "apply", forgotten)
    await apply(rt, card(phone, "Nobody"))
    assert (await books(rt)).facts.unaccounted == 1
    async with rt.pool.connection() as conn:
        await conn.execute("delete from ledger where accepted > stored + repeated + set_aside")
