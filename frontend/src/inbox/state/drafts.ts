// What is half written, per conversation: the one text of messages that is kept in the browser beyond the page.
import { signal } from "@preact/signals";

import { linkId } from "../api.ts";

const PLACE = `waypost.inbox.${linkId}.drafts`;
const MOST = 100;

function load(): ReadonlyMap<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(localStorage.getItem(PLACE) ?? "{}") as Record<string, string>));
  } catch {
    return new Map();
  }
}

export const drafts = signal<ReadonlyMap<string, string>>(load());

export function draftOf(conversationId: string): string {
  return drafts.value.get(conversationId) ?? "";
}

export function keepDraft(conversationId: string, text: string): void {
  if ((drafts.peek().get(conversationId) ?? "") === text) return;
  const next = new Map(drafts.peek());
  next.delete(conversationId);
  if (text.trim()) next.set(conversationId, text);
  drafts.value = next;
  try {
    localStorage.setItem(PLACE, JSON.stringify(Object.fromEntries([...next].slice(-MOST))));
  } catch {
    // Storage is full or off: the draft lives as long as the page.
  }
}

export function wipeDrafts(): void {
  drafts.value = new Map();
  try {
    localStorage.removeItem(PLACE);
  } catch {
    // Storage is off.
  }
}
