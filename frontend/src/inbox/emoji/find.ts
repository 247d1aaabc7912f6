// Finds emoji by words: by their English names always, and by our own short lists in the reader's language, once it is here.
import { signal } from "@preact/signals";

import { GROUPS } from "./data.ts";

/** Words of one language by face. */
export type Lexicon = ReadonlyMap<string, readonly string[]>;

const MOST = 64;
const LISTS: Readonly<Record<string, () => Promise<string>>> = {
  es: async () => (await import("./words.es.ts")).WORDS,
  pt: async () => (await import("./words.pt.ts")).WORDS,
  ar: async () => (await import("./words.ar.ts")).WORDS,
};

export const learned = signal<Lexicon>(new Map());

/** The words of a language, if there are any; without them the English names have to do. */
export async function learn(locale: string): Promise<void> {
  const list = LISTS[locale.split("-")[0] ?? ""];
  learned.value = list ? await list().then(lexicon, () => new Map()) : new Map();
}

/** A line is `word word:faces`; each of its words finds each of its faces. Faces stand without what asks for colour (U+FE0F). */
export function lexicon(text: string): Lexicon {
  const found = new Map<string, string[]>();
  const cut = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const entry of text.trim().split("\n")) {
    const [words = "", faces = ""] = entry.split(":");
    for (const { segment } of cut.segment(faces.trim())) {
      found.set(segment, [...(found.get(segment) ?? []), ...fold(words).split(" ")]);
    }
  }
  return found;
}

/** Without case, accents and the marks of Arabic. */
export function fold(text: string): string {
  return text.trim().toLowerCase().normalize("NFD").replace(/[\p{M}ـ]/gu, "");
}

/** Those that every word of the query stands for: part of the name, or the beginning of one of our words. */
export function find(query: string, words: Lexicon = new Map()): string[] {
  const wanted = fold(query).split(/\s+/);
  const found: string[] = [];
  for (const [, faces] of GROUPS) {
    for (const [face, name] of faces) {
      const known = words.get(face.replaceAll("\uFE0F", "")) ?? [];
      const fits = (word: string): boolean => name.includes(word) || known.some((each) => each.startsWith(word));
      if (face === query.trim() || wanted.every(fits)) found.push(face);
      if (found.length >= MOST) return found;
    }
  }
  return found;
}
