"""Carries out syncs: asks Meta about numbers, accounts and templates, and keeps what it says. A chore of workers."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from .. import clock
from ..errors import NotFound, Unavailable, UpstreamFailed
from ..meta import accounts
from ..meta import signup as calls
from ..meta import templates as template_reads
from ..meta.accounts import PhoneNode, denies_access
from ..meta.graph import GraphError, Refused
from ..meta.refusals import THROTTLED, outcome_is_open, public_error
from ..runtime import Runtime
from ..vault import VaultError
from . import numbers, phones, registration, syncs, templates, wabas
from .phones import Phone
from .syncs import Job

log = structlog.get_logger()
AT_ONCE = 8
PATIENCE = 40.0
GIVE_UP = 40


async def run(rt: Runtime) -> int:
    """Takes up what is due, a few at a time, and returns how many that were."""
    async with rt.pool.connection() as conn:
        jobs = await syncs.claim(conn, AT_ONCE)
    await asyncio.gather(*(_ran(rt, job) for job in jobs))
    return len(jobs)


async def _ran(rt: Runtime, job: Job) -> None:
    """One sync and its outcome; a failure is noted and leaves what is known as it was."""
    try:
        async with asyncio.timeout(PATIENCE):
            again = await RUNNERS[job.kind](rt, job)
        async with rt.pool.connection() as conn:
            await syncs.done(conn, job, again)
    except asyncio.CancelledError:
        async with rt.pool.connection() as conn:
            await syncs.give_back(conn, job)
        raise
    except NotFound:  # disconnected, or released: nothing is to be asked any more
        async with rt.pool.connection() as conn:
            await syncs.forget(conn, job.organization_id, job.subject_id, [job.kind])
    except Unavailable:  # the lease runs out, and somebody takes it up again
        log.warning("sync.database_away", subject=str(job.subject_id), kind=job.kind)
    except (GraphError, VaultError, TimeoutError) as error:
        await _failed(rt, job, str(error) or "Meta did not answer in time.")
    except Exception:
        log.exception("sync.failed", organization=str(job.organization_id), subject=str(job.subject_id), kind=job.kind)
        await _failed(rt, job, "Meta's answer could not be used.")


async def _failed(rt: Runtime, job: Job, reason: str) -> None:
    log.warning(
        "sync.put_off", organization=str(job.organization_id), subject=str(job.subject_id), kind=job.kind,
        reason=reason[:300],
    )  # fmt: skip
    async with rt.pool.connection() as conn:
        await syncs.failed(conn, job, reason)


async def _phone(rt: Runtime, job: Job) -> timedelta | None:
    """A number's facts; mends its callback and makes up for a registration that is owed."""
    async with rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, rt.vault, job.organization_id, job.subject_id)
        owed = await registration.owed(conn, job.organization_id, job.subject_id)
    try:
        node = await accounts.phone(rt.graph, token, phone.meta_phone_number_id)
        waits = node.is_registered is False and not node.is_on_business_app and node.code_status != "NOT_VERIFIED"
        if owed is not None and waits and await registration.retry(rt, phone, token, owed):
            node = await accounts.phone(rt.graph, token, phone.meta_phone_number_id)
        node = await _called_back(rt, phone, token, node)
    except Refused as error:
        await _note(rt, phone, error)
        raise
    async with rt.pool.transaction() as conn:
        await numbers.learn(conn, job.organization_id, job.subject_id, node)
        return await registration.due_in(conn, job.organization_id, job.subject_id)


async def _note(rt: Runtime, phone: Phone, error: Refused) -> None:
    async with rt.pool.transaction() as conn:
        if accounts.is_gone(error.refusal):
            await numbers.vanished(conn, phone.organization_id, phone.id)
        elif denies_access(error.refusal):
            await wabas.note_token_error(conn, phone.organization_id, phone.waba_id, error.sentence)


async def _called_back(rt: Runtime, phone: Phone, token: str, node: PhoneNode) -> PhoneNode:
    """Sets the number's own callback where there is none, or an older one of ours; somebody else's is left alone."""
    path = f"/webhook/phone/{phone.id}"
    url, present = rt.config.public_url + path, node.own_callback
    if present == url or (present is not None and not present.endswith(path)):
        return node
    try:
        await calls.override_callback(rt.graph, token, phone.meta_phone_number_id, url)
    except Refused:  # what the signup was told of it stands
        return node
    return msgspec.structs.replace(node, own_callback=url, callback=url)


