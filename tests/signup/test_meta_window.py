"""Meta's side in a real browser: the login window, what it posts in which order, and an SDK that does not come."""

import pytest
from playwright.async_api import expect

from .conftest import FINISH, IDS, Gateway, Visit, grant, heading, session, shown, wander


async def test_login_is_asked_for_as_meta_wants_it(visit: Visit) -> None:
    page = await visit.open()
    popup = await visit.start()
    assert popup.url == "https://www.facebook.com/v26.0/dialog/oauth?client_id=1234567890"
    await heading(page, "Finish in the Meta window")
    assert await page.evaluate("sdkCalls.login") == [
        {
            "config_id": "9876543210",
            "response_type": "code",
            "override_default_response_type": True,
            "extras": {},
        }
    ]


async def test_code_before_session_info(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    popup = await visit.start()
    await grant(popup)
    await heading(page, "Setting things up")
    assert gateway.posted == []
    await session(popup, "FINISH", IDS, as_object=True)
    await heading(page, "Connected")
    assert gateway.posted == [{"code": "AQB-1", **FINISH}]


async def test_lost_session_info_is_not_a_lost_signup(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    popup = await visit.start()
    await grant(popup)
    await popup.close()
    await heading(page, "Connected")
    assert gateway.posted == [{"code": "AQB-1"}]


async def test_only_the_known_ids_are_passed_on(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    popup = await visit.start()
    await session(popup, "FINISH_ONLY_WABA", {"waba_id": "524", "page_ids": [], "phone_number_id": None, "x": "y"})
    await grant(popup)
    await heading(page, "Connected")
    assert gateway.posted == [{"code": "AQB-1", "event": "FINISH_ONLY_WABA", "data": {"waba_id": "524"}}]


async def test_cancelled_at_a_step_and_continued(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    popup = await visit.start()
    await session(popup, "CANCEL", {"current_step": "PHONE_NUMBER_SETUP"})
    await popup.close()
    await heading(page, "You stopped at “phone number”")
    assert gateway.posted == []
    async with page.expect_popup() as opening:
        await page.get_by_role("button", name="Continue").click()
    again = await opening.value
    await again.wait_for_load_state()
    await grant(again, "AQB-2")
    await heading(page, "Connected")
    assert gateway.posted == [{"code": "AQB-2"}]


@pytest.mark.parametrize("data", [{"current_step": "SOMETHING_NEW"}, {}])
async def test_cancelled_at_an_unknown_step(visit: Visit, data: dict[str, str]) -> None:
    page = await visit.open()
    popup = await visit.start()
    await session(popup, "CANCEL", data)
    await heading(page, "You closed the window")


async def test_window_closed_without_a_word(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    popup = await visit.start()
    await popup.close()
    await heading(page, "You closed the window")
    await expect(page.get_by_role("button", name="Continue")).to_be_visible()
    assert gateway.posted == []


async def test_window_opened_anew_while_the_first_is_lost(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    first = await visit.start()
    async with page.expect_popup() as opening:
        await page.get_by_role("button", name="Open it again").click()
    second = await opening.value
    await second.wait_for_load_state()
    await first.close()
    await page.wait_for_timeout(200)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Finish in the Meta window")
    await grant(second)
    await heading(page, "Connected")


async def test_meta_error_is_shown_with_its_reference(visit: Visit) -> None:
    page = await visit.open()
    popup = await visit.start()
    await session(popup, "CANCEL", {"error_message": "Number is banned.", "error_id": "ABC123"})
    await popup.close()
    await heading(page, "Meta could not finish")
    await expect(shown(page, "Number is banned. (ABC123)")).to_be_visible()


async def test_forged_origin_is_ignored(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    popup = await visit.start()
    await wander(popup, "https://evilfacebook.com/")
    await session(popup, "CANCEL", {"current_step": "PHONE_NUMBER_SETUP"})
    await session(popup, "FINISH", {"waba_id": "666"})
    await page.evaluate("postMessage({type: 'WA_EMBEDDED_SIGNUP', event: 'FINISH', data: {waba_id: '667'}}, '*')")
    await wander(popup, "https://www.facebook.com/dialog")
    await grant(popup)
    await heading(page, "Connected")
    assert gateway.posted == [{"code": "AQB-1"}]


async def test_other_messages_of_meta_are_ignored(visit: Visit) -> None:
    page = await visit.open()
    popup = await visit.start()
    for message in ("not json", "null", "[]", '{"type":"WA_EMBEDDED_SIGNUP"}', '{"type":"X","event":"CANCEL"}'):
        await popup.evaluate("message => say(message)", message)
    await popup.evaluate("say(null); say(7); say({type: 'WA_EMBEDDED_SIGNUP', event: 'NEW_STEP'})")
    await page.wait_for_timeout(100)
    await heading(page, "Finish in the Meta window")


async def test_double_click_opens_one_window_and_posts_once(visit: Visit, gateway: Gateway) -> None:
    page = await visit.open()
    async with page.expect_popup() as opening:
        await page.get_by_role("button", name="Connect WhatsApp").dblclick()
    popup = await opening.value
    await popup.wait_for_load_state()
    assert len(page.context.pages) == 2
    await grant(popup)
    await session(popup, "FINISH", IDS)
    await session(popup, "FINISH", IDS)
    await heading(page, "Connected")
    assert gateway.posted == [{"code": "AQB-1", **FINISH}]


async def test_blocked_sdk(visit: Visit) -> None:
    visit.sdk = lambda route: route.abort("blockedbyclient")
    visit.forgiven = ["ERR_BLOCKED_BY_CLIENT"]
    page = await visit.open()
    await heading(page, "Facebook could not load")
    visit.sdk = Visit.plain_sdk
    await page.get_by_role("button", name="Load again").click()
    await expect(page.get_by_role("button", name="Connect WhatsApp")).to_be_enabled()


async def test_sdk_replaced_by_nothing_and_one_that_is_late(visit: Visit) -> None:
    visit.sdk = lambda route: route.fulfill(body="", headers={"Access-Control-Allow-Origin": "*"})
    await visit.page.clock.install()
    page = await visit.open()
    await page.clock.fast_forward(4_000)
    await heading(page, "Facebook could not load")
    await page.evaluate("window.FB = { init() {}, login() {} }; fbAsyncInit()")
    await expect(page.get_by_role("button", name="Connect WhatsApp")).to_be_enabled()
