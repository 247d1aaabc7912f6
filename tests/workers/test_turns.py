"""Lines of an ordered webhook in the database: one of each goes, the others wait and are woken by its end."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID, uuid4

import pytest

from tests.workers.rows import Books, again, books, house, outcome, recorded
from waypost.domain import deliveries, turns
from waypost.domain.deliveries import Delivery
from waypost.domain.webhooks import Webhook
from waypost.workers.shift import BEFORE_ALL

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
async def book(dsn: str) -> AsyncIterator[Books]:
    async with house(dsn) as rt, books(rt) as made:
        yield made


async def ordered(book: Books, conversations: Sequence[UUID | None]) -> tuple[Webhook, list[Delivery]]:
    """A webhook with one ready delivery for each of these conversations."""
    webhook = await book.webhook(ordering="conversation")
    await book.publish(len(conversations), conversations=conversations)
    return webhook, await book.ready()


async def heads(book: Books, webhook: Webhook, beyond: int = BEFORE_ALL, limit: int = 100) -> list[UUID]:
    found = book.found(webhook)
    rows, looked = await deliveries.heads(
        book.conn, [(found.shard, found.organization_id, found.webhook_id, beyond, limit)]
    )
    assert len(looked) <= limit
    return [row.id for row in rows]


async def queued_up(book: Books, followers: Sequence[Delivery]) -> None:
    async with book.conn.transaction():
        await turns.queue_up(book.conn, followers)


async def test_only_the_first_of_each_line_may_go(book: Books) -> None:
    _, made = await ordered(book, [ONE, ONE, OTHER, None, ONE, None])
    assert [each.follows for each in made] == [False, True, False, False, True, False]
    assert len({each.turn for each in made if each.turn is not None}) == 2


async def test_lines_of_two_webhooks_are_two_lines(book: Books) -> None:
    await book.webhook(ordering="conversation")
    _, made = await ordered(book, [ONE])
    assert len(made) == 2 and not any(each.follows for each in made)
    assert len({each.turn for each in made}) == 2


async def test_who_follows_is_woken_by_the_end_of_the_one_before_and_not_by_its_failure(book: Books) -> None:
    _, made = await ordered(book, [ONE, ONE, ONE])
    await queued_up(book, made[1:])
    assert await book.counts() == {"ready": 1, "parked": 2}
    await recorded(book, [outcome(made[0], "retry")])
    assert await book.counts() == {"deferred": 1, "parked": 2, "retry": 1}
    await recorded(book, [outcome(again(made[0]), "exhausted")])
    [second] = await book.due()
    assert (second.id, second.seq, second.attempts, second.turn) == (made[1].id, made[1].seq, 0, made[0].turn)
    await recorded(book, [outcome(second)])
    assert [each.id for each in await book.due()] == [made[2].id]
    await recorded(book, [outcome(made[2])])
    assert await book.balance() == {"ended": 3}


async def test_who_queues_up_when_nobody_is_before_it_any_more_goes_at_once(book: Books) -> None:
    _, made = await ordered(book, [ONE, ONE, ONE])
    await recorded(book, [outcome(made[0])])
    await queued_up(book, made[1:])
    assert [each.id for each in await book.due()] == [made[1].id]
    assert await book.counts() == {"deferred": 1, "parked": 1, "delivered": 1}


async def test_of_a_webhook_that_is_off_nobody_is_woken(book: Books) -> None:
    webhook, made = await ordered(book, [ONE, ONE])
    await queued_up(book, made[1:])
    await book.change(webhook, is_active=False)
    await recorded(book, [outcome(made[0])])
    assert await book.counts() == {"parked": 1, "delivered": 1}
    assert await heads(book, webhook) == [made[1].id], "it is found once the webhook is on again"


async def test_what_was_set_aside_is_found_line_by_line_unless_another_is_before_it(book: Books) -> None:
    webhook, made = await ordered(book, [ONE, OTHER, ONE, OTHER, None])
    await queued_up(book, [made[2], made[3]])
    assert await heads(book, webhook) == [], "both lines have their first in ready"
    await recorded(book, [outcome(made[0], "retry")])
    assert await heads(book, webhook) == [], "one has it in deferred"
    await book.park(webhook)
    whole = await heads(book, webhook)
    assert set(whole) == {made[0].id, made[1].id}
    first = await heads(book, webhook, limit=1)
    assert first == whole[:1]
    turn = next(each.turn for each in made if each.id == first[0])
    assert turn is not None and await heads(book, webhook, turn, 1) == whole[1:]
    assert await book.balance() == {"parked": 5}


async def test_a_late_commit_goes_before_those_that_were_set_aside_behind_it(book: Books) -> None:
    webhook, made = await ordered(book, [ONE, ONE, ONE])
    await queued_up(book, made[1:])
    # What commits last may have the lowest place.
    await book.conn.execute("delete from ready where organization_id = $1", book.organization_id)
    late = uuid4()
    await book.conn.execute(
        "insert into ready (shard, seq, organization_id, webhook_id, delivery_id, event_id, event_at, turn)"
        " overriding system value values ($1, $2, $3, $4, $5, $6, $7, $8)",
        made[0].shard, made[0].seq, book.organization_id, webhook.id, late, made[0].event_id, made[0].event_at,
        made[0].turn,
    )  # fmt: skip
    assert [(each.id, each.follows) for each in await book.ready()] == [(late, False)]
    assert await turns.promote(book.conn, turns.lines(made)) == 0
    assert await heads(book, webhook) == []


async def test_hundreds_of_one_line_are_one_at_a_time_and_in_order(book: Books) -> None:
    _, made = await ordered(book, [ONE] * 300)
    await queued_up(book, made[1:])
    order = [made[0].id]
    await recorded(book, [outcome(made[0])])
    while due := await book.due():
        assert len(due) == 1
        order.append(due[0].id)
        await recorded(book, [outcome(due[0])])
    assert order == [each.id for each in made]
