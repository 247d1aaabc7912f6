// How what the server says changes what is shown. Pure: nothing here is ever changed in place.
import type { Conversation, Failure, Message, Status } from "../types.ts";

/** At most so many messages of a thread are mounted. */
export const MOST_MOUNTED = 300;

const RANK: Readonly<Record<Status, number>> = { pending: 0, sent: 1, delivered: 2, read: 3, failed: 4 };

/** What becomes of a message between the moment it is written and the server's first word about it. */
export interface Local {
  state: "queued" | "sending" | "refused" | "done";
  failure?: { kind: "permission" | "rejected" | "server" | "lost"; message: string };
  /** Meta did not answer: whether it went out is not known yet. */
  unsure?: boolean;
  progress?: number;
  /** It could not be sent when its turn came, and is tried again. */
  late?: boolean;
  /** It is being sent once more: a failure that is told before the answer is that of the time before. */
  again?: boolean;
  fileUrl?: string;
  fileName?: string;
  fileType?: string;
  fileSize?: number;
}

export type Bubble = Message & { local?: Local };

export interface StatusNews {
  messageId: string;
  status: Status;
  statusTimestamps?: Record<string, string> | null;
  error?: Failure | null;
}

/** A status only moves forward. */
export function forward(present: Status, following: Status): Status {
  return RANK[following] > RANK[present] ? following : present;
}

/** The server's message over what is shown of it. A failed one may start again: its sender asked for that. */
export function merged(present: Bubble | undefined, incoming: Message): Bubble {
  if (!present) return incoming;
  if (present.local?.again && incoming.status === "failed") return present;
  const status = present.status === "failed" ? incoming.status : forward(present.status, incoming.status);
  const error = status === "failed" ? (incoming.error ?? present.error) : null;
  const local = present.local && { ...present.local, state: "done" as const };
  if (local) {
    delete local.failure;
    delete local.late;
  }
  const times = { ...present.statusTimestamps, ...incoming.statusTimestamps };
  return { ...present, ...incoming, status, error, statusTimestamps: times, ...(local ? { local } : {}) };
}

export function withStatus(present: Bubble, news: StatusNews): Bubble {
  if (present.local?.again && news.status === "failed") return present;
  const status = forward(present.status, news.status);
  const statusTimestamps = { ...present.statusTimestamps, ...news.statusTimestamps };
  if (status === present.status) return { ...present, statusTimestamps };
  return { ...present, status, statusTimestamps, error: status === "failed" ? (news.error ?? null) : null };
}

/** A list, newest first, with one entry at the place that its time gives it; ids of the same time keep their order. */
export function placed(ids: readonly string[], id: string, timeOf: (id: string) => number): readonly string[] {
  const others = ids.filter((each) => each !== id);
  const at = timeOf(id);
  const found = others.findIndex((each) => timeOf(each) <= at);
  const place = found < 0 ? others.length : found;
  if (ids[place] === id && ids.length > others.length) return ids;
  return [...others.slice(0, place), id, ...others.slice(place)];
}

/** A thread, oldest first, with a new message after those of the same second: Meta's times are whole seconds. */
export function appended(keys: readonly string[], key: string, secondOf: (key: string) => number): readonly string[] {
  if (keys.includes(key)) return keys;
  const at = secondOf(key);
  let place = keys.length;
  while (place > 0 && secondOf(keys[place - 1] ?? "") > at) place -= 1;
  return [...keys.slice(0, place), key, ...keys.slice(place)];
}

/** Two stretches of a thread one after the other, without what is in both. */
export function joined(first: readonly string[], second: readonly string[]): readonly string[] {
  const known = new Set(first);
  return [...first, ...second.filter((key) => !known.has(key))];
}

/** Whether a conversation belongs in the list under this filter. */
export function matches(conversation: Conversation, filter: "all" | "unread" | "open", now: number): boolean {
  if (filter === "unread") return conversation.unreadCount > 0;
  if (filter === "open") return Date.parse(conversation.windowExpiresAt ?? "") > now;
  return true;
}

/** The first of the messages that nobody has read: so many from the end, of those that count as unread. */
export function firstUnread(thread: readonly Bubble[], unread: number): Bubble | null {
  let left = unread;
  let found: Bubble | null = null;
  for (let place = thread.length - 1; place >= 0 && left > 0; place -= 1) {
    const bubble = thread[place];
    if (!bubble || bubble.direction !== "inbound" || QUIET.has(bubble.type)) continue;
    found = bubble;
    left -= 1;
  }
  return found;
}

/** Rows of the thread that say something about another message, and are shown there. */
export const ELSEWHERE: ReadonlySet<string> = new Set(["reaction", "edit", "revoke"]);
const QUIET: ReadonlySet<string> = new Set([...ELSEWHERE, "system"]);

/** The latest reaction of each side. */
export function latestReactions(bubble: Message): readonly { emoji: string; from: string }[] {
  const byPerson = new Map<string, { emoji: string; from: string }>();
  for (const reaction of bubble.reactions ?? []) byPerson.set(reaction.from, reaction);
  return [...byPerson.values()].filter((reaction) => reaction.emoji);
}
