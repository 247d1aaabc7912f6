// The server's clock, since a visitor's own may be hours off: every answer says what time it is there.
import { computed, signal } from "@preact/signals";

const SHAKY = 2_000;

let offset = 0;
/** The server's time in milliseconds, renewed each second while the page is looked at. */
export const now = signal(Date.now());
/** The last midnight of the reader's: what is told by the day is worked out again only when another one has begun. */
export const today = computed(() => new Date(now.value).setHours(0, 0, 0, 0));

export function serverNow(): number {
  return Date.now() + offset;
}

/** Learns from an answer. Small differences are the network's, and would make the countdown jump. */
export function learn(serverTime: number, asked = Date.now()): void {
  if (!Number.isFinite(serverTime) || serverTime <= 0) return;
  const found = serverTime - (asked + Date.now()) / 2;
  if (Math.abs(found - offset) < SHAKY) return;
  offset = found;
  now.value = serverNow();
}

export function startClock(): void {
  setInterval(() => {
    now.value = serverNow();
  }, 1_000);
}
