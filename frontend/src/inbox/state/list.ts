// The list of conversations under the chosen filter and search: loaded in pages by cursor, kept in order by events.
import { batch, signal } from "@preact/signals";

import { call, query } from "../api.ts";
import type { Conversation } from "../types.ts";
import { serverNow } from "./clock.ts";
import { matches, placed } from "./reduce.ts";
import { filter } from "./router.ts";
import { conversations, keepConversation, keyOf } from "./store.ts";

const PAGE = 40;

export const ids = signal<readonly string[]>([]);
export const search = signal("");
export const listState = signal<"loading" | "ready" | "failed">("loading");
export const complete = signal(false);
export const loadingMore = signal(false);
export const moreFailed = signal(false);
/** Where the stream of changes takes over from the list as it was loaded last. */
export const eventCursor = signal<string | null>(null);

let cursor: string | null = null;
let generation = 0;

let answered: () => void;
/** The first answer, good or bad. A thread waits for it: what was asked before the stream begins would have a gap. */
export const firstAnswer = new Promise<void>((done) => (answered = done));

/** When an event last told of a conversation: a page that was asked for before must not take it back. */
const told = new Map<string, number>();

function keep(data: readonly Conversation[], asked: number): void {
  for (const each of data) if ((told.get(each.id) ?? -1) < asked) keepConversation(each);
}

function page(after: string | null) {
  const asked = { limit: PAGE, cursor: after, search: search.value.trim(), filter: filter.value };
  return call<Conversation[]>(`conversations${query({ ...asked, filter: asked.filter === "all" ? "" : asked.filter })}`);
}

/** From the start; gives the cursor at which the stream of changes takes over. `quiet` leaves the old list standing. */
export async function loadList(quiet = false): Promise<string | null> {
  const mine = ++generation;
  const asked = performance.now();
  if (!quiet) listState.value = "loading";
  try {
    const { data, meta } = await page(null);
    if (mine !== generation) return null;
    batch(() => {
      keep(data, asked);
      ids.value = data.map((each) => each.id);
      cursor = meta.pagination?.nextCursor ?? null;
      complete.value = !meta.pagination?.hasMore;
      listState.value = "ready";
      moreFailed.value = false;
      loadingMore.value = false;
    });
    if (!data.length && cursor) void loadMore();
    eventCursor.value = meta.eventCursor ?? null;
    return eventCursor.value;
  } catch {
    if (mine === generation && !quiet) listState.value = "failed";
    return null;
  } finally {
    if (mine === generation) answered();
  }
}

export async function loadMore(): Promise<void> {
  if (loadingMore.value || complete.value || listState.value !== "ready" || !cursor) return;
  const mine = generation;
  const before = ids.peek().length;
  const asked = performance.now();
  loadingMore.value = true;
  moreFailed.value = false;
  try {
    const { data, meta } = await page(cursor);
    if (mine !== generation) return;
    batch(() => {
      keep(data, asked);
      const present = new Set(ids.value);
      ids.value = [...ids.value, ...data.map((each) => each.id).filter((id) => !present.has(id))];
      cursor = meta.pagination?.nextCursor ?? null;
      complete.value = !meta.pagination?.hasMore;
    });
  } catch {
    moreFailed.value = mine === generation;
  } finally {
    if (mine === generation) loadingMore.value = false;
  }
  // Of a rare kind the server looks through so many at a time, and may find none in them.
  if (mine === generation && !moreFailed.peek() && ids.peek().length === before) await loadMore();
}

/** A conversation as it is now. One that was read stays under "unread" until the filter is chosen again. */
export function applyConversation(given: Conversation): void {
  const before = conversations.get(given.id)?.peek();
  batch(() => {
    keepConversation(given);
    told.set(given.id, performance.now());
    const present = ids.value.includes(given.id);
    if (given.mergedInto) {
      if (present) ids.value = ids.value.filter((id) => id !== given.id);
      return;
    }
    const wanted = !search.value.trim() && matches(given, filter.value, serverNow());
    if (!present && !(wanted && isWithin(given))) return;
    // Only what was said moves a row: Meta's times are whole seconds, and others may have the same.
    if (present && before && lastWord(before) === lastWord(given)) return;
    ids.value = placed(ids.value, given.id, lastAt);
  });
}

function lastWord({ lastMessage, lastMessageAt }: Conversation): string {
  return `${lastMessageAt} ${lastMessage ? keyOf(lastMessage.id) : ""}`;
}

function lastAt(id: string): number {
  return Date.parse(conversations.get(id)?.peek().lastMessageAt ?? "") || 0;
}

/** Whether it lies in the part of the list that is loaded; what lies behind comes with its page. */
function isWithin(given: Conversation): boolean {
  const last = ids.value.at(-1);
  return complete.value || last === undefined || lastAt(last) <= Date.parse(given.lastMessageAt);
}
