// One's own reactions: shown at once, and taken back, with the reason said, when they do not get through.
import { signal } from "@preact/signals";

import { call } from "../api.ts";
import { t } from "../i18n/index.ts";
import { word } from "../text/content.ts";
import { adviceOn } from "../text/failures.ts";
import type { Conversation, Message } from "../types.ts";
import { announce } from "../ui/announce.ts";
import { serverNow } from "./clock.ts";
import { applyConversation } from "./list.ts";
import { send } from "./outbox.ts";
import { type Bubble, latestReactions } from "./reduce.ts";
import { byWamid, change, keepMessage, keyOf } from "./store.ts";

/** By key of the message: the reaction to it that failed last. */
export const unreacted = signal<ReadonlyMap<string, Bubble>>(new Map());

interface Step {
  clientId: string;
  before: string;
}

/** The latest step about each message; what came before it is only known here. */
const latest = new Map<string, Step>();

export function ownReaction(shown: Message): string {
  return latestReactions(shown).find((each) => each.from === "business")?.emoji ?? "";
}

/** The same once more takes it back. Shown at once; the server's word on the message follows. */
export function react(shown: Bubble, key: string, chosen: string): void {
  const { wamid } = shown;
  if (!wamid) return;
  const before = ownReaction(shown);
  const emoji = chosen === before ? "" : chosen;
  forgive(key);
  change(key, (bubble) => withOwn(bubble, emoji));
  const clientId = send(shown.conversationId, { type: "reaction", wamid, emoji }, { emoji, wamid });
  latest.set(wamid, { clientId, before });
}

function withOwn(bubble: Bubble, emoji: string): Bubble {
  const others = bubble.reactions.filter((each) => each.from !== "business");
  const timestamp = new Date(serverNow()).toISOString();
  return { ...bubble, reactions: emoji ? [...others, { emoji, from: "business", timestamp }] : others };
}

/** What failed is no more on the message, unless another choice has taken its place; then the server says how it stands. */
export function unreact(failed: Bubble): void {
  const wamid = word(failed.content, "wamid");
  const target = byWamid(wamid)?.peek();
  const step = latest.get(wamid);
  if (failed.direction !== "outbound" || !target || (step && step.clientId !== failed.clientId)) return;
  const key = keyOf(target.id);
  if (step) change(key, (bubble) => withOwn(bubble, step.before));
  latest.delete(wamid);
  unreacted.value = new Map(unreacted.value).set(key, failed);
  announce(`${t("reactionFailed")} ${t(adviceOn(failed).text)}`, "assertive");
  void call<Message>(`messages/${target.id}`).then(({ data }) => latest.has(wamid) || keepMessage(data), () => undefined);
  void call<Conversation>(`conversations/${failed.conversationId}`).then(({ data }) => applyConversation(data), () => undefined);
}

export function forgive(key: string): void {
  if (!unreacted.peek().has(key)) return;
  const next = new Map(unreacted.peek());
  next.delete(key);
  unreacted.value = next;
}

export function wipeReactions(): void {
  latest.clear();
  unreacted.value = new Map();
}
