"""What is asked of every state of the page, as scripts that run in it; each gives a list of what is wrong.

`axe` brings its own rules. CONTRAST computes 4.5:1 of text and 3:1 of glyphs and borders from what is drawn; TARGETS
measures what is pressed; OUTSIDE finds what does not fit the width; LATIN finds words of ours in a language that has
other letters.
"""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_SHOWN = """
const modal = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
const unseen = e => e.closest('.unseen, [aria-hidden=true]:not(svg), :disabled');
const shown = e =>
  e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && e.getClientRects().length > 0;
const named = e => `${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''} `
  + (e.ariaLabel ?? e.textContent).trim().slice(0, 40);
"""

CONTRAST = f"""() => {{ {_SHOWN}
const canvas = Object.assign(document.createElement('canvas'), {{width: 1, height: 1}});
const pen = canvas.getContext('2d', {{willReadFrequently: true}});
const known = new Map();
const rgba = text => {{
  if (!known.has(text)) {{
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = text; pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    known.set(text, [r, g, b, a / 255]);
  }}
  return known.get(text);
}};
const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
const ground = e => {{
  const own = rgba(getComputedStyle(e).backgroundColor);
  return own[3] === 1 ? own : over(own, e.parentElement ? ground(e.parentElement) : [255, 255, 255, 1]);
}};
const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const ratio = (one, other) => {{
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + .05) / (low + .05);
}};
const wrong = [];
const judge = (kind, e, colour, under, least) => {{
  const found = ratio(over(rgba(colour), under), under);
  if (found < least) wrong.push(`${{kind}} ${{found.toFixed(2)}} ${{named(e)}}`);
}};
const texts = document.createTreeWalker(modal, NodeFilter.SHOW_TEXT);
for (let node; node = texts.nextNode();) {{
  const e = node.parentElement;
  if (!/[\\p{{L}}\\p{{N}}]/u.test(node.data) || unseen(e) || !shown(e) || e.closest('option, noscript')) continue;
  const style = getComputedStyle(e), size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  judge('text', e, style.color, ground(e), isLarge ? 3 : 4.5);
}}
for (const e of modal.querySelectorAll('svg'))
  if (shown(e) && !e.closest(':disabled')) judge('glyph', e.parentElement, getComputedStyle(e).color, ground(e), 3);
for (const e of modal.querySelectorAll('input, textarea, select, button')) {{
  if (!shown(e) || unseen(e)) continue;
  const style = getComputedStyle(e);
  if (e.placeholder && !e.value) judge('placeholder', e, getComputedStyle(e, '::placeholder').color, ground(e), 4.5);
  if (e.role === 'switch') judge('switch', e, style.backgroundColor, ground(e.parentElement), 3);
  const border = rgba(style.borderBottomColor);
  if (parseFloat(style.borderBottomWidth) > 0 && style.borderBottomStyle !== 'none' && border[3] > 0)
    judge('border', e, style.borderBottomColor, ground(e.parentElement), 3);
}}
return [...new Set(wrong)];
}}"""

TARGETS = f"""least => {{ {_SHOWN}
const all = [...modal.querySelectorAll('button, a[href], input, select, textarea')];
return all.filter(e => shown(e) && !e.closest('p a') && e.type !== 'range').map(e => {{
  const box = (e.closest('label') ?? e).getBoundingClientRect();
  return [Math.min(box.width, box.height), e];
}}).filter(([size]) => size < least - .5).map(([size, e]) => `${{size.toFixed(1)}} ${{named(e)}}`);
}}"""

OUTSIDE = f"""() => {{ {_SHOWN}
const page = document.documentElement.scrollWidth;
const wide = page > innerWidth ? [`page ${{page}}`] : [];
const all = [...modal.querySelectorAll('button, a, input, textarea, select, h1, h2, h3, p, li, dd, dt, time, img')];
return wide.concat(all.filter(e => shown(e) && !e.closest('.unseen')).filter(e => {{
  const {{left, right, width}} = e.getBoundingClientRect();
  return width > 0 && (left < -1 || right > innerWidth + 1);
}}).map(named));
}}"""

LATIN = """() => {
const names = /\\b(Meta|WhatsApp|JPEG|PNG|Windows|Control|Command)\\b/g;
const ours = text => text.replace(/\\u2068[^\\u2069]*\\u2069/g, '').replace(names, '').match(/[A-Za-zÀ-ÖØ-öø-ɏ]+/g);
const theirs = e => e.closest('bdi, [dir=auto], kbd, code, script, style, noscript, [lang]:not(html, dialog)');
const wrong = ours(document.title)?.map(word => `title: ${word}`) ?? [];
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; node = texts.nextNode();)
  if (!theirs(node.parentElement) && ours(node.data)) wrong.push(`${node.parentElement.tagName}: ${node.data.trim()}`);
for (const e of document.body.querySelectorAll('*'))
  for (const name of ['aria-label', 'title', 'alt', 'placeholder', 'aria-valuetext', 'aria-description'])
    if (e.hasAttribute(name) && !e.dataset.field && ours(e.getAttribute(name)))
      wrong.push(`${name}: ${e.getAttribute(name)}`);
return [...new Set(wrong)];
}"""


@cache
def source() -> str:
    return AXE.read_text(encoding="utf-8")


async def axe(page: Page, *rules: str) -> list[str]:
    """What axe finds; all of its rules of WCAG 2.2 AA and good practice, or only those that are named."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(source())
    wanted: Any = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    # Only rules of media and of orientation look into what is loaded beforehand.
    options = {"runOnly": wanted, "resultTypes": ["violations"], "preload": not rules}
    found = await page.evaluate("options => axe.run(document, options)", options)
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]
