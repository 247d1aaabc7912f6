// Draws attention to what came in while nobody looked: title, favicon, a sound, a notification. Each can be turned off.
import { computed, effect } from "@preact/signals";

import { t } from "../i18n/index.ts";
import { adviceOn } from "../text/failures.ts";
import { nameOf } from "../text/names.ts";
import { describe } from "../text/previews.ts";
import type { Conversation, Message } from "../types.ts";
import { announce } from "../ui/announce.ts";
import { serverNow } from "./clock.ts";
import { discreet, notify, sound } from "./prefs.ts";
import { isSeen } from "./reading.ts";
import { type Bubble, ELSEWHERE } from "./reduce.ts";
import { openId, show } from "./router.ts";
import { session } from "./session.ts";
import { conversations, known } from "./store.ts";

export const unread = computed(() => {
  void known.value;
  let count = 0;
  for (const conversation of conversations.values()) count += conversation.value.unreadCount;
  return count;
});

export function followTitle(): void {
  effect(() => {
    const name = session.value?.name;
    const title = name ? t("title", { name }) : t("titlePlain");
    document.title = unread.value ? `(${unread.value}) ${title}` : title;
  });
  effect(() => favicon(unread.value > 0));
  effect(() => badge(unread.value));
}

/** On the icon of an installed inbox, where the system has such a thing. */
function badge(count: number): void {
  if (!("setAppBadge" in navigator)) return;
  void (count ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => undefined);
}

function favicon(dot: boolean): void {
  const mark = `<path fill='%230d5c86' d='M6 5h20a3 3 0 0 1 3 3v13a3 3 0 0 1-3 3H14l-7 5v-5H6a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3z'/>`;
  const spot = dot ? `<circle cx='25' cy='7' r='6.5' fill='%23c8372d' stroke='white' stroke-width='1.5'/>` : "";
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]") ?? document.createElement("link");
  icon.rel = "icon";
  icon.href = `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>${mark}${spot}</svg>`;
  if (!icon.isConnected) document.head.append(icon);
}

let audio: AudioContext | null = null;

/** Browsers give sound only to pages that were touched. */
export function armSound(): void {
  const arm = (): void => {
    audio ??= new AudioContext();
    void audio.resume();
  };
  addEventListener("pointerdown", arm, { once: true });
  addEventListener("keydown", arm, { once: true });
}

export function chime(): void {
  if (!audio) return;
  if (audio.state !== "running") return void audio.resume();
  const start = audio.currentTime;
  [660, 880].forEach((pitch, nth) => {
    if (!audio) return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = start + nth * 0.12;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.28);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  });
}

const announced = new Set<string>();

/** A message of an event: said once, and only what a contact wrote. */
export function arrived(message: Message, conversation: Conversation): void {
  if (message.direction !== "inbound" || ELSEWHERE.has(message.type) || announced.has(message.id)) return;
  if (announced.size > 2_000) announced.clear();
  announced.add(message.id);
  if (message.origin === "history" || serverNow() - Date.parse(message.timestamp) > 3_600_000) return;
  const name = nameOf(conversation);
  const words = describe(message.type, message.content, null);
  announce(t("announceMessage", { name, text: words }));
  if (isSeen() && openId.value === conversation.id) return;
  if (sound.value) chime();
  if (notify.value && !isSeen()) tellSystem(name, words, conversation.id);
}

/** A message of ours that did not get through is said at once, with whom it was for and why. */
export function failed(bubble: Bubble): void {
  const conversation = conversations.get(bubble.conversationId)?.peek();
  if (ELSEWHERE.has(bubble.type) || !conversation) return;
  announce(t("announceFailed", { name: nameOf(conversation), text: t(adviceOn(bubble).text) }), "assertive");
}

function tellSystem(name: string, words: string, id: string): void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const hidden = discreet.value;
  const title = hidden ? (session.value?.name ?? "") : name;
  try {
    const note = new Notification(title, { body: hidden ? t("newMessage") : words, tag: id });
    note.onclick = () => {
      window.focus();
      show(id);
      note.close();
    };
  } catch {
    // Browsers of phones have the name, but let only service workers use it.
  }
}
