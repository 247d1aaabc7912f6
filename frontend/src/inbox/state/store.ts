// What the page knows: conversations and messages, each a signal of its own, so that one status redraws one bubble.
import { type Signal, batch, signal } from "@preact/signals";

import type { Conversation, Message } from "../types.ts";
import { type Bubble, type StatusNews, forward, merged, withStatus } from "./reduce.ts";

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

let failing: ((bubble: Bubble) => void) | null = null;

/** Called for each message that fails while this page looks on. */
export function onFailure(tell: (bubble: Bubble) => void): void {
  failing = tell;
}

function put(present: Signal<Bubble>, next: Bubble): void {
  const before = present.peek().status;
  present.value = next;
  if (next.status === "failed" && before !== "failed") failing?.(next);
}

/** Takes in the server's word on a message; gives its key. */
export function keepMessage(given: Message): string {
  const key = keyFor(given);
  const present = messages.get(key);
  keyOfId.set(given.id, key);
  if (given.wamid) keyOfWamid.set(given.wamid, key);
  if (present) put(present, merged(present.value, given));
  else messages.set(key, signal<Bubble>(given));
  return key;
}

/** The name that its sender gave it, unless another message has that name already. */
function keyFor({ id, clientId }: Message): string {
  const known = keyOfId.get(id);
  if (known !== undefined || !clientId) return known ?? id;
  const holder = messages.get(clientId)?.peek();
  return !holder || holder.id === clientId ? clientId : id;
}

/** A message that only this page knows yet; one that the server knows by the same name stays as it is. */
export function keepLocal(bubble: Bubble): string {
  if (!messages.has(bubble.id)) messages.set(bubble.id, signal(bubble));
  return bubble.id;
}

export function change(key: string, how: (bubble: Bubble) => Bubble): void {
  const present = messages.get(key);
  if (present) put(present, how(present.value));
}

export function forget(key: string): void {
  messages.delete(key);
}

export function applyStatus(news: StatusNews): void {
  const present = messages.get(keyOf(news.messageId));
  if (present) put(present, withStatus(present.value, news));
}

/** The tick in the list is that of the last message, whether its thread was loaded or not. */
export function applyLastStatus({ conversationId, messageId, status }: StatusNews & { conversationId: string }): void {
  const conversation = conversations.get(conversationId);
  const last = conversation?.peek().lastMessage;
  if (!conversation || last?.direction !== "outbound" || keyOf(last.id) !== keyOf(messageId)) return;
  conversation.value = { ...conversation.peek(), lastMessage: { ...last, status: forward(last.status, status) } };
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
