"""Runs a signup from wherever it stands to its end: Meta's calls one by one, each remembered before the next."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import msgspec
import structlog

from ..errors import Conflict, Invalid, NotFound, Unavailable
from ..meta import signup as calls
from ..meta.graph import GraphError, Refused, Unanswered, Unreached
from ..meta.refusals import THROTTLED, outcome_is_open
from ..meta.signup import PhoneFacts, SignupRefused
from ..postgres.pool import Collision
from ..runtime import Runtime
from . import onboarding, registration, signups
from .onboarding import Stored
from .signups import Hints, Signup

log = structlog.get_logger()
T = TypeVar("T")
PAUSES = (0.3, 1.0, 2.5)
WAIT_FOR_OTHER = 60.0
RESUMED_AFTER = timedelta(seconds=5)
TRY_AGAIN = "Meta is not answering just now. Please try again in a moment."


class Outcome(msgspec.Struct, rename="camel"):
    """What the hosted page is told."""

    status: str
    message: str
    redirect_to: str | None


async def complete(rt: Runtime, link_id: UUID, code: str, hints: Hints) -> Outcome:
    """Completes a link with the code that Meta's dialog gave; the same code again gets the first answer again.

    Raises NotFound, Invalid.
    """
    if not 1 <= len(code) <= 4096:
        raise Invalid.field("code", "must have 1 to 4,096 characters.")
    async with rt.pool.transaction() as conn:
        link = await onboarding.opened(conn, link_id)
        earlier = await signups.find(conn, rt.vault, link, code)
        if earlier is None and link.status != "pending":
            return Outcome("error", "This link was used already.", None)
        signup = earlier or await signups.begin(conn, rt.vault, link, code, hints)
    return _outcome(link, await run(rt, link, signup, code))


async def run(rt: Runtime, link: Stored, signup: Signup, code: str | None = None) -> Signup:
    """Runs, or waits for whoever runs, this signup; returns it as it then stands."""
    deadline = asyncio.get_running_loop().time() + WAIT_FOR_OTHER
    while signup.state == "running":
        async with rt.pool.connection() as conn:
            claimed = await signups.claim(conn, rt.vault, signup)
        if claimed is not None:
            return await _run_claimed(rt, link, claimed, code)
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.2)
        async with rt.pool.connection() as conn:
            signup = await signups.reread(conn, rt.vault, signup)
    return signup


async def resume(rt: Runtime) -> int:
    """Takes up the signups that a crash interrupted; returns how many ended."""
    async with rt.pool.connection() as conn:
        waiting = await signups.interrupted(conn, rt.vault)
    return sum(await asyncio.gather(*(_resumed(rt, signup) for signup in waiting)))


async def _resumed(rt: Runtime, signup: Signup) -> bool:
    """Whether it ended; one that fails in a way nobody foresaw leaves the others alone and is tried again later."""
    try:
        async with rt.pool.connection() as conn:
            link = await onboarding.opened(conn, signup.link_id)
        return (await run(rt, link, signup)).state != "running"
    except (NotFound, Unavailable):
        return False
    except Exception:
        log.exception("signup.resume_failed", organization=str(signup.organization_id), link=str(signup.link_id))
        return False


async def _run_claimed(rt: Runtime, link: Stored, signup: Signup, code: str | None) -> Signup:
    holding = asyncio.create_task(_hold(rt, signup))
    try:
        facts = await _walk(rt, signup, code)
        await _finish(rt, signup, facts)
        log.info("signup.completed", organization=str(link.organization_id), link=str(link.id))
    except (SignupRefused, Conflict) as error:
        await _stop(rt, link, signup, "failed", str(error), str(error))
    except GraphError as error:
        # A code is never exchanged twice, so without a token there is nothing to go on with.
        state = "running" if _passes(error) and signup.token is not None else "failed"
        await _stop(rt, link, signup, state, _reason(error), str(error))
    finally:
        holding.cancel()
    return signup


async def _hold(rt: Runtime, signup: Signup) -> None:
    """Keeps others away while a call to Meta lasts; when the database is away nobody else can claim the row either."""
    while True:
        await asyncio.sleep(signups.LEASE.total_seconds() / 4)
        with suppress(Unavailable):
            async with rt.pool.connection() as conn:
                await signups.hold(conn, signup)


async def _exchange(rt: Runtime, code: str) -> str:
    """Once, because a code works once; repeated only when the call cannot have left."""
    for pause in PAUSES:
        try:
            return await calls.exchange(rt.graph, code)
        except Unreached:
            await asyncio.sleep(pause)
    return await calls.exchange(rt.graph, code)


async def _walk(rt: Runtime, signup: Signup, code: str | None) -> PhoneFacts:
    """Every step that is not done yet; returns the phone as Meta describes it at the end."""
    graph = rt.graph
    if signup.token is None:
        if code is None:
            raise SignupRefused("The signup was interrupted. Please try again.")
        signup.token = await _exchange(rt, code)
        await _remember(rt, signup)
    token = signup.token
    if signup.meta_waba_id is None or signup.meta_phone_number_id is None:
        hints = signup.hints
        waba = await _patiently(lambda: calls.waba_of(graph, token, hints.waba_id))
        phone = await _patiently(lambda: calls.phone_of(graph, token, waba, hints.phone_number_id))
        signup.meta_waba_id = waba
        async with rt.pool.connection() as conn:
            await signups.identify(conn, rt.vault, signup, phone)
        signup.notes["waba_name"] = await _patiently(lambda: calls.waba_name(graph, token, waba))
        await _remember(rt, signup)
    waba_id, phone_id = signup.meta_waba_id, signup.meta_phone_number_id
    assert waba_id is not None and phone_id is not None
    await _once(rt, signup, "subscribed", lambda: calls.subscribe(graph, token, waba_id))
    facts = await _patiently(lambda: calls.phone_facts(graph, token, phone_id))
    if not facts.is_registered and not facts.is_on_business_app:
        await _register(rt, signup, token, phone_id)
        if "registered" in signup.steps:
            facts = msgspec.structs.replace(facts, is_registered=True)
        else:  # refused; another signup of the same number may have been faster
            facts = await _patiently(lambda: calls.phone_facts(graph, token, phone_id))
    if "overridden" not in signup.steps:
        await _override(rt, signup, token, phone_id)
    return facts


async def _register(rt: Runtime, signup: Signup, token: str, phone: str) -> None:
    """A refusal (wrong two-step PIN, say) leaves the number connected but not registered, with Meta's reason."""
    pin = signup.pin or ""
    try:
        await _once(rt, signup, "registered", lambda: calls.register(rt.graph, token, phone, pin))
        signup.notes["registration_error"] = None
    except Refused as error:
        again = registration.again(error.refusal, 0)
        signup.notes["registration_error"], signup.notes["registration_code"] = error.sentence, error.refusal.code
        signup.notes["registration_again"] = None if again is None else again.total_seconds()


