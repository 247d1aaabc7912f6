"""What a visitor does with files in tests of the page: drops, pastes and picks them; and a call past the page."""

import base64

from playwright.async_api import FilePayload, Locator, Page

ASKED = """async ([path, body]) => {
  const address = `${location.pathname}/api/${path}`;
  const answer = await fetch(address, { method: 'POST', body: JSON.stringify(body), headers: {
    'Content-Type': 'application/json', 'X-Requested-With': 'inbox', 'Idempotency-Key': crypto.randomUUID() } });
  return [answer.status, await answer.json()];
}"""
#: Files dropped on the page, or pasted into an element.
GIVE = """async ([how, files]) => {
  const carrier = new DataTransfer();
  for (const [name, type, text] of files) {
    carrier.items.add(new File([Uint8Array.from(atob(text), each => each.charCodeAt(0))], name, { type }));
  }
  const told = { bubbles: true, cancelable: true };
  if (how === 'paste') {
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { ...told, clipboardData: carrier }));
  } else {
    for (const name of how === 'hover' ? ['dragenter', 'dragover'] : ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(name, { ...told, dataTransfer: carrier }));
    }
  }
}"""


def field(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


async def give(page: Page, how: str, *files: tuple[str, str, bytes]) -> None:
    told = [[name, kind, base64.b64encode(body).decode()] for name, kind, body in files]
    await page.evaluate(GIVE, [how, told])


async def attach(page: Page) -> None:
    """Opens the browser's choice of files; where the link allows more kinds, by the menu of them."""
    button = page.get_by_role("button", name="Attach")
    await button.click()
    if await button.get_attribute("aria-haspopup"):
        await page.get_by_role("menuitem", name="Photos and documents").click()


async def more(page: Page, kind: str) -> Locator:
    """The dialog in which this kind is built."""
    await page.get_by_role("button", name="Attach").click()
    await page.get_by_role("menuitem", name=kind, exact=True).click()
    return page.get_by_role("dialog", name=kind)


async def pick(page: Page, *files: tuple[str, str, bytes]) -> None:
    async with page.expect_file_chooser() as choosing:
        await attach(page)
    await (await choosing.value).set_files([FilePayload(name=n, mimeType=k, buffer=b) for n, k, b in files])
