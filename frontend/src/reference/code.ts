// Blocks of code: JSON in colours, and a button that copies.
import { type Child, element } from "../shared/dom.ts";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A named block whose text can be replaced. `show` gives `text` as it is copied. */
export function block(label: string, text = ""): { root: HTMLElement; show: (text: string) => void } {
  const code = element("code");
  // A region that scrolls must be reachable by keyboard.
  const pre = element("pre", { tabindex: "0", role: "region", "aria-label": label }, code);
  const button = element("button", { type: "button", class: "copy", "aria-label": `Copy: ${label}` }, "Copy");
  let shown = "";
  const show = (next: string): void => {
    shown = next;
    code.replaceChildren(...coloured(next));
  };
  button.addEventListener("click", () => {
    void copied(shown, pre).then((done) => {
      button.textContent = done ? "Copied" : "Selected";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
  });
  show(text);
  return { root: element("figure", { class: "block" }, element("figcaption", {}, element("span", {}, label), button), pre), show };
}

export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function coloured(text: string): Child[] {
  if (!/^\s*[[{]/.test(text)) return [text];
  const parts: Child[] = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    parts.push(text.slice(at, found.index));
    const [whole, string, colon] = found;
    if (string !== undefined) {
      parts.push(element("span", { class: colon === undefined ? "string" : "name" }, string), colon ?? "");
    } else parts.push(element("span", { class: "literal" }, whole));
    at = found.index + whole.length;
  }
  return [...parts, text.slice(at)];
}

/** Without a secure origin there is no clipboard: then the text is selected instead. */
async function copied(text: string, from: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(from);
    return false;
  }
}
