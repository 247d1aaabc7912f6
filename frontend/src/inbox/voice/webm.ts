// Reads the Opus packets out of a WebM recording as browsers write them: sizes unknown, blocks bare or in groups, no lacing.
// Matroska (RFC 9559) on EBML (RFC 8794). What was cut off at the end is left out. Called by remux.ts; pure.
import { Unfit, text } from "./opus.ts";

export interface Recorded {
  head: Uint8Array;
  /** In nanoseconds: to be skipped before the sound, and silence after it within the last packet. */
  delay: number;
  padding: number;
  packets: readonly Uint8Array[];
}

const EBML = 0x1a45dfa3;
const TRACK = 0xae;
const NUMBER = 0xd7;
const CODEC = 0x86;
const PRIVATE = 0x63a2;
const DELAY = 0x56aa;
const ENCODINGS = 0x6d80;
const GROUP = 0xa0;
const BLOCK = 0xa1;
const SIMPLE_BLOCK = 0xa3;
const PADDING = 0x75a2;
/** Their children are read as if they stood in the open: then it is no matter where one of unknown size ends.
 * Segment, Cluster, Tracks, TrackEntry, BlockGroup; an id means the same wherever it stands. */
const OPENED: ReadonlySet<number> = new Set([0x18538067, 0x1f43b675, 0x1654ae6b, TRACK, GROUP]);

interface Track {
  number: number;
  codec: string;
  head: Uint8Array;
  delay: number;
  encoded: boolean;
}

export function packetsOf(file: Uint8Array): Recorded {
  const tracks: Track[] = [];
  const packets: Uint8Array[] = [];
  let padding = 0;
  for (const [id, body] of elements(file)) {
    const track = tracks.at(-1);
    if (id === TRACK) tracks.push({ number: 0, codec: "", head: new Uint8Array(), delay: 0, encoded: false });
    else if (id === SIMPLE_BLOCK || id === BLOCK) {
      const packet = packetIn(body, spoken(tracks).number);
      if (packet) packets.push(packet);
      padding = 0;
    } else if (id === PADDING) padding = (body[0] ?? 0) & 0x80 ? 0 : unsigned(body);
    else if (track && id === NUMBER) track.number = unsigned(body);
    else if (track && id === CODEC) track.codec = text(body).replace(/\0+$/, "");
    else if (track && id === PRIVATE) track.head = body;
    else if (track && id === DELAY) track.delay = unsigned(body);
    else if (track && id === ENCODINGS) track.encoded = true;
  }
  const { head, delay } = spoken(tracks);
  if (!packets.length) throw new Unfit("no sound");
  return { head, delay, padding, packets };
}

function spoken(tracks: readonly Track[]): Track {
  const found = tracks.find((each) => each.codec === "A_OPUS");
  if (!found) throw new Unfit("no track of Opus");
  if (found.encoded) throw new Unfit("a track that is compressed or encrypted once more");
  return found;
}

/** The packet of a block, unless it belongs to another track. */
function packetIn(block: Uint8Array, number: number): Uint8Array | null {
  const track = sized(block, 0);
  if (!track || track.value !== number) return null;
  const flags = block[track.end + 2] ?? 0;
  if (flags & 0x06) throw new Unfit("laced blocks");
  return block.subarray(track.end + 3);
}

function* elements(file: Uint8Array): Generator<readonly [number, Uint8Array]> {
  let at = 0;
  for (let id = named(file, 0); id; id = named(file, at)) {
    if (at === 0 && id.value !== EBML) break;
    const size = sized(file, id.end);
    if (!size) return;
    if (OPENED.has(id.value)) {
      yield [id.value, file.subarray(size.end, size.end)];
      at = size.end;
      continue;
    }
    if (size.value === null) throw new Unfit("an element without an end");
    at = size.end + size.value;
    if (at > file.length) return;
    yield [id.value, file.subarray(size.end, at)];
  }
  if (at === 0) throw new Unfit("no WebM");
}

/** An element's id, which keeps the mark of its length. */
function named(file: Uint8Array, at: number): { value: number; end: number } | null {
  const length = Math.clz32(file[at] ?? 0) - 23;
  if (length > 4 || at + length > file.length) return null;
  return { value: unsigned(file.subarray(at, at + length)), end: at + length };
}

/** A size, or the number of a track: without the mark; null where all bits say that it is unknown. */
function sized(file: Uint8Array, at: number): { value: number | null; end: number } | null {
  const length = Math.clz32(file[at] ?? 0) - 23;
  if (length > 8 || at + length > file.length) return null;
  const bytes = file.slice(at, at + length);
  bytes[0] = (bytes[0] ?? 0) & (0xff >> length);
  const isUnknown = bytes[0] === 0xff >> length && bytes.subarray(1).every((byte) => byte === 0xff);
  return { value: isUnknown ? null : unsigned(bytes), end: at + length };
}

function unsigned(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
