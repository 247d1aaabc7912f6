// The messages of one conversation: a stretch of at most 300, that pages extend at either end and events at the newest.
import { type Signal, batch, signal } from "@preact/signals";

import { call, query } from "../api.ts";
import type { Conversation, Message } from "../types.ts";
import { type Bubble, ELSEWHERE, MOST_MOUNTED, appended, firstUnread, joined } from "./reduce.ts";
import { firstAnswer } from "./list.ts";
import { byWamid, conversations, keepConversation, keepMessage, keyOf, messages } from "./store.ts";

const PAGE = 50;
/** Pages are looked through for the first unread message, the largest that there are, but not for ever. */
const LARGEST = 100;
const MOST_LOOKED = 250;

export interface Thread {
  id: string;
  keys: Signal<readonly string[]>;
  state: Signal<"loading" | "ready" | "failed" | "missing">;
  hasOlder: Signal<boolean>;
  /** Whether the newest message is in the stretch; else events wait until it is loaded again. */
  atLatest: Signal<boolean>;
  loading: Signal<"older" | "newer" | null>;
  stuck: Signal<boolean>;
  unreadFrom: Signal<string | null>;
  unreadCount: number;
  before: string | null;
  after: string | null;
  stale: boolean;
  /** What events tell while the newest page is on its way: it may be older than they are. */
  told: Set<string> | null;
}

const threads = new Map<string, Thread>();

export function thread(id: string): Thread {
  const present = threads.get(id);
  if (present) return present;
  const made: Thread = {
    id,
    keys: signal<readonly string[]>([]),
    state: signal<Thread["state"]["value"]>("loading"),
    hasOlder: signal(false),
    atLatest: signal(true),
    loading: signal<"older" | "newer" | null>(null),
    stuck: signal(false),
    unreadFrom: signal<string | null>(null),
    unreadCount: 0,
    before: null,
    after: null,
    stale: true,
    told: null,
  };
  threads.set(id, made);
  return made;
}

function page(id: string, place: { before?: string | null; after?: string | null; around?: string }, limit = PAGE) {
  return call<Message[]>(`conversations/${id}/messages${query({ ...place, limit })}`);
}

/** Opens at the newest messages; one that was open before is brought up to date without going blank. */
export async function openThread(id: string): Promise<void> {
  const opened = thread(id);
  await firstAnswer;
  if (!conversations.has(id)) await fetchConversation(opened);
  const unread = conversations.get(id)?.peek().unreadCount ?? 0;
  if (!opened.stale) return markUnread(opened, unread);
  if (opened.state.value !== "ready") opened.state.value = "loading";
  try {
    const size = unread < PAGE ? PAGE : LARGEST;
    await latest(opened, size);
    while (unread > inbound(opened) && opened.hasOlder.value && opened.keys.value.length < MOST_LOOKED) await older(opened, size);
    batch(() => {
      markUnread(opened, unread);
      opened.state.value = "ready";
      opened.stale = false;
    });
  } catch (error) {
    const status = (error as { status?: number }).status;
    if (opened.state.value === "loading") opened.state.value = status === 404 ? "missing" : "failed";
  }
}

async function fetchConversation(opened: Thread): Promise<void> {
  try {
    keepConversation((await call<Conversation>(`conversations/${opened.id}`)).data);
  } catch (error) {
    opened.state.value = (error as { status?: number }).status === 404 ? "missing" : "failed";
  }
}

/** The newest page in place of whatever was loaded; what waits to be sent stays at the end. */
export async function latest(opened: Thread, size = PAGE): Promise<void> {
  const told = (opened.told = new Set<string>());
  const { data, meta } = await page(opened.id, {}, size).finally(() => (opened.told = null));
  batch(() => {
    const fresh = data.map(keepMessage);
    const waiting = opened.keys.value.filter((key) => messages.get(key)?.peek().id === key && isLocal(key));
    opened.keys.value = joined(fresh, waiting);
    for (const key of told) add(opened, key);
    opened.before = meta.before ?? null;
    opened.after = null;
    opened.hasOlder.value = opened.before !== null;
    opened.atLatest.value = true;
  });
}

function isLocal(key: string): boolean {
  return messages.get(key)?.peek().local !== undefined;
}

export async function older(opened: Thread, size = PAGE): Promise<void> {
  const first = opened.keys.value[0];
  if (opened.loading.value || !opened.hasOlder.value || !first) return;
  opened.loading.value = "older";
  opened.stuck.value = false;
  try {
    const place = opened.before ? { before: opened.before } : { around: serverId(first) };
    const { data, meta } = await page(opened.id, place, size);
    // Meanwhile another stretch was loaded in place of this one.
    if (opened.keys.value[0] !== first) return;
    batch(() => {
      const all = joined(data.map(keepMessage), opened.keys.value);
      opened.before = meta.before ?? null;
      opened.hasOlder.value = opened.before !== null;
      if (all.length > MOST_MOUNTED) {
        opened.after = null;
        opened.atLatest.value = false;
      }
      opened.keys.value = all.slice(0, MOST_MOUNTED);
    });
  } catch {
    opened.stuck.value = true;
  } finally {
    opened.loading.value = null;
  }
}

