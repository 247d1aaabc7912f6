// The icons of an installed inbox, drawn at build: the same bubble as in the tab, as PNG, since not every system takes SVG.
import { crc32, deflateSync } from "node:zlib";

import type { Plugin } from "vite";

const ACCENT = [0x0d, 0x5c, 0x86, 255] as const;
const WHITE = [255, 255, 255, 255] as const;
const CLEAR = [0, 0, 0, 0] as const;
/** Each pixel is looked at so many times in each direction. */
const FINE = 3;

type Colour = readonly [number, number, number, number];

const ICONS = [
  { name: "icon-192.png", size: 192, corner: 0.22, scale: 0.62 },
  { name: "icon-512.png", size: 512, corner: 0.22, scale: 0.62 },
  // Systems cut their own shape out of this one: nothing lies outside its middle.
  { name: "icon-whole.png", size: 512, corner: 0, scale: 0.5 },
  { name: "icon-apple.png", size: 180, corner: 0, scale: 0.58 },
];

function isInRound(x: number, y: number, left: number, top: number, right: number, bottom: number, radius: number): boolean {
  if (x < left || x > right || y < top || y > bottom) return false;
  const aside = Math.max(left + radius - x, x - right + radius, 0);
  const above = Math.max(top + radius - y, y - bottom + radius, 0);
  return aside * aside + above * above <= radius * radius;
}

/** In a square of 32: a bubble with its tail, and two lines of writing in it. */
function isBubble(x: number, y: number): boolean {
  const isTail = y >= 24 && y <= 29 && x >= 7 && x <= 7 + (7 * (29 - y)) / 5;
  if (!isTail && !isInRound(x, y, 3, 5, 29, 24, 3)) return false;
  return !isInRound(x, y, 8, 10, 24, 12.4, 1.2) && !isInRound(x, y, 8, 16, 18, 18.4, 1.2);
}

function colourAt(x: number, y: number, corner: number, scale: number): Colour {
  if (!isInRound(x, y, 0, 0, 1, 1, corner)) return CLEAR;
  const place = (at: number): number => ((at - 0.5) / scale) * 32;
  return isBubble(place(x) + 16, place(y) + 17) ? WHITE : ACCENT;
}

function pixels(size: number, corner: number, scale: number): Uint8Array {
  const rows = new Uint8Array(size * (1 + size * 4));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) rows.set(mean(x, y, size, corner, scale), y * (1 + size * 4) + 1 + x * 4);
  }
  return rows;
}

/** The mean of the looks at one pixel; what is clear has no colour to give. */
function mean(x: number, y: number, size: number, corner: number, scale: number): Colour {
  const sum = [0, 0, 0, 0] as [number, number, number, number];
  for (let nth = 0; nth < FINE * FINE; nth += 1) {
    const at = (whole: number, part: number): number => (whole + (part + 0.5) / FINE) / size;
    const [red, green, blue, alpha] = colourAt(at(x, nth % FINE), at(y, Math.floor(nth / FINE)), corner, scale);
    if (!alpha) continue;
    sum[0] += red;
    sum[1] += green;
    sum[2] += blue;
    sum[3] += 1;
  }
  const many = sum[3] || 1;
  return [sum[0] / many, sum[1] / many, sum[2] / many, (255 * sum[3]) / (FINE * FINE)];
}

function chunk(name: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), body]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(body.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

/** Eight bits a channel, colour with alpha, no filter, not interlaced. */
export function png(size: number, corner: number, scale: number): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0]);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  const data = deflateSync(pixels(size, corner, scale), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", new Uint8Array())]);
}

export function icons(): Plugin {
  return {
    name: "icons",
    apply: "build",
    generateBundle() {
      for (const { name, size, corner, scale } of ICONS) {
        this.emitFile({ type: "asset", name, originalFileName: name, source: png(size, corner, scale) });
      }
    },
  };
}
