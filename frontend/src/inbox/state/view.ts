// What is open beside the conversation: dialogs, the contact's panel, what a reply answers, a message that is pointed at.
import { signal } from "@preact/signals";

import type { Kind } from "../text/advanced.ts";
import { openId } from "./router.ts";

export type DialogName = "settings" | "shortcuts" | "template" | Kind;

export const dialog = signal<DialogName | null>(null);

/** One of those that build a message. */
export function isBuilt(name: DialogName | null): name is Kind {
  return name !== null && name !== "settings" && name !== "shortcuts" && name !== "template";
}

export const panel = signal(false);
const overlaid = matchMedia("(max-width: 1099px)");
/** The panel lies over the thread, not beside it. */
export const isNarrow = signal(overlaid.matches);
overlaid.addEventListener("change", () => (isNarrow.value = overlaid.matches));
/** Keys of messages: whose story the panel tells, which one a reply answers (by conversation), which one flashes. */
export const informed = signal<string | null>(null);
export const replying = signal<ReadonlyMap<string, string>>(new Map());
/** A message that the thread is to show as soon as it has it. */
export const sought = signal<string | null>(null);
export const flashed = signal<string | null>(null);
/** The message for whose reaction any emoji is looked for. */
export const reacting = signal<string | null>(null);
export const enlarged = signal<{ conversationId: string; key: string } | null>(null);

export function replyTo(conversationId: string, key: string | null): void {
  const next = new Map(replying.value);
  if (key) next.set(conversationId, key);
  else next.delete(conversationId);
  replying.value = next;
  if (key) document.getElementById("composer")?.focus();
}

export function flash(key: string): void {
  flashed.value = key;
  setTimeout(() => {
    if (flashed.value === key) flashed.value = null;
  }, 1_600);
}

/** Another conversation: what belonged to the last one closes. */
let last = openId.peek();
openId.subscribe((id) => {
  if (id === last) return;
  last = id;
  informed.value = null;
  if (isNarrow.peek()) panel.value = false;
  sought.value = null;
  enlarged.value = null;
  reacting.value = null;
  dialog.value = null;
});
