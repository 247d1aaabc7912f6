// The templates that can be sent: fetched when the picker opens or a sent one is to be shown in full.
import { type Signal, signal } from "@preact/signals";

import { call, query } from "../api.ts";
import type { Template } from "../types.ts";

const known = new Map<string, Signal<Template | null>>();
const asked = new Set<string>();

export function templateOf(name: string, language: string): Signal<Template | null> {
  const key = `${name}|${language}`;
  const present = known.get(key);
  if (present) return present;
  const made = signal<Template | null>(null);
  known.set(key, made);
  return made;
}

export interface Wanted {
  search: string;
  language: string;
  category: string;
}

export async function page(wanted: Wanted, cursor: string | null): Promise<{ found: Template[]; next: string | null }> {
  const { data, meta } = await call<Template[]>(`templates${query({ ...wanted, cursor, limit: 50 })}`);
  for (const each of data) templateOf(each.name, each.language).value = each;
  return { found: data, next: meta.pagination?.nextCursor ?? null };
}

/** Asks once for a template of an old message; one that was deleted since stays a name. */
export function wantTemplate(name: string, language: string): void {
  const key = `${name}|${language}`;
  if (!name || asked.has(key)) return;
  asked.add(key);
  void page({ search: name, language, category: "" }, null).catch(() => asked.delete(key));
}
