"""The handset in a real browser: one customer's phone, with what the business sent and what can be answered."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from .conftest import Connected, Hand, Receiver

ANA = "5491155551234"
BUTTONS = {
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "Shall we deliver?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": each, "title": each}} for each in ("Yes", "No")]},
    },
}


@pytest.fixture
async def who(sim: Hand) -> Connected:
    return await sim.connect(name="Corner Bakery")


@pytest.fixture
async def phone(sim: Hand, who: Connected, chromium: Browser) -> AsyncIterator[Page]:
    """The handset of Ana; nothing may break its policy or go wrong in its script."""
    context = await chromium.new_context()
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.goto(f"{sim.settings.base_url}/handset?from={ANA}&name=Ana")
    await expect(page.get_by_role("heading")).to_have_text("Corner Bakery")
    yield page
    await context.close()
    assert not wrong


def written(receiver: Receiver) -> list[dict[str, Any]]:
    return [message for value in receiver.values for message in value.get("messages", [])]


async def last(receiver: Receiver, count: int) -> dict[str, Any]:
    await receiver.until(lambda each: len(written(each)) >= count)
    return written(receiver)[count - 1]


async def chat(sim: Hand, who: Connected, digits: str = ANA) -> Any:
    return (await sim.call("GET", f"/handset/chat?phone_number_id={who.phone_number_id}&from={digits}")).json


async def test_both_sides_of_a_conversation(sim: Hand, who: Connected, phone: Page, receiver: Receiver) -> None:
    await phone.get_by_role("textbox", name="Message").fill("Is it open?\nToday?")
    await phone.keyboard.press("Enter")
    message = await last(receiver, 1)
    assert (message["from"], message["text"]["body"]) == (ANA, "Is it open?\nToday?")
    await sim.send(who, f"+{ANA}", "Until six.")
    await expect(phone.locator(".line.business p")).to_have_text("Until six.")
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
    typing = {**body, "typing_indicator": {"type": "text"}}
    assert (await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=typing)).status == 200
    await expect(phone.locator(".line.customer .foot")).to_contain_text("read")


async def test_it_reacts_replies_and_deletes(sim: Hand, who: Connected, phone: Page, receiver: Receiver) -> None:
    await sim.send(who, f"+{ANA}", "Good morning")
    await phone.get_by_role("button", name="React with a thumb").click()
    assert (await last(receiver, 1))["reaction"]["emoji"] == "👍"
    await expect(phone.locator(".chip")).to_have_text("👍")
    await phone.get_by_role("button", name="Reply to this").click()
    await phone.get_by_role("textbox", name="Message").fill("Hello!")
    await phone.get_by_role("button", name="Send", exact=True).click()
    sent = (await chat(sim, who))["lines"][0]["id"]
    assert (await last(receiver, 2))["context"]["id"] == sent
    await expect(phone.locator(".line.customer .quote")).to_have_text("Good morning")
    await phone.get_by_role("button", name="Delete").click()
    assert (await last(receiver, 3))["type"] == "revoke"
    await expect(phone.locator(".line.customer")).to_contain_text("You deleted this message.")


async def say(sim: Hand, who: Connected, **told: Any) -> None:
    body = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": f"+{ANA}", **told}
    answer = await sim.graph("POST", f"{who.phone_number_id}/messages", who.token, json=body)
    assert answer.status == 200, answer.text


async def offer(sim: Hand, who: Connected, kind: str, action: dict[str, Any], **more: Any) -> None:
    interactive = {"type": kind, "body": {"text": f"A {kind}"}, "action": action, **more}
    await say(sim, who, type="interactive", interactive=interactive)


async def test_buttons_are_tapped(sim: Hand, who: Connected, phone: Page, receiver: Receiver) -> None:
    await say(sim, who, **BUTTONS)
    await phone.get_by_role("button", name="No", exact=True).click()
    reply = await last(receiver, 1)
    assert reply["interactive"]["button_reply"] == {"id": "No", "title": "No"}
    await expect(phone.locator(".line.customer p").last).to_have_text("No")


async def test_lists_links_and_requests_are_answered(
    sim: Hand, who: Connected, phone: Page, receiver: Receiver
) -> None:
    row = {"id": "row_2", "title": "Rye", "description": "Dark"}
    sections = [{"title": "Cakes", "rows": [{"id": "row_1", "title": "Apple"}]}, {"title": "Bread", "rows": [row]}]
    head = {"header": {"type": "text", "text": "Today"}, "footer": {"text": "Until six"}}
    await offer(sim, who, "list", {"button": "Look", "sections": sections}, **head)
    shown = phone.locator(".line.business").last
    for words in ("Today", "A list", "Until six"):
        await expect(shown).to_contain_text(words)
    await expect(phone.get_by_role("button", name="Rye")).to_be_hidden()
    await phone.get_by_text("Look", exact=True).click()
    await expect(shown.get_by_text("Bread", exact=True)).to_be_visible()
    await phone.get_by_role("button", name="Rye").click()
    answer = await last(receiver, 1)
    listed = (await chat(sim, who))["lines"][0]["id"]
    assert (answer["interactive"]["list_reply"], answer["context"]["id"]) == (row, listed)
    parameters = {"display_text": "Our shop", "url": "https://shop.example/"}
    await offer(sim, who, "cta_url", {"name": "cta_url", "parameters": parameters})
    await expect(phone.get_by_role("link", name="Our shop")).to_have_attribute("href", "https://shop.example/")
    await offer(sim, who, "location_request_message", {"name": "send_location"})
    await phone.get_by_role("button", name="Send location").click()
    place = await last(receiver, 2)
    asked = (await chat(sim, who))["lines"][-2]["id"]
    assert (place["type"], place["context"]["id"]) == ("location", asked)


async def test_places_and_cards_are_shown(sim: Hand, who: Connected, phone: Page) -> None:
    place = {"latitude": -34.6, "longitude": -58.4, "name": "Obelisco", "address": "Av. 9 de Julio"}
    numbers = [{"phone": "+54 9 11 5555-1234", "wa_id": "5491155551234"}, {"phone": "911"}]
    card = {"name": {"formatted_name": "Zoe Díaz", "first_name": "Zoe"}, "phones": numbers}
    await say(sim, who, type="location", location=place)
    await say(sim, who, type="contacts", contacts=[card])
    for words in ("Obelisco", "Av. 9 de Julio", "-34.6, -58.4", "Zoe Díaz", "+54 9 11 5555-1234", "911 (not on"):
        await expect(phone.locator("#chat")).to_contain_text(words)


@pytest.mark.parametrize(
    ("button", "kind"),
    [("Voice note", "audio"), ("Location", "location"), ("Contact", "contacts"), ("Poll", "unsupported")],
)
async def test_other_things_are_sent(button: str, kind: str, phone: Page, receiver: Receiver) -> None:
    await phone.get_by_role("button", name="Send something else").click()
    await phone.get_by_role("button", name=button).click()
    assert (await last(receiver, 1))["type"] == kind
    await expect(phone.locator(".line.customer")).to_have_count(1)


async def test_a_file_from_the_machine_is_what_lies_behind_the_id(
    sim: Hand, who: Connected, phone: Page, receiver: Receiver
) -> None:
    await phone.get_by_role("button", name="Send something else").click()
    await phone.locator("#file").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1"})
    message = await last(receiver, 1)
    assert (message["type"], message["document"]["filename"]) == ("document", "a.pdf")
    served = await sim.call("GET", f"/handset/media/{message['document']['id']}")
    assert (served.text, served.headers["X-Content-Type-Options"]) == ("%PDF-1", "nosniff")
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert (await sim.call("GET", "/handset/media/1")).status == 404


async def test_a_template_reads_as_it_was_filled(sim: Hand, who: Connected) -> None:
    components = [
        {"type": "BODY", "text": "Order {{1}} is ready, {{2}}."},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}]},
    ]
    await sim.control("POST", "/templates", {"name": "ready_now", "components": components})
    parameters = [{"type": "text", "text": "A-1"}, {"type": "text", "text": "Ana"}]
    filled = {
        "name": "ready_now",
        "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    answer = await sim.send(who, f"+{ANA}", type="template", template=filled)
    assert answer.status == 200, answer.text
    line = (await chat(sim, who))["lines"][0]
    assert line["message"]["template"] == {
        "name": "ready_now",
        "body": "Order A-1 is ready, Ana.",
        "buttons": ["Thanks"],
    }


async def test_each_customer_sees_the_own_chat_alone(sim: Hand, who: Connected) -> None:
    for digits, text in ((ANA, "one"), ("16505550111", "two")):
        await sim.send(who, f"+{digits}", text)
        body = {"phone_number_id": who.phone_number_id, "from": digits, "text": f"{text}!"}
        await sim.control("POST", "/messages", body)
    lines = (await chat(sim, who))["lines"]
    assert [(line["by"], line["message"]["text"]["body"]) for line in lines] == [
        ("business", "one"),
        ("customer", "one!"),
    ]


async def test_a_wish_that_cannot_be_granted_says_why(sim: Hand, who: Connected) -> None:
    answer = await sim.call("GET", "/handset/chat?phone_number_id=5&from=1")
    assert (answer.status, answer.error["field"]) == (400, "phone_number_id")
    assert (await sim.call("GET", "/handset/pages.py")).status == 404
