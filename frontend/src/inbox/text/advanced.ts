// What is built in the composer's menu: questions with buttons, lists, links, places, contact cards. Pure: what a draft still
// lacks by WhatsApp's limits, and the body and content of its send. Lengths are counted in characters, as the gateway does.
import type { Key } from "../i18n/en.ts";
import type { Content } from "../types.ts";

export type Kind = "buttons" | "list" | "link" | "askLocation" | "location" | "contact";

export const LONGEST = {
  body: 1024, header: 60, footer: 60, button: 20, buttonText: 20, section: 24, row: 24, description: 72, url: 2000, line: 1000,
} as const; // prettier-ignore
export const MOST_BUTTONS = 3;
export const MOST_ROWS = 10;

export interface Line {
  /** Its own for as long as the draft lives, wherever it is moved to. */
  key: number;
  title: string;
  description: string;
}

export interface Section {
  key: number;
  title: string;
  rows: readonly Line[];
}

/** Everything that any of the kinds asks for; each reads what is its own. */
export interface Draft {
  body: string;
  header: string;
  footer: string;
  buttons: readonly Line[];
  buttonText: string;
  sections: readonly Section[];
  url: string;
  latitude: string;
  longitude: string;
  name: string;
  address: string;
  phone: string;
  isOnWhatsApp: boolean;
  nextKey: number;
}

export interface Fault {
  /** `body`, `button.3`, `section.1.title`, `row.4.title`: parts of lists by their keys. */
  field: string;
  text: Key;
  count?: number;
}

export function blank(): Draft {
  return {
    body: "", header: "", footer: "", buttonText: "", url: "", latitude: "", longitude: "", name: "", address: "", phone: "",
    buttons: [line(1)], sections: [{ key: 2, title: "", rows: [line(3)] }], isOnWhatsApp: true, nextKey: 4,
  }; // prettier-ignore
}

export function line(key: number): Line {
  return { key, title: "", description: "" };
}

export function isBlank(draft: Draft): boolean {
  const empty = blank();
  return JSON.stringify({ ...draft, nextKey: 0 }) === JSON.stringify({ ...empty, nextKey: 0 });
}

export function lengthOf(text: string): number {
  return [...text.trim()].length;
}

export function rowsOf(draft: Draft): readonly Line[] {
  return draft.sections.flatMap((section) => section.rows);
}

/** What cannot go out as it is, in the order of the form. */
export function faults(kind: Kind, draft: Draft): Fault[] {
  if (kind === "location") return placeFaults(draft);
  if (kind === "contact") return cardFaults(draft);
  const isFramed = kind !== "askLocation";
  return [
    ...(isFramed ? line60("header", draft.header) : []),
    ...wanted("body", draft.body, LONGEST.body),
    ...(kind === "buttons" ? buttonFaults(draft.buttons) : []),
    ...(kind === "list" ? listFaults(draft) : []),
    ...(kind === "link" ? [...wanted("buttonText", draft.buttonText, LONGEST.buttonText), ...urlFaults(draft.url)] : []),
    ...(isFramed ? line60("footer", draft.footer) : []),
  ];
}

function wanted(field: string, text: string, most: number): Fault[] {
  return text.trim() ? short(field, text, most) : [{ field, text: "fieldMissing" }];
}

function short(field: string, text: string, most: number): Fault[] {
  return lengthOf(text) > most ? [{ field, text: "fieldLong", count: most }] : [];
}

function line60(field: "header" | "footer", text: string): Fault[] {
  return short(field, text, LONGEST[field]);
}

function buttonFaults(buttons: readonly Line[]): Fault[] {
  const seen = new Set<string>();
  return buttons.flatMap(({ key, title }) => {
    const field = `button.${key}`;
    const found = wanted(field, title, LONGEST.button);
    if (!found.length && seen.has(title.trim())) found.push({ field, text: "fieldTwice" });
    seen.add(title.trim());
    return found;
  });
}

function listFaults(draft: Draft): Fault[] {
  const isOne = draft.sections.length === 1;
  return [
    ...wanted("buttonText", draft.buttonText, LONGEST.buttonText),
    ...draft.sections.flatMap(({ key, title, rows }) => [
      ...(isOne ? short(`section.${key}.title`, title, LONGEST.section) : wanted(`section.${key}.title`, title, LONGEST.section)),
      ...(rows.length ? [] : [{ field: `section.${key}.title`, text: "sectionEmpty" } as const]),
      ...rows.flatMap((row) => [
        ...wanted(`row.${row.key}.title`, row.title, LONGEST.row),
        ...short(`row.${row.key}.description`, row.description, LONGEST.description),
      ]),
    ]),
  ];
}

function urlFaults(url: string): Fault[] {
  const missing = wanted("url", url, LONGEST.url);
  return missing.length || isPage(url.trim()) ? missing : [{ field: "url", text: "fieldHttps" }];
}

/** An address of the web that is safe to open, without a name and password in it. */
export function isPage(text: string): boolean {
  try {
    const { protocol, hostname, username, password } = new URL(text);
    return protocol === "https:" && hostname !== "" && !username && !password && !/[\s\u007f]/.test(text) && /^https:\/\//i.test(text);
  } catch {
    return false;
  }
}

function placeFaults(draft: Draft): Fault[] {
  const named = draft.address.trim() && !draft.name.trim();
  return [
    ...degrees("latitude", draft.latitude, 90),
    ...degrees("longitude", draft.longitude, 180),
    ...(named ? [{ field: "name", text: "placeNameFirst" } as const] : short("name", draft.name, LONGEST.line)),
    ...short("address", draft.address, LONGEST.line),
  ];
}

