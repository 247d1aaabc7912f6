// Recordings from WebM to Ogg: frames built by hand, the pages read back by a reader of the test's own.
import assert from "node:assert/strict";
import { test } from "node:test";

import { judge } from "../src/inbox/text/validate.ts";
import { checksum } from "../src/inbox/voice/ogg.ts";
import { Unfit, headFrom, samplesIn } from "../src/inbox/voice/opus.ts";
import { remux } from "../src/inbox/voice/remux.ts";

type Part = Uint8Array | readonly number[] | string;
const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));
const bytes = (...parts: Part[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? ascii(part) : [...part])));

const UNKNOWN = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
/** An element with a size of four bytes. */
const element = (id: readonly number[], ...body: Part[]): Uint8Array => {
  const inside = bytes(...body);
  return bytes(id, [0x10 | (inside.length >> 24), (inside.length >> 16) & 255, (inside.length >> 8) & 255, inside.length & 255], inside);
};
const endless = (id: readonly number[], ...body: Part[]): Uint8Array => bytes(id, UNKNOWN, ...body);

const EBML = element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], "webm"));
const SEGMENT = [0x18, 0x53, 0x80, 0x67];
const CLUSTER = [0x1f, 0x43, 0xb6, 0x75];
const TRACKS = [0x16, 0x54, 0xae, 0x6b];
const VOID = element([0xec], new Uint8Array(40));
const TIME = element([0xe7], [0]);

/** `preSkip` as in the head of Chromium's recorder: none. */
const headOf = (preSkip = 0, channels = 1, family = 0): Uint8Array =>
  bytes("OpusHead", [1, channels, preSkip & 255, preSkip >> 8, 0x80, 0xbb, 0, 0, 0, 0, family]);
const track = (number: number, codec: string, ...more: Part[]): Uint8Array =>
  element([0xae], element([0xd7], [number]), element([0x86], codec), ...more);
const spoken = (...more: Part[]): Uint8Array => track(1, "A_OPUS", element([0x63, 0xa2], headOf()), ...more);

const framed = (number: number, flags: number, packet: Uint8Array): Uint8Array => bytes([0x80 | number, 0, 0, flags], packet);
const simple = (packet: Uint8Array, number = 1, flags = 0x80): Uint8Array => element([0xa3], framed(number, flags, packet));
const grouped = (packet: Uint8Array, ...more: Part[]): Uint8Array => element([0xa0], element([0xa1], framed(1, 0, packet)), ...more);
/** A packet of so many bytes: 20 ms of one frame, told apart by its filling. */
const packet = (size: number, filling = 7): Uint8Array => bytes([0x78], new Uint8Array(size - 1).fill(filling));

const recording = (...blocks: Part[]): Uint8Array<ArrayBuffer> =>
  bytes(EBML, endless(SEGMENT, element(TRACKS, spoken()), endless(CLUSTER, TIME, ...blocks)));

interface Page {
  flags: number;
  granule: number;
  serial: number;
  sequence: number;
  packets: Uint8Array[];
}

/** Reads an Ogg file as RFC 3533 has it; every page is whole, and its checksum right. */
function pagesIn(file: Uint8Array): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < file.length; ) {
    const view = new DataView(file.buffer, file.byteOffset + at);
    assert.deepEqual([...file.subarray(at, at + 5)], [...ascii("OggS"), 0]);
    const sizes = [...file.subarray(at + 27, at + 27 + (file[at + 26] ?? 0))];
    const end = at + 27 + sizes.length + sizes.reduce((sum, size) => sum + size, 0);
    const blank = file.slice(at, end);
    blank.fill(0, 22, 26);
    assert.equal(view.getUint32(22, true), checksum(blank));
    const packets: Uint8Array[] = [];
    let from = at + 27 + sizes.length;
    let size = 0;
    for (const lace of sizes) {
      size += lace;
      if (lace === 255) continue;
      packets.push(file.slice(from, from + size));
      from += size;
      size = 0;
    }
    assert.equal(from, end, "no packet goes on in the next page");
    const [flags = 0] = file.subarray(at + 5, at + 6);
    pages.push({ flags, granule: Number(view.getBigUint64(6, true)), serial: view.getUint32(14, true), sequence: view.getUint32(18, true), packets });
    at = end;
  }
  return pages;
}

