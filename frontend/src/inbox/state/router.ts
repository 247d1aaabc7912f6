// What is open is in the address: `?c=` the conversation, `?filter=` the list's filter. The secret behind # is left alone.
import { signal } from "@preact/signals";

export type Filter = "all" | "unread" | "open";
const FILTERS: readonly string[] = ["all", "unread", "open"];

export const openId = signal<string | null>(null);
export const filter = signal<Filter>("all");

function read(): void {
  const query = new URLSearchParams(location.search);
  const named = query.get("filter") ?? "all";
  openId.value = query.get("c");
  filter.value = FILTERS.includes(named) ? (named as Filter) : "all";
}

function address(conversation: string | null, chosen: Filter): string {
  const query = new URLSearchParams();
  if (chosen !== "all") query.set("filter", chosen);
  if (conversation) query.set("c", conversation);
  const text = query.toString();
  return `${location.pathname}${text ? `?${text}` : ""}${location.hash}`;
}

/** From the list a conversation is a step that Back undoes; from one to another it is not. */
export function show(id: string | null): void {
  if (id === openId.value) return;
  if (id && !openId.value) history.pushState({ inbox: true }, "", address(id, filter.value));
  else if (!id && (history.state as { inbox?: boolean } | null)?.inbox) return history.back();
  else history.replaceState(history.state, "", address(id, filter.value));
  openId.value = id;
}

export function choose(chosen: Filter): void {
  filter.value = chosen;
  history.replaceState(history.state, "", address(openId.value, chosen));
}

export function startRouter(): void {
  read();
  addEventListener("popstate", read);
}
