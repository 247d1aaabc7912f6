// The stream of changes: opened at the cursor of the list, resumed at the last one heard, watched for silence.
// Whatever goes wrong ends in one of three: it is opened again, everything is loaded again, or the link has ended.
import { batch, signal } from "@preact/signals";

import { base } from "../api.ts";
import type { Conversation, Message, Presence, Session } from "../types.ts";
import { learn } from "./clock.ts";
import { applyConversation } from "./list.ts";
import { notePresence } from "./presence.ts";
import type { StatusNews } from "./reduce.ts";
import { accept, end, stillOpen } from "./session.ts";
import { applyLastStatus, applyStatus } from "./store.ts";
import { applyMessage } from "./thread.ts";

/** The server speaks every 15 seconds. */
const SILENCE = 40_000;
const LONGEST_WAIT = 15_000;

export const connection = signal<"connecting" | "live" | "lost">("connecting");

interface Hooks {
  arrived(message: Message, conversation: Conversation): void;
  resync(): Promise<string | null>;
}

let source: EventSource | null = null;
let hooks: Hooks | null = null;
let cursor = "";
/** By both clocks: one stands still while a machine sleeps, the other may be set. */
let heard = { ticks: 0, date: 0 };
let failures = 0;
let again: ReturnType<typeof setTimeout> | undefined;

export function startStream(from: string, given: Hooks): void {
  hooks = given;
  cursor = from;
  connect();
}

export function isStreaming(): boolean {
  return hooks !== null;
}

export function stopStream(): void {
  clearTimeout(again);
  source?.close();
  source = null;
  hooks = null;
}

function connect(): void {
  clearTimeout(again);
  source?.close();
  listen();
  source = new EventSource(`${base}events?after=${encodeURIComponent(cursor)}`);
  source.onopen = () => {
    failures = 0;
    note();
  };
  source.onerror = () => void lost(source?.readyState === EventSource.CLOSED);
  for (const [name, apply] of Object.entries(EVENTS)) source.addEventListener(name, (event) => receive(event, apply));
}

function listen(): void {
  heard = { ticks: performance.now(), date: Date.now() };
}

function isSilent(): boolean {
  const slept = Date.now() - heard.date;
  return performance.now() - heard.ticks > SILENCE || slept > SILENCE || slept < -SILENCE;
}

function note(): void {
  listen();
  connection.value = "live";
}

function receive(event: MessageEvent<string>, apply: (told: never) => void): void {
  note();
  if (event.lastEventId) cursor = event.lastEventId;
  const told: unknown = event.data ? JSON.parse(event.data) : {};
  batch(() => apply(told as never));
}

const EVENTS: Readonly<Record<string, (told: never) => void>> = {
  message({ message, conversation }: { message: Message; conversation: Conversation }) {
    applyMessage(message);
    applyConversation(conversation);
    hooks?.arrived(message, conversation);
  },
  status(news: StatusNews & { conversationId: string }) {
    applyStatus(news);
    applyLastStatus(news);
  },
  conversation({ conversation }: { conversation: Conversation }) {
    applyConversation(conversation);
  },
  presence(told: Presence) {
    notePresence(told);
  },
  session({ session }: { session: Session }) {
    accept(session);
  },
  hb({ serverTime }: { serverTime: string | number }) {
    learn(typeof serverTime === "number" ? serverTime : Date.parse(serverTime));
  },
  resync() {
    void resync();
  },
  bye({ reason }: { reason: string }) {
    source?.close();
    if (!end(reason)) void lost(false);
  },
};

async function resync(): Promise<void> {
  source?.close();
  const fresh = await hooks?.resync();
  if (!hooks) return;
  if (fresh) cursor = fresh;
  retry();
}

/** A stream that a proxy or the server ended is opened again, later each time, if the link still stands. */
async function lost(isRefused: boolean): Promise<void> {
  source?.close();
  connection.value = "lost";
  if (!hooks || !(await stillOpen())) return;
  // An address that is refused again and again may have a cursor that the server cannot read any more.
  if (isRefused && failures >= 2) return resync();
  retry();
}

function retry(): void {
  clearTimeout(again);
  const wait = Math.min(LONGEST_WAIT, 500 * 2 ** failures) * (0.75 + Math.random() / 2);
  failures += 1;
  again = setTimeout(() => hooks && connect(), wait);
}

/** After sleep a stream may look open and be dead; so may one that has been silent for too long. */
export function reconsider(): void {
  if (hooks && isSilent()) connect();
  else if (hooks && connection.value === "lost") connect();
}

export function watchStream(): void {
  setInterval(() => {
    if (!hooks || !isSilent()) return;
    connection.value = "lost";
    connect();
  }, 5_000);
  addEventListener("online", reconsider);
  addEventListener("offline", () => {
    connection.value = "lost";
  });
  addEventListener("pageshow", reconsider);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && reconsider());
}
