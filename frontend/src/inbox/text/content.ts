// Reads the content of messages without trusting its shape: a newer server or a new type of Meta's must not break a page. Pure.
import type { Content } from "../types.ts";

export function word(content: Content | null | undefined, ...names: string[]): string {
  for (const name of names) {
    const value = content?.[name];
    if (typeof value === "string" && value.trim()) return value;
  }
  return "";
}

export function part(content: Content | null | undefined, name: string): Content {
  const value = content?.[name];
  return value && typeof value === "object" && !Array.isArray(value) ? (value as Content) : {};
}

export function parts(content: Content | null | undefined, name: string): Content[] {
  const value = content?.[name];
  return Array.isArray(value) ? value.filter((each): each is Content => each !== null && typeof each === "object") : [];
}

export function figure(content: Content | null | undefined, name: string): number | null {
  const value = content?.[name];
  const number = typeof value === "string" ? Number.parseFloat(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** What was chosen of buttons or a list. */
export function reply(content: Content): { title: string; description: string } | null {
  for (const name of ["buttonReply", "listReply"]) {
    const found = part(content, name);
    if (word(found, "title")) return { title: word(found, "title"), description: word(found, "description") };
  }
  return null;
}

/** The body of an interactive message: its own word, or Meta's object. */
export function bodyOf(content: Content): string {
  return word(content, "body", "bodyText", "text") || word(part(content, "body"), "text");
}
