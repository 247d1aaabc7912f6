// Finds emoji by words: by their English names always, and by our own short lists in the reader's language, once it is here.
import { signal } from "@preact/signals";

import { GROUPS } from "./data.ts";

interface Named {
  word: string;
  /** Where the face stands among those of the word. */
  place: number;
}

/** Words of one language by face. */
export type Lexicon = ReadonlyMap<string, readonly Named[]>;

const MOST = 64;
/** Behind all that a word of ours stands for. */
const LAST = 99;
const LISTS: Readonly<Record<string, () => Promise<string>>> = {
  es: async () => (await import("./words.es.ts")).WORDS,
  pt: async () => (await import("./words.pt.ts")).WORDS,
  ar: async () => (await import("./words.ar.ts")).WORDS,
};

export const learned = signal<Lexicon>(new Map());

let wanted = "";

/** The words of a language, if there are any; without them the English names have to do. */
export async function learn(locale: string): Promise<void> {
  wanted = locale;
  const list = LISTS[locale.split("-")[0] ?? ""];
  const found: Lexicon = list ? await list().then(lexicon, () => new Map()) : new Map();
  if (wanted === locale) learned.value = found;
}

/** An entry is `word word:faces`; each of its words finds each of its faces, the first ones first. Faces stand without what asks
 * for colour (U+FE0F). */
export function lexicon(text: string): Lexicon {
  const found = new Map<string, Named[]>();
  const cut = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const entry of text.trim().split(/;\s*/)) {
    const [words = "", faces = ""] = entry.split(":");
    [...cut.segment(faces.trim())].forEach(({ segment }, place) => {
      const named = fold(words).split(" ").map((word) => ({ word, place }));
      found.set(segment, [...(found.get(segment) ?? []), ...named]);
    });
  }
  return found;
}

/** Without case, accents and the marks of Arabic. */
export function fold(text: string): string {
  return text.trim().toLowerCase().normalize("NFD").replace(/[\p{M}ـ]/gu, "");
}

/** Those that every word of the query stands for: the beginning of one of our words, or part of the name. */
export function find(query: string, words: Lexicon = new Map()): string[] {
  const asked = fold(query).split(/\s+/);
  const found: { face: string; place: number }[] = [];
  for (const [, faces] of GROUPS) {
    for (const [face, name] of faces) {
      const known = words.get(face.replaceAll("\uFE0F", "")) ?? [];
      const places = asked.map((word) => placeOf(word, name, known));
      if (face === query.trim()) found.push({ face, place: -1 });
      else if (!places.includes(Infinity)) found.push({ face, place: Math.max(...places) });
    }
  }
  return found.sort((one, other) => one.place - other.place).slice(0, MOST).map(({ face }) => face);
}

function placeOf(word: string, name: string, known: readonly Named[]): number {
  const places = known.filter((each) => each.word.startsWith(word)).map(({ place }) => place);
  return Math.min(...places, name.includes(word) ? LAST : Infinity);
}