async def _override(rt: Runtime, signup: Signup, token: str, phone: str) -> None:
    """A refusal is kept as the reason; the notifications then come by the app's callback."""
    url = f"{rt.config.public_url}/webhook/phone/{signup.phone_id}"
    signup.notes["override_error"] = None
    try:
        await _patiently(lambda: calls.override_callback(rt.graph, token, phone, url))
    except Refused as error:
        signup.notes["override_error"] = error.sentence
    signup.steps.append("overridden")
    await _remember(rt, signup)


async def _once(rt: Runtime, signup: Signup, step: str, call: Callable[[], Awaitable[None]]) -> None:
    if step not in signup.steps:
        await _patiently(call)
        signup.steps.append(step)
        await _remember(rt, signup)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Repeats an idempotent call while Meta is away, throttled or undecided."""
    for pause in PAUSES:
        try:
            return await call()
        except (Unreached, Unanswered):
            pass
        except Refused as error:
            if not _passes(error):
                raise
        await asyncio.sleep(pause)
    return await call()


def _passes(error: GraphError) -> bool:
    """Whether the same call may work later."""
    if isinstance(error, Refused):
        return error.refusal.code in THROTTLED or outcome_is_open(error.refusal)
    return True


async def _remember(rt: Runtime, signup: Signup) -> None:
    async with rt.pool.connection() as conn:
        await signups.save(conn, rt.vault, signup)


async def _finish(rt: Runtime, signup: Signup, facts: PhoneFacts) -> None:
    for last_try in (False, True):
        try:
            async with rt.pool.transaction() as conn:
                await signups.finish(conn, rt.vault, signup, facts)
            return rt.bell.ring([signup.organization_id])
        except Collision:
            if last_try:
                raise


async def _stop(rt: Runtime, link: Stored, signup: Signup, state: str, message: str, detail: str) -> None:
    """`message` is for the person in front of the page, `detail` (Meta's own words) for the link's `lastError`."""
    signup.state, signup.message = state, message
    async with rt.pool.transaction() as conn:
        await signups.save(conn, rt.vault, signup, RESUMED_AFTER)
        await onboarding.note_error(conn, link, detail)
    log.warning("signup.stopped", organization=str(link.organization_id), link=str(link.id), state=state, reason=detail)


def _reason(error: GraphError) -> str:
    if isinstance(error, Refused) and not _passes(error):
        return f"Meta refused a step of the signup (code {error.refusal.code}). Please try again."
    return TRY_AGAIN


def _outcome(link: Stored, signup: Signup) -> Outcome:
    if signup.state == "done":
        return Outcome("success", signup.message or "Connected.", onboarding.redirect(link, None))
    message = signup.message or TRY_AGAIN
    return Outcome("error", message, onboarding.redirect(link, message))