const made = (webm: Uint8Array, serial = 1): Page[] => pagesIn(bytes(...remux(webm, serial)));
const sound = (pages: readonly Page[]): Uint8Array[] => pages.slice(2).flatMap((page) => page.packets);

test("the checksum is Ogg's: nothing reflected, nothing turned over", () => {
  assert.equal(checksum(bytes("123456789")), 0x89a1897f);
  assert.equal(checksum(new Uint8Array(9)), 0);
});

test("a packet says how long it is, whatever its mode and number of frames", () => {
  const told = (...start: number[]): number => samplesIn(new Uint8Array(start));
  for (const [config, samples] of [[0, 480], [1, 960], [2, 1920], [3, 2880], [11, 2880], [12, 480], [15, 960], [16, 120], [19, 960], [31, 960]] as const) {
    assert.equal(told(config << 3), samples);
  }
  assert.equal(told((15 << 3) | 1), 1920);
  assert.equal(told((15 << 3) | 2), 1920);
  assert.equal(told((15 << 3) | 3, 6), 5760);
  for (const wrong of [[], [(15 << 3) | 3], [(15 << 3) | 3, 0], [(15 << 3) | 3, 7]]) assert.throws(() => told(...wrong), Unfit);
});

test("bare blocks and groups become one stream; other tracks, voids and what follows a cluster are passed over", () => {
  const film = track(2, "V_VP8");
  const blocks = [simple(packet(10, 1)), simple(packet(5, 99), 2), VOID, grouped(packet(20, 2)), simple(packet(3, 3), 1, 0)];
  const next = endless(CLUSTER, TIME, simple(packet(8, 4)));
  const cues = element([0x1c, 0x53, 0xbb, 0x6b], element([0xbb], element([0xb3], [0])));
  const whole = bytes(EBML, endless(SEGMENT, VOID, element(TRACKS, film, spoken()), endless(CLUSTER, TIME, ...blocks), next, element(CLUSTER, simple(packet(4, 5))), cues));
  const pages = made(whole, 0xfedcba98);
  assert.deepEqual(sound(pages), [packet(10, 1), packet(20, 2), packet(3, 3), packet(8, 4), packet(4, 5)]);
  assert.deepEqual(pages.map((page) => page.sequence), [0, 1, 2]);
  assert.deepEqual(pages.map((page) => page.flags), [2, 0, 4]);
  assert.deepEqual(pages.map((page) => page.granule), [0, 0, 5 * 960]);
  assert.ok(pages.every((page) => page.serial === 0xfedcba98));
});

test("the head tells what is to be skipped, and the comment who wrote it", () => {
  const skipped = (...more: Part[]): number | undefined => {
    const webm = bytes(EBML, endless(SEGMENT, element(TRACKS, track(1, "A_OPUS\0", ...more)), endless(CLUSTER, simple(packet(9)))));
    const [first, second] = made(webm);
    assert.equal(first?.packets.length, 1);
    assert.deepEqual(second?.packets.map((each) => String.fromCharCode(...each)), ["OpusTags\x07\0\0\0Waypost\0\0\0\0"]);
    const head = first.packets[0] as Uint8Array;
    assert.deepEqual(head.subarray(0, 10), headOf().subarray(0, 10));
    return new DataView(head.buffer, head.byteOffset).getUint16(10, true);
  };
  const delay = element([0x56, 0xaa], [0, 0, 0, 0x4c, 0x4b, 0x40]);
  assert.equal(skipped(element([0x63, 0xa2], headOf(500)), delay), 500);
  assert.equal(skipped(element([0x63, 0xa2], headOf()), delay), 240);
  assert.equal(skipped(element([0x63, 0xa2], headOf())), 312);
  assert.deepEqual(headFrom(headOf(7, 2), 0).preSkip, 7);
  for (const wrong of [headOf(0, 3), headOf(0, 1, 1), headOf().subarray(0, 18), bytes("VorbHead", new Uint8Array(11))]) {
    assert.throws(() => headFrom(wrong, 0), Unfit);
  }
});