export async function newer(opened: Thread): Promise<void> {
  const last = opened.keys.value.at(-1);
  if (opened.loading.value || opened.atLatest.value || !last) return;
  opened.loading.value = "newer";
  try {
    const place = opened.after ? { after: opened.after } : { around: serverId(last) };
    const { data, meta } = await page(opened.id, place);
    if (opened.keys.value.at(-1) !== last) return;
    batch(() => {
      const all = joined(opened.keys.value, data.map(keepMessage));
      opened.after = meta.after ?? null;
      opened.atLatest.value = opened.after === null;
      if (all.length > MOST_MOUNTED) {
        opened.before = null;
        opened.hasOlder.value = true;
      }
      opened.keys.value = all.slice(-MOST_MOUNTED);
    });
  } catch {
    // The button to the newest message stays; it asks again.
  } finally {
    opened.loading.value = null;
  }
}

/** Shows a message that may lie far back; false when the server does not have it, null when that could not be found out. */
export async function reach(opened: Thread, id: string): Promise<boolean | null> {
  if (opened.keys.value.includes(keyOf(id))) return true;
  try {
    const { data, meta } = await page(opened.id, { around: id });
    batch(() => {
      opened.keys.value = data.map(keepMessage);
      opened.before = meta.before ?? null;
      opened.after = meta.after ?? null;
      opened.hasOlder.value = opened.before !== null;
      opened.atLatest.value = opened.after === null;
    });
    return opened.keys.value.includes(keyOf(id));
  } catch (error) {
    return (error as { status?: number }).status === 404 ? false : null;
  }
}

const named = new Map<string, Promise<boolean | null>>();

/** A message that another one quotes, asked for once: whether there is one; null when that could not be found out. Of one
 * that the server never had, the name says so: ids have no version 0. */
export function fetchNamed(wamid: string): Promise<boolean | null> {
  if (byWamid(wamid)) return Promise.resolve(true);
  const id = /^wamid\.([0-9a-f]{32})$/.exec(wamid)?.[1]?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  if (!id || id[14] === "0") return Promise.resolve(false);
  const asked = named.get(wamid) ?? call<Message>(`messages/${id}`).then(
    ({ data }) => Boolean(keepMessage(data)),
    (error: { status?: number }) => {
      if (error.status === 404) return false;
      named.delete(wamid);
      return null;
    },
  ); // prettier-ignore
  named.set(wamid, asked);
  return asked;
}

/** A message of an event, or one just written. */
export function applyMessage(given: Message): void {
  const isNew = !messages.has(keyOf(given.id)) && !(given.clientId && messages.has(given.clientId));
  const key = keepMessage(given);
  const opened = threads.get(given.conversationId);
  if (ELSEWHERE.has(given.type)) return void refresh(given);
  if (isNew) opened?.told?.add(key);
  if (isNew && opened && opened.atLatest.value && !opened.stale) add(opened, key);
}

export function add(opened: Thread, key: string): void {
  const all = appended(opened.keys.value, key, second);
  if (all.length > MOST_MOUNTED) {
    opened.before = null;
    opened.hasOlder.value = true;
  }
  opened.keys.value = all.slice(-MOST_MOUNTED);
}

export function drop(opened: Thread, key: string): void {
  opened.keys.value = opened.keys.value.filter((each) => each !== key);
}

/** After a gap in the stream nothing that was loaded is known to be whole. */
export function allStale(): void {
  for (const each of threads.values()) each.stale = true;
}

/** Whether a thread was loaded already. */
export function someLoaded(): boolean {
  return [...threads.values()].some((each) => !each.stale);
}

export function wipeThreads(): void {
  threads.clear();
  named.clear();
  turns.clear();
}

const turns = new Map<string, number>();

/** What a reaction, an edit or a deletion is about, as it stands now. */
async function refresh(given: Message): Promise<void> {
  const target = byWamid(String(given.content["wamid"] ?? ""))?.peek();
  if (!target || target.local?.state === "queued") return;
  const turn = (turns.get(target.id) ?? 0) + 1;
  turns.set(target.id, turn);
  const found = await call<Message>(`messages/${target.id}`).catch(() => null);
  // An answer that was overtaken by a later one is old.
  if (found && turns.get(target.id) === turn) keepMessage(found.data);
}

function markUnread(opened: Thread, unread: number): void {
  const found = firstUnread(bubbles(opened), unread);
  opened.unreadFrom.value = found ? keyOf(found.id) : null;
  opened.unreadCount = unread;
}

function bubbles(opened: Thread): readonly Bubble[] {
  return opened.keys.value.flatMap((key) => messages.get(key)?.peek() ?? []);
}

function inbound(opened: Thread): number {
  return bubbles(opened).filter((each) => each.direction === "inbound" && !ELSEWHERE.has(each.type)).length;
}

function second(key: string): number {
  return Math.floor(Date.parse(messages.get(key)?.peek().timestamp ?? "") / 1000) || 0;
}

function serverId(key: string): string {
  return messages.get(key)?.peek().id ?? key;
}
