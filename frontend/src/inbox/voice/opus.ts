// What Opus packets say about themselves (RFC 6716) and the head of their stream (RFC 7845). Called by remux.ts; pure.

export type Bytes = Uint8Array<ArrayBuffer>;

/** The file is no recording that can be put into Ogg; the message says why, for those who look into it. */
export class Unfit extends Error {}

const HEAD_SIZE = 19;
/** What encoders put before the sound, where the file does not tell: 6.5 ms at 48 kHz. Browsers' recorders say 0. */
const LOOKAHEAD = 312;
/** 120 ms, the longest packet. */
const LONGEST = 5_760;

/** Samples at 48 kHz in a packet, by its first bytes: the length of a frame, and how many there are. */
export function samplesIn(packet: Uint8Array): number {
  const [first, second = 0] = packet;
  if (first === undefined) throw new Unfit("an empty packet");
  const config = first >> 3;
  const step = config & 3;
  const frame = config < 12 ? [480, 960, 1_920, 2_880][step] : config < 16 ? [480, 960][step & 1] : [120, 240, 480, 960][step];
  const code = first & 3;
  const frames = code === 0 ? 1 : code === 3 ? second & 63 : 2;
  const samples = (frame ?? 0) * frames;
  if (!samples || samples > LONGEST) throw new Unfit(`a packet of ${samples} samples`);
  return samples;
}

export interface Head {
  bytes: Bytes;
  preSkip: number;
}

/** The head for Ogg from the one in the file. `delay`: what the file says is to be skipped, in nanoseconds. */
export function headFrom(given: Uint8Array, delay: number): Head {
  const bytes = new Uint8Array(given);
  if (bytes.length < HEAD_SIZE || text(bytes.subarray(0, 8)) !== "OpusHead") throw new Unfit("no head of Opus");
  const [version = 0, channels = 0] = bytes.subarray(8, 10);
  if (version > 15 || bytes[18] !== 0 || channels < 1 || channels > 2) throw new Unfit("neither mono nor stereo");
  const view = new DataView(bytes.buffer);
  const preSkip = view.getUint16(10, true) || Math.round((delay * 48) / 1_000_000) || LOOKAHEAD;
  view.setUint16(10, preSkip, true);
  return { bytes, preSkip };
}

export function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
