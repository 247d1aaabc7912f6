// The keys. Single ones never work inside a text field, and can be switched off.
import { ids, loadList, search } from "./state/list.ts";
import { singleKeys } from "./state/prefs.ts";
import { ELSEWHERE } from "./state/reduce.ts";
import { openId, show } from "./state/router.ts";
import { may } from "./state/session.ts";
import { messages } from "./state/store.ts";
import { thread } from "./state/thread.ts";
import { dialog, enlarged, panel, reacting, replyTo } from "./state/view.ts";
import { canReply } from "./thread/choices.ts";
import { focusNext, walk } from "./ui/focus.ts";

export function startShortcuts(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const act = event.ctrlKey || event.metaKey || event.altKey ? chord(event) : single(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function chord(event: KeyboardEvent): (() => void) | null {
  if (event.altKey && event.key === "ArrowDown") return () => step(1);
  if (event.altKey && event.key === "ArrowUp") return () => step(-1);
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return seek;
  return null;
}

const SINGLE: Readonly<Record<string, () => void>> = {
  "?": () => (dialog.value = "shortcuts"),
  "/": seek,
  j: () => (walk(), step(1)),
  k: () => (walk(), step(-1)),
  r: reply,
  e: () => document.getElementById("emoji-button")?.click(),
  t: () => void (openId.peek() && may.sendTemplates.peek() && (dialog.value = "template")),
};

function single(event: KeyboardEvent): (() => void) | null {
  const target = event.target as HTMLElement;
  // Dialogs and menus close by themselves, and nothing else with them.
  if (event.key === "Escape") return target.closest("dialog, [popover]") ? null : escape();
  if (!singleKeys.peek() || dialog.peek() || enlarged.peek() || target.closest("input, textarea, select, dialog, [role=menu], [role=dialog]")) return null;
  return SINGLE[event.key.toLowerCase()] ?? null;
}

function escape(): (() => void) | null {
  if (dialog.peek() || enlarged.peek() || reacting.peek()) return null;
  if (panel.peek()) return () => (panel.value = false);
  if (search.peek()) {
    return () => {
      search.value = "";
      void loadList(true);
    };
  }
  return openId.peek() ? () => show(null) : null;
}

function seek(): void {
  const field = document.getElementById("search");
  if (field?.checkVisibility()) return field.focus();
  focusNext("search");
  show(null);
}

function step(by: number): void {
  const all = ids.peek();
  const at = all.indexOf(openId.peek() ?? "");
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) show(next);
}

/** Answers the message that has the focus, else the newest that can be answered. */
function reply(): void {
  const id = openId.peek();
  if (!id || !document.getElementById("composer")) return;
  const focused = document.activeElement?.closest<HTMLElement>("[data-key]")?.dataset["key"];
  const target = [focused ?? "", ...[...thread(id).keys.peek()].reverse()].find((key) => {
    const bubble = messages.get(key)?.peek();
    return bubble && canReply(bubble) && (key === focused || (bubble.direction === "inbound" && !ELSEWHERE.has(bubble.type)));
  });
  if (target) replyTo(id, target);
}
