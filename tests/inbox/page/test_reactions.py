"""C14: one's own reactions, by keys and by the picker, taken back, and when they do not get through."""

import re

from playwright.async_api import Locator, Page, Route, expect

from tests.inbox.conftest import ANA
from tests.inbox.page.conftest import Desk, bubble, row, until


async def options(page: Page, shown: Locator) -> Locator:
    await shown.hover()
    await shown.get_by_role("button", name="Message options").click()
    return page.get_by_role("menu")


async def test_c14_reactions_go_out_at_once_and_the_same_again_takes_them_back(desk: Desk) -> None:
    await desk.write(ANA, "Ana", "Thank you!")
    page = await desk.open(thread=ANA)
    shown = bubble(page, "Thank you!")
    chip = shown.get_by_role("img", name=re.compile("You reacted"))
    menu = await options(page, shown)
    faces = menu.get_by_role("menuitemradio")
    assert await faces.all_inner_texts() == ["👍", "❤️", "😂", "😮", "😢", "🙏"]
    await page.keyboard.press("ArrowRight")
    await expect(faces.nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(chip).to_have_accessible_name("You reacted with ❤️")
    await until(lambda: reacted(desk, "❤️"))
    menu = await options(page, shown)
    await expect(menu.get_by_role("menuitemradio", checked=True)).to_have_accessible_name("Take ❤️ back")
    await menu.get_by_role("menuitemradio", checked=True).click()
    await expect(chip).to_have_count(0)
    await until(lambda: reacted(desk, ""))
    # Any other by the picker, which is there by keys alone.
    menu = await options(page, shown)
    await menu.get_by_role("menuitem", name="More emoji").click()
    dialog = page.get_by_role("dialog", name="React")
    await expect(dialog.get_by_label("Search emoji")).to_be_focused()
    await page.keyboard.type("birthday")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(chip).to_have_accessible_name("You reacted with 🎂")
    await until(lambda: reacted(desk, "🎂"))
    menu = await options(page, shown)
    await expect(menu.get_by_role("menuitemradio", checked=True)).to_have_text("🎂")
    await page.keyboard.press("Escape")


async def reacted(desk: Desk, emoji: str) -> bool:
    accepted = (await desk.sim("GET", f"/sent?phone_number_id={desk.office.number.meta_id}"))["sent"]
    return bool(accepted) and accepted[0]["body"].get("reaction", {}).get("emoji") == emoji


async def test_c14_a_reaction_that_fails_says_so_and_the_one_before_is_back(desk: Desk) -> None:
    desk.forgiven += ["400", "403"]
    who = "5491155553078"
    await desk.write(who, "Rita", "How is this?")
    # Without markRead: a receipt is a send at Meta too, and would meet the failure first.
    page = await desk.open("readInbox", "readDetails", "sendText", "sendAdvanced", thread=who)
    shown = bubble(page, "How is this?")
    chip = shown.get_by_role("img", name=re.compile("You reacted"))
    await (await options(page, shown)).get_by_role("menuitemradio", name="👍").click()
    await until(lambda: reacted(desk, "👍"))
    await desk.sim("POST", "/faults", {"fail": {"messages.send": {"code": 131042}}})
    await (await options(page, shown)).get_by_role("menuitemradio", name="😂").click()
    await expect(shown).to_contain_text("Your reaction did not get through.")
    await expect(shown).to_contain_text("a problem with the account's payment")
    await expect(shown).to_contain_text("(131042)")
    await expect(page.locator("#say-assertive")).to_contain_text("Your reaction did not get through.")
    await expect(chip).to_have_accessible_name("You reacted with 👍")
    await expect(row(page, "Rita")).to_contain_text("Not delivered😂 to: How is this?")
    await desk.sim("DELETE", "/faults")
    await page.reload()
    await expect(chip).to_have_accessible_name("You reacted with 👍")

    # The link loses the permission while the page still shows the faces.
    async def no(route: Route) -> None:
        error = {"code": "FORBIDDEN", "message": "Not allowed."}
        await route.fulfill(status=403, json={"error": error})

    await page.route("**/api/messages", no)
    await (await options(page, shown)).get_by_role("menuitemradio", name="🙏").click()
    await expect(shown).to_contain_text("this link does not allow it any more")
    await expect(chip).to_have_accessible_name("You reacted with 👍")
    await shown.get_by_role("button", name="Dismiss").click()
    await expect(shown).not_to_contain_text("Your reaction did not get through.")


async def test_c14_a_reaction_that_fails_after_meta_took_it_is_gone_for_everybody(desk: Desk) -> None:
    await desk.sim("POST", "/faults", {"statuses": {"off": True}})
    who = "5491155553079"
    await desk.write(who, "Rafa", "What do you think?")
    page, other = await desk.open(thread=who), await desk.open(thread=who)
    shown = bubble(page, "What do you think?")
    chips = [
        each.get_by_role("img", name=re.compile("You reacted")) for each in (shown, bubble(other, "What do you think?"))
    ]
    for face in ("👍", "😂"):
        menu = await options(page, shown)
        await menu.get_by_role("menuitemradio", name=face).click()
        for chip in chips:
            await expect(chip).to_have_accessible_name(f"You reacted with {face}")
        await until(lambda face=face: reacted(desk, face))
    number = desk.office.number.meta_id
    wamid = (await desk.sim("GET", f"/sent?phone_number_id={number}"))["sent"][0]["wamid"]
    failed = {"status": "failed", "errors": [{"code": 131026}]}
    await desk.sim("POST", "/statuses", {"phone_number_id": number, "wamid": wamid, "statuses": [failed]})
    await expect(shown).to_contain_text("Your reaction did not get through.")
    for chip in chips:
        await expect(chip).to_have_accessible_name("You reacted with 👍")
    await page.reload()
    await expect(chips[0]).to_have_accessible_name("You reacted with 👍")
