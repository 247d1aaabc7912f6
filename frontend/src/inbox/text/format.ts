// WhatsApp's marks and links in a text, as a tree to be drawn as elements: *bold* _italic_ ~struck~ `code` ```block```. Pure.

export type Piece =
  | string
  | { kind: "bold" | "italic" | "strike"; parts: Piece[] }
  | { kind: "code" | "block"; text: string }
  | { kind: "link"; href: string; text: string };

const MARKS: Readonly<Record<string, "bold" | "italic" | "strike">> = { "*": "bold", _: "italic", "~": "strike" };
const LINK = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"'`]+|\bwww\.[^\s<>"'`]+\.[^\s<>"'`]+|\b[\w.+-]+@[\w-]+\.[\w.-]*\w\b/giu;
const DEEPEST = 6;

export function parse(text: string, depth = 0): Piece[] {
  const found: Piece[] = [];
  let plain = 0;
  let at = 0;
  const flush = (end: number): void => void (end > plain && found.push(...linked(text.slice(plain, end))));
  while (at < text.length) {
    const piece = depth < DEEPEST ? marked(text, at, depth) : null;
    if (!piece) {
      at = afterLink(text, at) ?? at + 1;
      continue;
    }
    flush(at);
    found.push(piece.piece);
    at = piece.end;
    plain = at;
  }
  flush(text.length);
  return found;
}

function marked(text: string, at: number, depth: number): { piece: Piece; end: number } | null {
  const char = text[at] ?? "";
  if (char === "`") return code(text, at);
  const kind = MARKS[char];
  if (!kind || !opens(text, at)) return null;
  for (let end = text.indexOf(char, at + 1); end > 0; end = text.indexOf(char, end + 1)) {
    const inner = text.slice(at + 1, end);
    if (inner.includes("\n")) return null;
    if (end === at + 1 || !closes(text, end)) continue;
    return { piece: { kind, parts: parse(inner, depth + 1) }, end: end + 1 };
  }
  return null;
}

function code(text: string, at: number): { piece: Piece; end: number } | null {
  if (text.startsWith("```", at)) {
    const end = text.indexOf("```", at + 3);
    const inner = end < 0 ? "" : text.slice(at + 3, end);
    return inner.trim() ? { piece: { kind: "block", text: inner.replace(/^\n|\n$/g, "") }, end: end + 3 } : null;
  }
  const end = text.indexOf("`", at + 1);
  const inner = end < 0 ? "" : text.slice(at + 1, end);
  if (!inner.trim() || inner.includes("\n")) return null;
  return { piece: { kind: "code", text: inner }, end: end + 1 };
}

const WORD = /[\p{L}\p{N}]/u;

/** A mark opens after anything but a letter, and before anything but a space: 2*3*4 stays as it is. */
function opens(text: string, at: number): boolean {
  const before = text[at - 1];
  const after = text[at + 1];
  return (!before || !WORD.test(before)) && after !== undefined && !/\s/.test(after) && after !== text[at];
}

function closes(text: string, at: number): boolean {
  const before = text[at - 1] ?? " ";
  const after = text[at + 1];
  return !/\s/.test(before) && (!after || !WORD.test(after));
}

/** The end of a link that starts here, so that marks in an address stay part of it. */
function afterLink(text: string, at: number): number | null {
  if (!/[hmtw]/i.test(text[at] ?? "") || (at > 0 && WORD.test(text[at - 1] ?? ""))) return null;
  LINK.lastIndex = at;
  const match = LINK.exec(text);
  return match?.index === at ? at + match[0].length : null;
}

function linked(text: string): Piece[] {
  const found: Piece[] = [];
  let last = 0;
  LINK.lastIndex = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = match[0].replace(/[.,;:!?)\]}»”'*_~]+$/u, (tail) => (tail.startsWith(")") && match[0].includes("(") ? ")" : ""));
    const href = address(shown);
    if (!href) continue;
    if (match.index > last) found.push(text.slice(last, match.index));
    found.push({ kind: "link", href, text: shown });
    last = match.index + shown.length;
  }
  if (last < text.length) found.push(text.slice(last));
  return found;
}

/** Only addresses that open a page, a letter or a call. */
export function address(text: string): string | null {
  const whole = /^www\./i.test(text) ? `https://${text}` : text.includes("@") && !/^\w+:/.test(text) ? `mailto:${text}` : text;
  try {
    const url = new URL(whole);
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

const EMOJI = /^(?:\p{RI}\p{RI}|\p{Emoji}(?:\p{EMod}|\uFE0F\u20E3?|[\u{E0020}-\u{E007E}]+\u{E007F})?(?:\u200D\p{Emoji}(?:\p{EMod}|\uFE0F)?)*|\s)+$/u;

/** How many emoji, when a text is nothing else and they are few: these are shown large. */
export function fewEmoji(text: string): number {
  const trimmed = text.trim();
  if (!trimmed || trimmed.length > 40 || /[0-9#*a-z]/i.test(trimmed) || !EMOJI.test(trimmed)) return 0;
  const count = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(trimmed.replace(/\s/g, ""))].length;
  return count <= 3 ? count : 0;
}