function degrees(field: "latitude" | "longitude", text: string, most: number): Fault[] {
  const value = figure(text);
  if (value === null) return [{ field, text: text.trim() ? "fieldNumber" : "fieldMissing" }];
  return Math.abs(value) > most ? [{ field, text: "fieldDegrees", count: most }] : [];
}

/** A number as people write it, with a comma or a point. */
export function figure(text: string): number | null {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  return /^[+-]?\d+(\.\d*)?$/.test(plain) ? Number(plain) : null;
}

function cardFaults(draft: Draft): Fault[] {
  return [...wanted("name", draft.name, LONGEST.line), ...phoneFaults(draft)];
}

function phoneFaults({ phone, isOnWhatsApp }: Draft): Fault[] {
  const field = "phone";
  if (!phone.trim()) return [{ field, text: "fieldMissing" }];
  const digits = digitsOf(phone);
  if (!/^[+\d\s().\-/]+$/.test(phone.trim()) || digits.length < 3 || digits.length > 20) return [{ field, text: "fieldPhone" }];
  const whole = phone.trim().startsWith("+") && digits.length >= 7;
  return isOnWhatsApp && !whole ? [{ field, text: "fieldCountry" }] : [];
}

function digitsOf(phone: string): string {
  return phone.replace(/\D/g, "");
}

export interface Letter {
  body: Content & { type: string };
  /** As the server will show it. */
  content: Content;
}

/** The send of a draft, whole or not: what is shown while it is written is made of the same. */
export function letterOf(kind: Kind, draft: Draft): Letter {
  return MAKERS[kind](draft);
}

function framed(draft: Draft): Content {
  const header = draft.header.trim() ? { header: { type: "text", text: draft.header.trim() } } : {};
  const footer = draft.footer.trim() ? { footer: draft.footer.trim() } : {};
  return { ...header, body: draft.body.trim(), ...footer };
}

function interactive(kind: string, parts: Content): Letter {
  return { body: { type: "interactive", interactiveType: kind, ...parts }, content: { type: kind, ...parts } };
}

/** Their ids come back with the answer: which one it was, in the order that was sent. */
function listed(draft: Draft): Content {
  let nth = 0;
  const sections = draft.sections.map(({ title, rows }) => ({
    ...(title.trim() ? { title: title.trim() } : {}),
    rows: rows.map((row) => ({ id: `row_${(nth += 1)}`, title: row.title.trim(), ...described(row) })),
  }));
  return { ...framed(draft), buttonText: draft.buttonText.trim(), sections };
}

function described({ description }: Line): Content {
  return description.trim() ? { description: description.trim() } : {};
}

function linkLetter(draft: Draft): Letter {
  const header = draft.header.trim();
  const footer = draft.footer.trim();
  const action = { buttonText: draft.buttonText.trim(), url: draft.url.trim() };
  const parts = { bodyText: draft.body.trim(), ...(header ? { headerText: header } : {}), ...(footer ? { footerText: footer } : {}) };
  return { body: { type: "cta_url", ...parts, ...action }, content: { type: "cta_url", ...framed(draft), ...action } };
}

function plain(type: string, content: Content): Letter {
  return { body: { type, ...content }, content };
}

function place({ latitude, longitude, name, address }: Draft): Content {
  const named = name.trim() ? { name: name.trim() } : {};
  const found = address.trim() ? { address: address.trim() } : {};
  return { latitude: figure(latitude), longitude: figure(longitude), ...named, ...found };
}

/** WhatsApp wants the whole name and one part of it. */
function card({ name, phone, isOnWhatsApp }: Draft): Content {
  const whole = name.trim();
  const [firstName = whole, ...others] = whole.split(/\s+/);
  const lastName = others.join(" ");
  const number = { phone: phone.trim(), type: "CELL", ...(isOnWhatsApp ? { waId: digitsOf(phone) } : {}) };
  return { contacts: [{ name: { formattedName: whole, firstName, ...(lastName ? { lastName } : {}) }, phones: [number] }] };
}

const MAKERS: Readonly<Record<Kind, (draft: Draft) => Letter>> = {
  buttons: (draft) => {
    const buttons = draft.buttons.map(({ title }, nth) => ({ id: `button_${nth + 1}`, title: title.trim() }));
    return interactive("button", { ...framed(draft), buttons });
  },
  list: (draft) => interactive("list", listed(draft)),
  link: linkLetter,
  askLocation: (draft) => interactive("location_request", { body: draft.body.trim() }),
  location: (draft) => plain("location", place(draft)),
  contact: (draft) => plain("contacts", card(draft)),
};

/** One step up or down; a row at the edge of its section goes on into the next one. */
export function moved(sections: readonly Section[], key: number, step: 1 | -1): readonly Section[] {
  const at = sections.findIndex(({ rows }) => rows.some((row) => row.key === key));
  const section = sections[at];
  if (!section) return sections;
  const from = section.rows.findIndex((row) => row.key === key);
  const row = section.rows[from];
  const others = section.rows.filter((each) => each.key !== key);
  if (!row) return sections;
  const to = from + step;
  if (to >= 0 && to < section.rows.length) {
    return sections.map((each) => (each === section ? { ...each, rows: inserted(others, to, row) } : each));
  }
  const next = sections[at + step];
  if (!next) return sections;
  return sections.map((each) => {
    if (each === section) return { ...each, rows: others };
    return each === next ? { ...each, rows: inserted(each.rows, step > 0 ? 0 : each.rows.length, row) } : each;
  });
}

export function movedLine(lines: readonly Line[], key: number, step: 1 | -1): readonly Line[] {
  return moved([{ key: 0, title: "", rows: lines }], key, step)[0]?.rows ?? lines;
}

function inserted(lines: readonly Line[], at: number, added: Line): readonly Line[] {
  return [...lines.slice(0, at), added, ...lines.slice(at)];
}
