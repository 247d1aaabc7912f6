// A recording of WebM with Opus becomes one of Ogg with Opus, packet by packet and without loss: of the two WhatsApp plays
// only that. Called by composer/files.ts for every such file, recorded or chosen; loaded when there is one.
import { pagesOf } from "./ogg.ts";
import { type Bytes, headFrom } from "./opus.ts";
import { packetsOf } from "./webm.ts";

/** Raises Unfit. */
export function remux(webm: Uint8Array, serial = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0): Bytes[] {
  const { head, delay, padding, packets } = packetsOf(webm);
  return pagesOf(headFrom(head, delay), packets, Math.round((padding * 48) / 1_000_000), serial);
}
