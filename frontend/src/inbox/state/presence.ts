// Who else looks at a conversation here, and whether they write: told by the others' pages, forgotten after half a minute.
import { signal } from "@preact/signals";

import { call } from "../api.ts";
import type { Presence } from "../types.ts";

const LASTS = 30_000;
const REPEATED = 20_000;

/** The names under which others are told of this browser's own tabs. */
export const own = signal<ReadonlySet<string>>(new Set());
export const others = signal<ReadonlyMap<string, Presence & { until: number }>>(new Map());

export function notePresence(told: Presence): void {
  const next = new Map([...others.value].filter(([, each]) => each.until > Date.now()));
  if (told.conversationId) next.set(told.who, { ...told, until: Date.now() + LASTS });
  else next.delete(told.who);
  others.value = next;
  setTimeout(() => {
    others.value = new Map([...others.value].filter(([, each]) => each.until > Date.now()));
  }, LASTS + 100);
}

export function stateOf(conversationId: string): "typing" | "viewing" | null {
  const here = [...others.value.values()].filter((each) => each.conversationId === conversationId && !own.value.has(each.who));
  if (here.some((each) => each.state === "typing")) return "typing";
  return here.length ? "viewing" : null;
}

let last = "";
let at = 0;

/** Says where this page is; the same thing again only when the others are about to forget it. */
export function tell(conversationId: string | null, state: "viewing" | "typing"): void {
  const key = `${conversationId} ${state}`;
  if (key === last && Date.now() - at < REPEATED) return;
  last = key;
  at = Date.now();
  void call("presence", { method: "POST", body: { conversationId, state } }).catch(() => undefined);
}
