// What can be done with a message, by what it is and what the link allows.
import { t } from "../i18n/index.ts";
import { cancel } from "../state/outbox.ts";
import { ownReaction, react } from "../state/reactions.ts";
import type { Bubble } from "../state/reduce.ts";
import { may } from "../state/session.ts";
import { conversations } from "../state/store.ts";
import { informed, panel, reacting, replyTo } from "../state/view.ts";
import { serverNow } from "../state/clock.ts";
import { bodyOf, word } from "../text/content.ts";
import { windowAt } from "../text/window.ts";
import { announce } from "../ui/announce.ts";
import type { Choice, Face } from "../ui/Menu.tsx";

const FACES: readonly string[] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** One by one, so that whether there is any costs no more than the first. */
export function* choices(shown: Bubble, key: string): Generator<Choice> {
  const text = bodyOf(shown.content) || word(shown.content, "caption");
  if (canReply(shown) && isOpen(shown)) yield { icon: "reply", text: t("reply"), act: () => replyTo(shown.conversationId, key) };
  if (text) yield { icon: "copy", text: t("copyText"), act: () => void copy(text) };
  if (shown.direction === "outbound" && may.readDetails.peek() && shown.local?.state !== "refused" && shown.id !== key) yield info(key);
  else if (may.readDetails.peek() && !shown.local) yield info(key);
  if (shown.local?.state === "queued" || shown.local?.state === "refused") {
    yield { icon: "close", text: t("discard"), act: () => cancel(key) };
  }
}

function isOpen(shown: Bubble): boolean {
  return windowAt(conversations.get(shown.conversationId)?.peek().windowExpiresAt ?? null, serverNow()).isOpen;
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

function canReact(shown: Bubble): boolean {
  return may.sendAdvanced.peek() && Boolean(shown.wamid) && !shown.deletedAt && isOpen(shown);
}

/** Six that are often wanted; one's own, if it is another one, stands in the place of the last. */
export function faces(shown: Bubble, key: string): Face[] {
  if (!canReact(shown)) return [];
  const own = ownReaction(shown);
  const row = own && !FACES.includes(own) ? [...FACES.slice(0, -1), own] : FACES;
  return row.map((face) => ({
    face,
    isOn: face === own,
    text: t(face === own ? "takeBack" : "reactWith", { emoji: face }),
    act: () => react(shown, key, face),
  }));
}

/** Any other emoji. */
export function moreFaces(shown: Bubble, key: string): Choice | undefined {
  return canReact(shown) ? { icon: "plus", text: t("moreEmoji"), act: () => void (reacting.value = key) } : undefined;
}
