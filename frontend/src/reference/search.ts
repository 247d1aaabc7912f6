// Which calls a search means: every word must stand somewhere in what is said of a call. Pure.
import type { Operation } from "./spec.ts";

export function matches(operation: Operation, query: string): boolean {
  const words = plain(query).split(/\s+/).filter(Boolean);
  const text = searched(operation);
  return words.every((word) => text.includes(word));
}

export function found(count: number, query: string): string {
  if (query.trim() === "") return "";
  return count === 0 ? `Nothing matches “${query.trim()}”.` : `${count} ${count === 1 ? "match" : "matches"}`;
}

const known = new WeakMap<Operation, string>();

function searched(operation: Operation): string {
  const before = known.get(operation);
  if (before !== undefined) return before;
  const { method, path, tag, summary, description, parameters, body } = operation;
  const names = [...parameters.map(({ name }) => name), ...(body?.examples ?? []).map(({ name }) => name)];
  const text = plain([method, path, tag, summary, description, ...names].join(" "));
  known.set(operation, text);
  return text;
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
