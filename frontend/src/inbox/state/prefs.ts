// What a visitor chose for this browser: looks, language, sound. Nothing of the conversations.
import { type Signal, effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

function kept<T extends string | boolean>(name: string, fallback: T): Signal<T> {
  const place = `waypost.inbox.${name}`;
  let start = fallback;
  try {
    const found = localStorage.getItem(place);
    if (found !== null) start = JSON.parse(found) as T;
  } catch {
    // Storage is off, or holds something else: the fallback will do.
  }
  const made = signal(start);
  effect(() => {
    try {
      if (made.value === fallback) localStorage.removeItem(place);
      else localStorage.setItem(place, JSON.stringify(made.value));
    } catch {
      // As above.
    }
  });
  return made;
}

export const theme = kept<Theme>("theme", "system" as Theme);
export const language = kept<string>("language", "");
export const sound = kept<boolean>("sound", true);
export const notify = kept<boolean>("notify", false);
export const discreet = kept<boolean>("discreet", false);
export const singleKeys = kept<boolean>("singleKeys", true);

/** What browsers colour around the page: as the panes are. */
const BARS = { light: "#ffffff", dark: "#1c2024" };

export function followTheme(): void {
  effect(() => {
    const root = document.documentElement;
    if (theme.value === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme.value);
    for (const bar of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
      const usual = bar.media.includes("dark") ? "dark" : "light";
      bar.content = BARS[theme.value === "system" ? usual : theme.value];
    }
  });
}
