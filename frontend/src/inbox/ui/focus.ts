// Where the focus goes when a pane comes or goes: never left on something that is not there any more. Started by main.tsx.
import { openId } from "../state/router.ts";
import { panel } from "../state/view.ts";

/** The panes are drawn by then, and a composer has taken the focus if it wants it. */
const DRAWN = 60;

let wanted: string | null = null;
let walkedAt = -Infinity;

/** The next change of panes leads here, if it can be reached. */
export function focusNext(id: string): void {
  wanted = id;
}

/** Conversations are walked through by single keys: a field that took the focus would swallow the next one. */
export function walk(): void {
  walkedAt = performance.now();
}

export function isWalking(): boolean {
  return performance.now() - walkedAt < 1_000;
}

export function isLost(element: Element | null): boolean {
  return !element || element === document.body || !element.checkVisibility();
}

export function focusTitle(): void {
  document.getElementById("thread-title")?.focus({ preventScroll: true });
}

/** The row of a conversation, or where its list is searched. */
export function focusRow(id: string | null): void {
  const row = id ? document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`) : null;
  (row ?? document.getElementById("search"))?.focus();
}

export function followFocus(): void {
  let before = openId.peek();
  openId.subscribe((id) => {
    if (id === before) return;
    const left = before;
    before = id;
    moving += 1;
    setTimeout(() => settle(left, id), DRAWN);
  });
  let opener: Element | null = null;
  panel.subscribe((isOpen) => {
    if (isOpen) opener = document.activeElement;
    else if (opener) {
      back = opener as HTMLElement;
      setTimeout(rescue, 0);
    }
  });
  addEventListener("focusin", ({ target }) => (trail = ancestors(target as Element)));
  new MutationObserver(() => {
    if (trail.length && !trail[0]?.isConnected && isLost(document.activeElement)) setTimeout(rescue, 0);
  }).observe(document.body, { childList: true, subtree: true });
}

/** What had the focus, and all that was around it. */
let trail: Element[] = [];
let moving = 0;
/** What opened the panel that closes. */
let back: HTMLElement | null = null;

function ancestors(element: Element | null): Element[] {
  return element ? [element, ...ancestors(element.parentElement)] : [];
}

/** What had the focus is gone: the next place outwards takes it, a message or the home of a pane or dialog. */
function rescue(): void {
  if (moving || !isLost(document.activeElement)) return;
  back?.focus({ preventScroll: true });
  back = null;
  if (!isLost(document.activeElement)) return;
  for (const around of trail.filter((each) => each.isConnected)) {
    const homes = around.matches("[tabindex]") ? [around] : [...around.querySelectorAll("[data-home]")];
    const home = homes.find((each) => each.checkVisibility() && !each.closest("[inert]"));
    if (home) return (home as HTMLElement).focus({ preventScroll: true });
  }
}

function settle(left: string | null, id: string | null): void {
  moving -= 1;
  const named = wanted ? document.getElementById(wanted) : null;
  wanted = null;
  if (named) return named.focus();
  if (!isLost(document.activeElement)) return;
  if (id) focusTitle();
  else focusRow(left);
}
