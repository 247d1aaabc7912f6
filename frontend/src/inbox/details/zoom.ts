// How large a photo is looked at: steps, and the point that stays where it is. The stage scrolls, so that fingers, wheels and
// keys move it as they move any page; a mouse takes hold of it.
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { DOUBLE, LARGEST, stepped } from "./steps.ts";

const PAN = 80;
/** Two taps are one gesture when they are so near, in milliseconds and pixels; not every browser makes a double click of them. */
const SOON = 300;
const NEAR = 30;

interface Point {
  x: number;
  y: number;
}

export function useZoom(stage: RefObject<HTMLDivElement | null>, photo: RefObject<HTMLImageElement | null>, name: string) {
  const scale = useSignal(1);
  const held = useRef<Point | null>(null);
  const tapped = useRef({ x: 0, y: 0, at: -Infinity });
  const tappedAt = useRef(-Infinity);
  const draw = (): void => resize(stage.current, photo.current, scale.peek());
  const to = (next: number, at?: Point): void => {
    const box = stage.current;
    const shown = photo.current;
    if (!box || !shown) return;
    const point = at ?? middle(box);
    const before = shown.getBoundingClientRect();
    const share = { x: (point.x - before.left) / before.width, y: (point.y - before.top) / before.height };
    scale.value = next;
    draw();
    const after = shown.getBoundingClientRect();
    box.scrollLeft += after.left + share.x * after.width - point.x;
    box.scrollTop += after.top + share.y * after.height - point.y;
  };
  const turn = (event: MouseEvent): void => to(scale.peek() > 1 ? 1 : DOUBLE, { x: event.clientX, y: event.clientY });
  const tap = (event: PointerEvent): void => {
    const { x, y, at } = tapped.current;
    const isSecond = event.timeStamp - at < SOON && Math.hypot(event.clientX - x, event.clientY - y) < NEAR;
    tapped.current = { x: event.clientX, y: event.clientY, at: isSecond ? -Infinity : event.timeStamp };
    if (!isSecond) return;
    tappedAt.current = event.timeStamp;
    turn(event);
  };
  const step = (by: 1 | -1, at?: Point): void => to(stepped(scale.peek(), by), at);
  useLayoutEffect(() => {
    scale.value = 1;
    draw();
  }, [name]);
  useEffect(() => {
    const box = stage.current;
    if (!box) return;
    const sizes = new ResizeObserver(draw);
    sizes.observe(box);
    // A listener that may say no: the browser would enlarge the whole page.
    const wheeled = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      if (event.deltaY) step(event.deltaY < 0 ? 1 : -1, { x: event.clientX, y: event.clientY });
    };
    box.addEventListener("wheel", wheeled, { passive: false });
    return () => {
      sizes.disconnect();
      box.removeEventListener("wheel", wheeled);
    };
  }, []);
  return {
    scale,
    step,
    canGrow: () => scale.value < LARGEST,
    reset: () => to(1),
    loaded: draw,
    /** Where two taps come as a double click too, they have done it. */
    doubled: (event: MouseEvent) => void (event.timeStamp - tappedAt.current > SOON && turn(event)),
    /** True where there was something to move. */
    pan(across: number, down: number): boolean {
      if (scale.peek() <= 1) return false;
      stage.current?.scrollBy(across * PAN, down * PAN);
      return true;
    },
    take(event: PointerEvent): void {
      if (event.pointerType === "touch" && event.isPrimary) return tap(event);
      if (event.pointerType !== "mouse" || event.button !== 0 || scale.peek() <= 1) return;
      held.current = { x: event.clientX, y: event.clientY };
      stage.current?.setPointerCapture(event.pointerId);
    },
    drag(event: PointerEvent): void {
      const from = held.current;
      if (!from) return;
      stage.current?.scrollBy(from.x - event.clientX, from.y - event.clientY);
      held.current = { x: event.clientX, y: event.clientY };
    },
    drop: () => void (held.current = null),
    /** The finger moves the photo: that is no tap. */
    cancel(): void {
      held.current = null;
      tapped.current.at = -Infinity;
    },
  };
}

function middle(box: HTMLElement): Point {
  const { left, top, width, height } = box.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

/** As large as fits, or its own size where that is less, so many times. */
function resize(box: HTMLElement | null, photo: HTMLImageElement | null, scale: number): void {
  if (!box || !photo?.naturalWidth) return;
  const fit = Math.min(1, box.clientWidth / photo.naturalWidth, box.clientHeight / photo.naturalHeight);
  photo.style.setProperty("width", `${Math.floor(photo.naturalWidth * fit * scale)}px`);
  photo.style.setProperty("height", `${Math.floor(photo.naturalHeight * fit * scale)}px`);
}
