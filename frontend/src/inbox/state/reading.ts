// Marks as read what somebody really sees: the thread open, at its end, in a window that is visible and has the focus.
import { call } from "../api.ts";
import { may } from "./session.ts";
import { conversations, keepConversation } from "./store.ts";

const TYPING = 25_000;

let under = false;
let again: string | null = null;
let typedAt = 0;

export function isSeen(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

export async function markRead(conversationId: string): Promise<void> {
  const conversation = conversations.get(conversationId);
  if (!may.markRead.value || !conversation?.peek().unreadCount || !isSeen()) return;
  if (under) return void (again = conversationId);
  under = true;
  again = null;
  const before = conversation.peek();
  try {
    await call(`conversations/${conversationId}/read`, { method: "POST", body: {} });
    const present = conversation.peek();
    // What came meanwhile was not marked with it.
    if (present.lastMessageAt === before.lastMessageAt) keepConversation({ ...present, unreadCount: 0 });
  } catch {
    // It stays unread, and is tried again with the next message or the next look.
  } finally {
    under = false;
    if (again) void markRead(again);
  }
}

/** The contact sees "typing": Meta ties it to marking as read, and shows it for 25 seconds. */
export function showTyping(conversationId: string): void {
  if (!may.markRead.value || Date.now() - typedAt < TYPING) return;
  typedAt = Date.now();
  void call(`conversations/${conversationId}/read`, { method: "POST", body: { typing: true } }).catch(() => undefined);
}
