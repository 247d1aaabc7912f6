// Keeps a thread still: at its end it follows what comes, anywhere else no visible bubble moves, whatever grows or goes.
// The scroller is a reversed column, so it counts from the end: 0 there, negative above.
import { useEffect, useRef } from "preact/hooks";

export const NEAR = 32;

export interface Anchor {
  /** At the end, with the newest message loaded. */
  following: boolean;
  element: HTMLElement | null;
  top: number;
  /** How far it was scrolled, and how long the list was, when that was remembered. */
  scrolled: number;
  length: number;
}

export const unanchored = (): Anchor => ({ following: true, element: null, top: 0, scrolled: 0, length: 0 });

export function atEnd(scroller: HTMLElement): boolean {
  return Math.abs(scroller.scrollTop) <= NEAR;
}

/** The first row that ends below a height; separators of days come and go, so only messages count. */
function rowAt(list: HTMLElement, height: number): HTMLElement | null {
  const rows = list.children;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as HTMLElement).getBoundingClientRect().bottom > height) high = middle;
    else low = middle + 1;
  }
  let row = rows[low] as HTMLElement | null | undefined;
  while (row && !row.dataset["key"]) row = row.nextElementSibling as HTMLElement | null;
  return row ?? null;
}

/** Remembers the first visible bubble and where it is. */
export function remember(scroller: HTMLElement, list: HTMLElement, anchor: Anchor, following: boolean): void {
  const edge = scroller.getBoundingClientRect().top;
  const row = rowAt(list, edge);
  anchor.following = following;
  anchor.element = row;
  anchor.top = row ? row.getBoundingClientRect().top - edge : 0;
  anchor.scrolled = scroller.scrollTop;
  anchor.length = list.offsetHeight;
}

/** Puts the remembered bubble back; `scrolled`: by so much the reader has moved it since. */
export function restore(scroller: HTMLElement, anchor: Anchor, scrolled = 0): void {
  if (anchor.following && atEnd(scroller)) {
    scroller.scrollTop = 0;
    return;
  }
  if (!anchor.element?.isConnected) return;
  const moved = anchor.element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - (anchor.top - scrolled);
  if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
}

/** The key of the last bubble that can be seen. */
export function lastSeen(scroller: HTMLElement, list: HTMLElement): string | null {
  const edge = scroller.getBoundingClientRect().bottom;
  let row = (rowAt(list, edge) ?? list.lastElementChild) as HTMLElement | null;
  while (row && !(row.dataset["key"] && row.getBoundingClientRect().top < edge)) row = row.previousElementSibling as HTMLElement | null;
  return row?.dataset["key"] ?? null;
}

/** Called before each paint in which the list or the scroller changed its size. */
export function useSize(scroller: { current: HTMLElement | null }, list: { current: HTMLElement | null }, changed: () => void): void {
  const latest = useRef(changed);
  latest.current = changed;
  useEffect(() => {
    const watch = new ResizeObserver(() => latest.current());
    if (scroller.current) watch.observe(scroller.current);
    if (list.current) watch.observe(list.current);
    return () => watch.disconnect();
  }, []);
}
