// What can be done with a message, by what it is and what the link allows.
import { t } from "../i18n/index.ts";
import { cancel, send } from "../state/outbox.ts";
import { type Bubble, latestReactions } from "../state/reduce.ts";
import { may } from "../state/session.ts";
import { conversations, change } from "../state/store.ts";
import { informed, panel, replyTo } from "../state/view.ts";
import { serverNow } from "../state/clock.ts";
import { bodyOf, word } from "../text/content.ts";
import { windowAt } from "../text/window.ts";
import { announce } from "../ui/announce.ts";
import type { Choice } from "../ui/Menu.tsx";

const FACES = ["👍", "❤️", "😂", "🙏"] as const;

/** One by one, so that whether there is any costs no more than the first. */
export function* choices(shown: Bubble, key: string): Generator<Choice> {
  const text = bodyOf(shown.content) || word(shown.content, "caption");
  const isOpen = windowAt(conversations.get(shown.conversationId)?.peek().windowExpiresAt ?? null, serverNow()).isOpen;
  if (canReply(shown) && isOpen) yield { icon: "reply", text: t("reply"), act: () => replyTo(shown.conversationId, key) };
  if (may.sendAdvanced.peek() && shown.wamid && !shown.deletedAt && isOpen) yield* reactions(shown, key);
  if (text) yield { icon: "copy", text: t("copyText"), act: () => void copy(text) };
  if (shown.direction === "outbound" && may.readDetails.peek() && shown.local?.state !== "refused" && shown.id !== key) yield info(key);
  else if (may.readDetails.peek() && !shown.local) yield info(key);
  if (shown.local?.state === "queued" || shown.local?.state === "refused") {
    yield { icon: "close", text: t("discard"), act: () => cancel(key) };
  }
}

export function canReply(shown: Bubble): boolean {
  return Boolean(shown.wamid) && !shown.deletedAt && (may.sendText.peek() || may.sendMedia.peek());
}

function info(key: string): Choice {
  const act = (): void => {
    informed.value = key;
    panel.value = true;
  };
  return { icon: "info", text: t("messageInfo"), act };
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text).catch(() => undefined);
  announce(t("copied"));
}

function reactions(shown: Bubble, key: string): Choice[] {
  const own = latestReactions(shown).find((each) => each.from === "business")?.emoji;
  if (own) return [{ icon: "close", text: t("takeBack", { emoji: own }), act: () => react(shown, key, "") }];
  return FACES.map((emoji) => ({ icon: "smile", text: t("reactWith", { emoji }), act: () => react(shown, key, emoji) }));
}

/** Shown at once; the server's word on the message follows. */
function react(shown: Bubble, key: string, emoji: string): void {
  const timestamp = new Date(serverNow()).toISOString();
  change(key, (bubble) => {
    const others = bubble.reactions.filter((each) => each.from !== "business");
    return { ...bubble, reactions: emoji ? [...others, { emoji, from: "business", timestamp }] : others };
  });
  send(shown.conversationId, { type: "reaction", wamid: shown.wamid, emoji }, { emoji, wamid: shown.wamid });
}
