// Words in the reader's language: typed dictionaries, plurals by Intl, one chunk for each language but English.
import { signal } from "@preact/signals";

import { language } from "../state/prefs.ts";
import { type Dictionary, type Key, en } from "./en.ts";

export type { Key } from "./en.ts";
export type Values = Readonly<Record<string, string | number>>;

const LOADERS: Readonly<Record<string, () => Promise<Dictionary>>> = {
  en: async () => en,
  es: async () => (await import("./es.ts")).es,
  pt: async () => (await import("./pt.ts")).pt,
  ar: async () => (await import("./ar.ts")).ar,
};

/** By the names that their speakers have for them. */
export const LANGUAGES: Readonly<Record<string, string>> = { en: "English", es: "Español", "pt-BR": "Português (Brasil)", ar: "العربية" };
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar"]);

export const locale = signal("en");
const words = signal<Dictionary>(en);
let plurals = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");
const STRONG_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

export function t(key: Key, values: Values = {}): string {
  const entry = words.value[key] ?? en[key];
  const text = typeof entry === "string" ? entry : (entry[plurals.select(Number(values["count"] ?? 0))] ?? entry.other);
  if (!text.includes("{")) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return typeof value === "number" ? numbers.format(value) : value === undefined ? whole : isolated(value);
  });
}

/** A name or number that runs the other way, or might, keeps its own order and leaves the sentence its. */
function isolated(value: string): string {
  return document.documentElement.dir === "rtl" || STRONG_RIGHT.test(value) ? `\u2068${value}\u2069` : value;
}

/** The first of the wanted languages that there is, with the reader's own region. */
function choose(wanted: readonly string[]): string {
  return wanted.find((each) => (each.split("-")[0] ?? "") in LOADERS) ?? "en";
}

export async function speak(offered?: string | null): Promise<void> {
  const chosen = choose([language.value, offered ?? "", ...navigator.languages].filter(Boolean));
  const name = chosen.split("-")[0] ?? "en";
  const loaded = await (LOADERS[name] ?? LOADERS["en"])?.().catch(() => en);
  if (!loaded) return;
  const settled = loaded === en && name !== "en" ? "en" : chosen;
  plurals = new Intl.PluralRules(settled);
  numbers = new Intl.NumberFormat(settled);
  locale.value = settled;
  words.value = loaded;
  document.documentElement.lang = settled;
  document.documentElement.dir = RIGHT_TO_LEFT.has(name) && settled === chosen ? "rtl" : "ltr";
}
