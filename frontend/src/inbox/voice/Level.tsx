// How loud it is: the last moments as bars that wander off; where motion is not wanted, one bar that is longer or shorter.
import { useEffect, useRef } from "preact/hooks";

import type { Live } from "../state/takes.ts";
import css from "./voice.module.css";

const BEAT = 80;
/** Beats to one look where motion is not wanted. */
const CALM = 5;
/** So many fit on the widest screens. */
const MOST = 1_000;
const WIDTH = 3;
const STEP = 5;
/** Of what is not there yet. */
const FAINT = 0.3;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function Level({ of }: { of: Live }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const levels: number[] = [];
    let beats = 0;
    const look = (): void => {
      if (of.phase.peek() === "recording") levels.push(of.level());
      if (levels.length > MOST) levels.shift();
      if (canvas.current && (!calm.matches || beats % CALM === 0)) draw(canvas.current, levels);
      beats += 1;
    };
    look();
    const timer = setInterval(look, BEAT);
    return () => clearInterval(timer);
  }, [of]);
  return <canvas ref={canvas} class={css["level"]} aria-hidden="true" />;
}

function draw(canvas: HTMLCanvasElement, levels: readonly number[]): void {
  const { clientWidth: wide, clientHeight: high } = canvas;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  canvas.width = wide * devicePixelRatio;
  canvas.height = high * devicePixelRatio;
  pen.scale(devicePixelRatio, devicePixelRatio);
  if (document.documentElement.dir === "rtl") pen.transform(-1, 0, 0, 1, wide, 0);
  pen.fillStyle = getComputedStyle(canvas).color;
  const bar = (x: number, width: number, height: number): void => {
    pen.beginPath();
    pen.roundRect(x, (high - height) / 2, width, height, WIDTH / 2);
    pen.fill();
  };
  if (calm.matches) {
    pen.globalAlpha = FAINT;
    bar(0, wide, 6);
    pen.globalAlpha = 1;
    return bar(0, Math.max(WIDTH, wide * Math.max(0, ...levels.slice(-CALM))), 6);
  }
  for (let x = wide - STEP, nth = levels.length - 1; x >= 0; x -= STEP, nth -= 1) {
    pen.globalAlpha = nth < 0 ? FAINT : 1;
    bar(x, WIDTH, Math.max(WIDTH, (levels[nth] ?? 0) * high));
  }
}