async def _waba(rt: Runtime, job: Job) -> None:
    """The token, the account's facts, and our subscription, which is renewed where it is gone."""
    async with rt.pool.connection() as conn:
        meta_id, token = await wabas.with_token(conn, rt.vault, job.organization_id, job.subject_id)
    facts = await accounts.token_facts(rt.graph, token, meta_id)
    async with rt.pool.transaction() as conn:
        await wabas.learn_token(conn, job.organization_id, job.subject_id, facts)
    if facts.problem is not None:
        return
    try:
        node = await accounts.waba(rt.graph, token, meta_id)
        subscribed = await accounts.is_subscribed(rt.graph, token, meta_id)
        if not subscribed:
            await calls.subscribe(rt.graph, token, meta_id)
            subscribed = await accounts.is_subscribed(rt.graph, token, meta_id)
    except Refused as error:
        if denies_access(error.refusal):
            async with rt.pool.transaction() as conn:
                await wabas.note_token_error(conn, job.organization_id, job.subject_id, error.sentence)
        raise
    async with rt.pool.transaction() as conn:
        await wabas.learn(conn, job.organization_id, job.subject_id, node, subscribed)


async def templates_now(rt: Runtime, organization_id: UUID, phone_id: UUID) -> tuple[int, str]:
    """Reads a number's templates anew; how many there are, and when that was.

    Raises NotFound, RateLimited, UpstreamFailed, and what Meta's refusal means.
    """
    async with rt.pool.connection() as conn:
        phone, _ = await phones.with_token(conn, rt.vault, organization_id, phone_id)
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while (job := await _claimed(rt, phone)) is None:
        if asyncio.get_running_loop().time() > deadline:
            raise UpstreamFailed("Meta's templates are still being read; ask again in a moment.")
        await asyncio.sleep(0.2)
    try:
        async with asyncio.timeout(PATIENCE):
            await _templates(rt, job)
    except (GraphError, TimeoutError) as error:
        await _failed(rt, job, str(error) or "Meta did not answer in time.")
        if isinstance(error, Refused):
            raise public_error(error.refusal) from error
        raise UpstreamFailed(str(error) or "Meta did not answer in time.") from error
    async with rt.pool.transaction() as conn:
        await syncs.done(conn, job)
        return await templates.held(conn, organization_id, phone.waba_id), clock.stamp(clock.now())


async def _claimed(rt: Runtime, phone: Phone) -> Job | None:
    async with rt.pool.transaction() as conn:
        return await syncs.claim_now(conn, phone.organization_id, phone.waba_id, "templates")


async def _templates(rt: Runtime, job: Job) -> None:
    async with rt.pool.connection() as conn:
        meta_id, token = await wabas.with_token(conn, rt.vault, job.organization_id, job.subject_id)
    nodes = await template_reads.listed(rt.graph, token, meta_id)
    async with rt.pool.transaction() as conn:
        await templates.replace(conn, job.organization_id, job.subject_id, nodes)


async def _release(rt: Runtime, job: Job) -> None:
    """What a disconnected number leaves at Meta: its callback, and the subscription that nobody here needs any more.

    Ends by raising NotFound, as there is nothing to come back to.
    """
    ended = NotFound("The number was released.")
    async with rt.pool.connection() as conn:
        phone = await phones.required(conn, job.organization_id, job.subject_id)
        if await phones.is_connected(conn, phone.meta_phone_number_id) or job.failures > GIVE_UP:
            raise ended
        meta_waba_id, token = await wabas.with_token(conn, rt.vault, job.organization_id, phone.waba_id)
        listens = await phones.listens_to(conn, meta_waba_id)
    await _once_and_for_all(phone, accounts.clear_callback(rt.graph, token, phone.meta_phone_number_id))
    if not listens:
        await _once_and_for_all(phone, accounts.unsubscribe(rt.graph, token, meta_waba_id))
    log.info("sync.released", organization=str(phone.organization_id), phone=str(phone.id), unsubscribed=not listens)
    raise ended


async def _import(rt: Runtime, job: Job) -> None:
    """Contacts and history of a number that is on the WhatsApp Business app: asked for once, after the number is known
    here, so that what Meta then posts finds it. Ends by raising NotFound, as a release does."""
    async with rt.pool.connection() as conn:
        phone, token = await phones.with_token(conn, rt.vault, job.organization_id, job.subject_id)
    for what in ("smb_app_state_sync", "history"):
        await _once_and_for_all(phone, accounts.ask_for_import(rt.graph, token, phone.meta_phone_number_id, what))
    log.info("sync.import_asked", organization=str(phone.organization_id), phone=str(phone.id))
    raise NotFound("Contacts and history were asked for.")


async def _once_and_for_all(phone: Phone, call: Awaitable[None]) -> None:
    """A refusal that will not pass (the token is dead, or it was asked for before) leaves nothing more to do."""
    try:
        await call
    except Refused as error:
        if error.refusal.code in THROTTLED or outcome_is_open(error.refusal):
            raise
        log.info(
            "sync.refused_for_good", organization=str(phone.organization_id), phone=str(phone.id), reason=str(error)
        )


RUNNERS: dict[str, Callable[[Runtime, Job], Awaitable[timedelta | None]]] = {
    "phone": _phone,
    "waba": _waba,
    "templates": _templates,
    "release": _release,
    "import": _import,
}
