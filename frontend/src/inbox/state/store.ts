// What the page knows: conversations and messages, each a signal of its own, so that one status redraws one bubble.
import { type Signal, batch, signal } from "@preact/signals";

import type { Conversation, Message } from "../types.ts";
import { type Bubble, type StatusNews, merged, withStatus } from "./reduce.ts";

export const conversations = new Map<string, Signal<Conversation>>();
/** By `clientId` where there is one, so that a bubble stays the same one when the server names it. */
export const messages = new Map<string, Signal<Bubble>>();
const keyOfId = new Map<string, string>();
const keyOfWamid = new Map<string, string>();
/** Grows with every conversation that is new here, for those who count over all. */
export const known = signal(0);

export function keyOf(id: string): string {
  return keyOfId.get(id) ?? id;
}

export function byWamid(wamid: string | undefined | null): Signal<Bubble> | undefined {
  return messages.get(keyOfWamid.get(wamid ?? "") ?? "");
}

export function keepConversation(given: Conversation): Signal<Conversation> {
  const present = conversations.get(given.id);
  if (present) {
    present.value = given;
    return present;
  }
  const made = signal(given);
  conversations.set(given.id, made);
  known.value += 1;
  return made;
}

/** Takes in the server's word on a message; gives its key. */
export function keepMessage(given: Message): string {
  const key = given.clientId && messages.has(given.clientId) ? given.clientId : keyOf(given.id);
  const present = messages.get(key);
  keyOfId.set(given.id, key);
  if (given.wamid) keyOfWamid.set(given.wamid, key);
  if (present) present.value = merged(present.value, given);
  else messages.set(key, signal<Bubble>(given));
  return key;
}

/** A message that only this page knows yet. */
export function keepLocal(bubble: Bubble): string {
  messages.set(bubble.id, signal(bubble));
  return bubble.id;
}

export function change(key: string, how: (bubble: Bubble) => Bubble): void {
  const present = messages.get(key);
  if (present) present.value = how(present.value);
}

export function forget(key: string): void {
  messages.delete(key);
}

export function applyStatus(news: StatusNews): void {
  const present = messages.get(keyOf(news.messageId));
  if (present) present.value = withStatus(present.value, news);
}

/** The tick in the list is that of the last message. */
export function applyLastStatus(conversationId: string, key: string): void {
  const conversation = conversations.get(conversationId);
  const bubble = messages.get(key)?.peek();
  const last = conversation?.peek().lastMessage;
  if (!conversation || !bubble || last?.direction !== "outbound" || last.timestamp !== bubble.timestamp) return;
  conversation.value = { ...conversation.peek(), lastMessage: { ...last, status: bubble.status } };
}

/** The secret is gone: nothing that it showed may stay. */
export function wipe(): void {
  batch(() => {
    conversations.clear();
    messages.clear();
    keyOfId.clear();
    keyOfWamid.clear();
    known.value = 0;
  });
}
