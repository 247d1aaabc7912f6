// The emoji that were picked last, in this browser.
import { signal } from "@preact/signals";

const PLACE = "waypost.inbox.emoji";
const MOST = 24;
const FIRST = ["👍", "🙏", "😊", "❤️", "😂", "🎉", "✅", "👋"];

function load(): readonly string[] {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? "null") as unknown;
    return Array.isArray(found) && found.every((each) => typeof each === "string") ? found : FIRST;
  } catch {
    return FIRST;
  }
}

export const recent = signal<readonly string[]>(load());

export function keepRecent(face: string): void {
  recent.value = [face, ...recent.value.filter((each) => each !== face)].slice(0, MOST);
  try {
    localStorage.setItem(PLACE, JSON.stringify(recent.value));
  } catch {
    // Storage is off: they are kept for as long as the page.
  }
}
