// Writes Ogg (RFC 3533) as Opus wants it (RFC 7845): the head and the comment on pages of their own, then the sound in
// pages of at most a second, each with its checksum and how many samples there were by its end. Called by remux.ts; pure.
import { type Bytes, type Head, Unfit, samplesIn } from "./opus.ts";

const FIRST = 2;
const LAST = 4;
const MOST_SEGMENTS = 255;
const MOST_SAMPLES = 48_000;
const VENDOR = "Waypost";

/** `padding`: samples of silence within the last packet, which players leave out. */
export function pagesOf(head: Head, packets: readonly Uint8Array[], padding: number, serial: number): Bytes[] {
  const batches = batched(packets);
  const total = batches.at(-1)?.until ?? 0;
  if (total <= head.preSkip) throw new Unfit("nothing but what is skipped");
  const pages = [page([head.bytes], FIRST, 0, serial, 0), page([comment()], 0, 0, serial, 1)];
  batches.forEach(({ packets: inside, until }, nth) => {
    const isLast = nth === batches.length - 1;
    const kept = isLast ? Math.max(until - padding, head.preSkip + 1, batches[nth - 1]?.until ?? 0) : until;
    pages.push(page(inside, isLast ? LAST : 0, kept, serial, nth + 2));
  });
  return pages;
}

interface Batch {
  packets: Uint8Array[];
  /** Samples from the beginning to the end of the page. */
  until: number;
}

function batched(packets: readonly Uint8Array[]): Batch[] {
  const batches: Batch[] = [];
  let total = 0;
  let segments = Infinity;
  let began = 0;
  for (const packet of packets) {
    const samples = samplesIn(packet);
    const needed = lacing(packet).length;
    if (needed > MOST_SEGMENTS) throw new Unfit("a packet that is larger than a page");
    if (segments + needed > MOST_SEGMENTS || total + samples - began > MOST_SAMPLES) {
      batches.push({ packets: [], until: 0 });
      segments = 0;
      began = total;
    }
    segments += needed;
    total += samples;
    const batch = batches.at(-1) as Batch;
    batch.packets.push(packet);
    batch.until = total;
  }
  return batches;
}

/** The length of a packet in segments: as many of 255 as there are, and one that is shorter, be it of nothing. */
function lacing(packet: Uint8Array): number[] {
  return [...Array<number>(Math.floor(packet.length / 255)).fill(255), packet.length % 255];
}

function page(packets: readonly Uint8Array[], flags: number, granule: number, serial: number, sequence: number): Bytes {
  const segments = packets.flatMap(lacing);
  const bytes = new Uint8Array(27 + segments.length + packets.reduce((sum, each) => sum + each.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
  view.setBigUint64(6, BigInt(granule), true);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  bytes[26] = segments.length;
  bytes.set(segments, 27);
  let at = 27 + segments.length;
  for (const packet of packets) {
    bytes.set(packet, at);
    at += packet.length;
  }
  view.setUint32(22, checksum(bytes), true);
  return bytes;
}

function comment(): Bytes {
  const words = new TextEncoder().encode(`OpusTags....${VENDOR}....`);
  const view = new DataView(words.buffer);
  view.setUint32(8, VENDOR.length, true);
  view.setUint32(12 + VENDOR.length, 0, true);
  return words;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value;
});

/** Ogg's own: from nothing, the highest bit first, and not turned over at the end. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum << 8) ^ (TABLE[((sum >>> 24) ^ byte) & 0xff] ?? 0);
  return sum >>> 0;
}