test("packets of any size keep their bounds; pages last a second, and have 255 segments at most", () => {
  const sizes = [1, 2, 254, 255, 256, 509, 510, 511, 1275];
  assert.deepEqual(sound(made(recording(...sizes.map((size) => simple(packet(size)))))).map((each) => each.length), sizes);
  const long = made(recording(...Array.from({ length: 120 }, (_, nth) => simple(packet(30, nth)))));
  assert.deepEqual(long.map((page) => page.granule), [0, 0, 48_000, 96_000, 115_200]);
  assert.deepEqual(long.map((page) => page.flags), [2, 0, 0, 0, 4]);
  assert.deepEqual(sound(long).map((each) => each[1]), Array.from({ length: 120 }, (_, nth) => nth));
  const thick = made(recording(...Array.from({ length: 50 }, () => simple(packet(2_550)))));
  assert.deepEqual(thick.slice(2).map((page) => page.packets.length), [23, 23, 4]);
  assert.throws(() => remux(recording(simple(packet(255 * 255)))), Unfit);
});

test("silence within the last packet is left out of the count, but no more than there is", () => {
  const padded = (...padding: number[]): number | undefined => {
    const first = Array.from({ length: 50 }, () => simple(packet(9)));
    return made(recording(...first, grouped(packet(9), element([0x75, 0xa2], padding)))).at(-1)?.granule;
  };
  assert.equal(padded(0x4c, 0x4b, 0x40), 51 * 960 - 240);
  assert.equal(padded(0x7f, 0xff, 0xff, 0xff), 48_000);
  assert.equal(padded(0xff, 0xff), 51 * 960);
});

test("what was cut off is left out; what is no such recording is refused, and nothing is read for ever", () => {
  const whole = recording(simple(packet(50, 1)), simple(packet(50, 2)));
  assert.deepEqual(sound(made(whole.subarray(0, -1))), [packet(50, 1)]);
  const outcomes = new Set<string>();
  for (let end = 0; end < whole.length; end += 1) {
    try {
      remux(whole.subarray(0, end));
      outcomes.add("made");
    } catch (error) {
      assert.ok(error instanceof Unfit, String(error));
      outcomes.add(error.message);
    }
  }
  assert.ok(outcomes.size >= 4, [...outcomes].join());
  const cluster = endless(CLUSTER, simple(packet(9)));
  const refused: readonly (readonly [Part[], RegExp])[] = [
    [[bytes("OggS")], /no WebM/],
    [[EBML, endless(SEGMENT, element(TRACKS, track(1, "A_VORBIS")), cluster)], /no track of Opus/],
    [[EBML, endless(SEGMENT, cluster)], /no track of Opus/],
    [[EBML, endless(SEGMENT, element(TRACKS, spoken(element([0x6d, 0x80], [0]))), cluster)], /compressed/],
    [[recording(simple(packet(9), 1, 0x06))], /laced/],
    [[recording(endless([0xec]))], /without an end/],
    [[recording()], /no sound/],
    [[recording(simple(bytes()))], /empty/],
    [[recording(simple(bytes([0xe0, 1])))], /skipped/],
  ];
  for (const [parts, why] of refused) assert.throws(() => remux(bytes(...parts)), why);
});

test("recordings are judged with all other files: those that WhatsApp would not play are made into ones that it does", () => {
  const VOICE = "audio/ogg; codecs=opus";
  const head = (start: Part): Uint8Array => bytes(start, new Uint8Array(64)).subarray(0, 64);
  const box = bytes([0, 0, 0, 24], "ftypisom");
  const verdict = (name: string, type: string, start: Part) => judge({ name, type, size: 999, head: head(start) });
  assert.deepEqual(verdict("voice.webm", "audio/webm;codecs=opus", EBML), { convert: VOICE });
  assert.deepEqual(verdict("film.webm", "video/webm", EBML), { refuse: "type" });
  assert.deepEqual(verdict("voice.ogg", VOICE, bytes("OggS", new Uint8Array(24), "OpusHead")), { kind: "audio", type: VOICE });
  assert.deepEqual(verdict("music.ogg", "audio/ogg", bytes("OggS", new Uint8Array(24), "\x01vorbis")), { kind: "audio", type: "audio/ogg" });
  assert.deepEqual(verdict("voice.m4a", "audio/mp4;codecs=mp4a.40.2", box), { kind: "audio", type: "audio/mp4" });
  assert.deepEqual(verdict("voice.m4a", "audio/x-m4a", box), { kind: "audio", type: "audio/mp4" });
  assert.deepEqual(verdict("film.mp4", "video/mp4", box), { kind: "video", type: "video/mp4" });
});
