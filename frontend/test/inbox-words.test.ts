// The inbox's dictionaries: each language has every word with the same places in it, and a form for each of its own plurals.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ar } from "../src/inbox/i18n/ar.ts";
import { en } from "../src/inbox/i18n/en.ts";
import { es } from "../src/inbox/i18n/es.ts";
import { pt } from "../src/inbox/i18n/pt.ts";

type Entry = string | Readonly<Record<string, string>>;
const languages: Readonly<Record<string, Readonly<Record<string, Entry>>>> = { es, "pt-BR": pt, ar };
const source: Readonly<Record<string, Entry>> = en;

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
const forms = (entry: Entry): string[] => (typeof entry === "string" ? [entry] : Object.values(entry));

/** Words that are written alike in English. */
const SHARED = new Set(["announceMessage", "kindAudio", "categoryMARKETING", "emoji", "place_latitude", "place_longitude"]);

for (const [language, words] of Object.entries(languages)) {
  test(`${language} has every word, with the same places in it`, () => {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(source).sort());
    for (const [key, entry] of Object.entries(words)) {
      const wanted = places(forms(source[key] ?? "").at(-1) ?? "").filter((name) => name !== "count");
      for (const text of forms(entry)) {
        assert.ok(text.trim(), key);
        assert.deepEqual(places(text).filter((name) => name !== "count"), wanted, key);
        assert.ok(!forms(source[key] ?? "").includes(text) || SHARED.has(key), `${key} is English: ${text}`);
      }
    }
  });

  test(`${language} says a number wherever its plural does not say it in words`, () => {
    const rules = new Intl.PluralRules(language);
    for (const [key, entry] of Object.entries(words)) {
      assert.equal(typeof entry, typeof source[key], key);
      if (typeof entry === "string") continue;
      const counted = places(source[key] === undefined ? "" : forms(source[key]).at(-1) ?? "").includes("count");
      for (const count of [0, 1, 2, 3, 10, 11, 99, 100, 101, 1_000_000]) {
        const form = rules.select(count);
        const text = entry[form] ?? entry["other"] ?? "";
        assert.ok(!counted || text.includes("{count}") || ["zero", "one", "two"].includes(form), `${key} for ${count}: ${text}`);
      }
    }
  });
}
