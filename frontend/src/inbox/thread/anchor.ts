// Keeps a thread still: at its end it follows what comes, anywhere else no visible bubble moves, whatever grows or goes.
// The scroller is a reversed column, so it counts from the end: 0 there, negative above.
import { useEffect, useRef } from "preact/hooks";

export const NEAR = 32;

export interface Anchor {
  /** At the end, with the newest message loaded. */
  following: boolean;
  element: HTMLElement | null;
  top: number;
}

export function atEnd(scroller: HTMLElement): boolean {
  return Math.abs(scroller.scrollTop) <= NEAR;
}

/** Remembers the first visible bubble and where it is. */
export function remember(scroller: HTMLElement, list: HTMLElement, anchor: Anchor, following: boolean): void {
  const edge = scroller.getBoundingClientRect().top;
  const rows = list.children;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as HTMLElement).getBoundingClientRect().bottom > edge) high = middle;
    else low = middle + 1;
  }
  let row = rows[low] as HTMLElement | undefined;
  if (row && !row.dataset["key"] && row.nextElementSibling) row = row.nextElementSibling as HTMLElement;
  anchor.following = following;
  anchor.element = row ?? null;
  anchor.top = row ? row.getBoundingClientRect().top - edge : 0;
}

export function restore(scroller: HTMLElement, anchor: Anchor): void {
  if (anchor.following) {
    scroller.scrollTop = 0;
    return;
  }
  if (!anchor.element?.isConnected) return;
  const moved = anchor.element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - anchor.top;
  if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
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
