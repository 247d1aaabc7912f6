// The stream of changes: opened at the cursor of the list, resumed at the last one heard, watched for silence.
// Whatever goes wrong ends in one of three: it is opened again, everything is loaded again, or the link has ended.
// Of the tabs of a link one has it, and the others hear it from that one: see tabs.ts.
import { batch, signal } from "@preact/signals";

import { base, linkId } from "../api.ts";
import type { Conversation, Message, Presence, Session } from "../types.ts";
import { learn } from "./clock.ts";
import { applyConversation } from "./list.ts";
import { notePresence, own } from "./presence.ts";
import type { StatusNews } from "./reduce.ts";
import { accept, end, session, stillOpen } from "./session.ts";
import { applyLastStatus, applyStatus } from "./store.ts";
import { type Hands, type Standing, Tabs } from "./tabs.ts";
import { applyMessage } from "./thread.ts";

/** The server speaks every 15 seconds. */
const SILENCE = 40_000;
const LONGEST_WAIT = 15_000;
/** A session lasts for a quarter of an hour, and its cookie is renewed by requests alone: a page that only listens makes some. */
const RENEWED_EVERY = 4 * 60_000;
/** Another tab that asks is no reason to try again sooner than this. */
const SHORTEST_WAIT = 1_500;

export const connection = signal<Standing>("connecting");

interface Hooks {
  arrived(message: Message, conversation: Conversation): void;
  resync(): Promise<string | null>;
}

let tabs: Tabs | null = null;
let source: EventSource | null = null;
/** Whether this tab is to have a stream: to lead, or to catch up. */
let isWanted = false;
let hooks: Hooks | null = null;
let cursor = "";
/** By both clocks: one stands still while a machine sleeps, the other may be set. */
let heard = { ticks: 0, date: 0 };
let failures = 0;
let tried = 0;
let again: ReturnType<typeof setTimeout> | undefined;

export function startStream(from: string, given: Hooks): void {
  hooks = given;
  cursor = from;
  join();
}

export function isStreaming(): boolean {
  return hooks !== null;
}

export function stopStream(): void {
  leave();
  hooks = null;
}

/** Tabs of one link share, and of one secret of it: who came by a new one is not to hear how the old one ends. */
function room(): string {
  return `waypost.inbox.1.${linkId}.${session.peek()?.version ?? 0}`;
}

function join(): void {
  listen();
  tabs = new Tabs(room(), session.peek()?.who ?? "", hands);
  tabs.join();
}

function leave(): void {
  tabs?.leave();
  tabs = null;
  rest();
}

/** Another tab streams, or none is to. */
function rest(): void {
  clearTimeout(again);
  isWanted = false;
  hangUp();
}

function hangUp(): void {
  source?.close();
  source = null;
}

const hands: Hands = {
  lead() {
    isWanted = true;
    connection.value = "connecting";
    connect();
  },
  follow() {
    rest();
    connection.value = "connecting";
  },
  catchUp() {
    isWanted = true;
    connect();
  },
  hear(name, data, reached) {
    listen();
    if (reached) cursor = reached;
    const told: unknown = JSON.parse(data);
    if (name === "bye") end((told as { reason: string }).reason);
    else batch(() => EVENTS[name]?.(told as never));
  },
  stand(state) {
    listen();
    connection.value = state;
  },
  asked() {
    if (connection.value === "lost" ? performance.now() - tried > SHORTEST_WAIT : isSilent()) renew();
  },
  met(names) {
    own.value = names;
  },
};

function connect(): void {
  clearTimeout(again);
  hangUp();
  listen();
  tried = performance.now();
  source = new EventSource(`${base}events?after=${encodeURIComponent(cursor)}`);
  source.onopen = () => {
    failures = 0;
    note();
  };
  source.onerror = () => void lost(source?.readyState === EventSource.CLOSED);
  for (const name of Object.keys(EVENTS)) source.addEventListener(name, (event) => receive(name, event));
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

function receive(name: string, event: MessageEvent<string>): void {
  const mine = source;
  note();
  if (event.lastEventId) cursor = event.lastEventId;
  // Where everything is to be loaded anew the others find that out by their own cursors.
  if (name !== "resync") tabs?.pass(name, event.data || "{}", event.lastEventId);
  const told: unknown = event.data ? JSON.parse(event.data) : {};
  batch(() => EVENTS[name]?.(told as never));
  // The first place that the server names is behind all that was missed.
  if (!tabs || tabs.leads || !event.lastEventId || source !== mine) return;
  rest();
  tabs.caughtUp();
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
    hangUp();
    if (!end(reason)) void lost(false);
  },
};

async function resync(): Promise<void> {
  hangUp();
  const fresh = await hooks?.resync();
  if (!hooks || !isWanted) return;
  if (fresh) {
    cursor = fresh;
    tabs?.restart();
  }
  retry();
}

/** A stream that a proxy or the server ended is opened again, later each time, if the link still stands. */
async function lost(isRefused: boolean): Promise<void> {
  hangUp();
  connection.value = "lost";
  if (!hooks || !(await stillOpen()) || !isWanted || source) return;
  if (tabs && tabs.name !== room()) return moveOver();
  // What the link allows by now is nothing that a stream begins with.
  tabs?.pass("session", JSON.stringify({ session: session.peek() }), "");
  // An address that is refused again and again may have a cursor that the server cannot read any more.
  if (isRefused && failures >= 2) return resync();
  retry();
}

/** The browser has a session by a newer secret of the link. */
function moveOver(): void {
  leave();
  join();
}

function retry(): void {
  clearTimeout(again);
  const wait = Math.min(LONGEST_WAIT, 500 * 2 ** failures) * (0.75 + Math.random() / 2);
  failures += 1;
  again = setTimeout(() => isWanted && connect(), wait);
}

/** After sleep a stream may look open and be dead; so may one that has been silent for too long. */
export function reconsider(): void {
  if (!tabs || !(isSilent() || connection.value === "lost")) return;
  if (isWanted) renew();
  else if (connection.value === "live") connection.value = "connecting";
  tabs.ask();
}

function renew(): void {
  if (connection.value === "live") connection.value = "connecting";
  connect();
}

export function watchStream(): void {
  setInterval(() => {
    if (!tabs) return;
    if (isSilent()) {
      connection.value = "lost";
      reconsider();
    } else if (!isWanted && connection.value === "lost" && document.visibilityState === "visible") tabs.ask();
  }, 5_000);
  setInterval(() => {
    if (tabs?.leads && connection.value === "live") void stillOpen();
  }, RENEWED_EVERY);
  connection.subscribe((state) => tabs?.tell(state));
  session.subscribe((present) => present && tabs?.rename(present.who));
  addEventListener("online", reconsider);
  addEventListener("offline", () => {
    connection.value = "lost";
  });
  // A page that is put aside holds nothing that the others need.
  addEventListener("pagehide", leave);
  document.addEventListener("freeze", leave);
  addEventListener("pageshow", comeBack);
  document.addEventListener("resume", comeBack);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && comeBack());
}

function comeBack(): void {
  if (tabs || !hooks) return reconsider();
  connection.value = "connecting";
  join();
}
