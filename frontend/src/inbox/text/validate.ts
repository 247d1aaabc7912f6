// Whether a file can go to WhatsApp, for picker, drop, paste and recordings alike. Pure: the first bytes say what it is,
// its name only helps.

export type Kind = "image" | "video" | "audio" | "document";
export type Verdict =
  | { kind: Kind; type: string }
  | { convert: string }
  | { refuse: "empty" | "large" | "type" | "page"; limit?: number };

const MB = 1024 * 1024;
export const LIMITS: Readonly<Record<Kind, number>> = { image: 5 * MB, video: 16 * MB, audio: 16 * MB, document: 100 * MB };

/** What WhatsApp plays as a voice message; without the codec it does not. */
export const VOICE = "audio/ogg; codecs=opus";

const TYPES: Readonly<Record<string, Kind>> = {
  "image/jpeg": "image", "image/png": "image",
  "video/mp4": "video", "video/3gpp": "video",
  "audio/aac": "audio", "audio/amr": "audio", "audio/mpeg": "audio", "audio/mp4": "audio", "audio/ogg": "audio",
  [VOICE]: "audio",
}; // prettier-ignore
/** What a browser can turn into something that WhatsApp takes. */
const CONVERTED: Readonly<Record<string, string>> = {
  "image/webp": "image/png", "image/gif": "image/png", "image/bmp": "image/jpeg", "image/avif": "image/jpeg",
  "image/heic": "image/jpeg", "image/heif": "image/jpeg", "audio/webm": VOICE,
}; // prettier-ignore
const ENDINGS: Readonly<Record<string, string>> = {
  pdf: "application/pdf", txt: "text/plain", csv: "text/csv", doc: "application/msword", xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint", zip: "application/zip",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}; // prettier-ignore

export interface Candidate {
  name: string;
  type: string;
  size: number;
  /** The first bytes, at least 16 where there are so many. */
  head: Uint8Array;
}

export function judge(file: Candidate): Verdict {
  if (file.size === 0) return { refuse: "empty" };
  const type = typeOf(file);
  if (type === "text/html" || type === "image/svg+xml") return { refuse: "page" };
  const convert = CONVERTED[type];
  if (convert) return { convert };
  const kind = TYPES[type] ?? (/^(image|audio|video)\//.test(type) || !type ? null : "document");
  if (!kind) return { refuse: "type" };
  return file.size > LIMITS[kind] ? { refuse: "large", limit: LIMITS[kind] } : { kind, type };
}

/** What the bytes say; else what the browser says; else what the name says. */
export function typeOf({ head, type, name }: Candidate): string {
  const told = sniff(head);
  const claimed = type.split(";")[0]?.trim().toLowerCase() ?? "";
  const plain = ALIASES[claimed] ?? claimed;
  // An MP4 may be a film or a sound: of the two its first bytes know nothing.
  if (told && !(told === "video/mp4" && plain === "audio/mp4")) return told;
  const claimsMedia = /^(image|audio|video)\//.test(plain);
  if (plain && plain !== "application/octet-stream" && !(claimsMedia && isText(head))) return plain;
  return ENDINGS[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? (isText(head) ? "text/plain" : "");
}

const ALIASES: Readonly<Record<string, string>> = {
  "image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "audio/x-aac": "audio/aac",
}; // prettier-ignore

function sniff(head: Uint8Array): string {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.slice(from, to));
  const starts = (...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte);
  if (starts(0xff, 0xd8, 0xff)) return "image/jpeg";
  if (starts(0x89, 0x50, 0x4e, 0x47)) return "image/png";
  if (ascii(0, 4) === "GIF8") return "image/gif";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "image/webp";
  if (ascii(0, 2) === "BM" && head.length > 13 && head[6] === 0) return "image/bmp";
  if (ascii(0, 4) === "OggS") return ascii(28, 36) === "OpusHead" ? VOICE : "audio/ogg";
  if (ascii(0, 5) === "#!AMR") return "audio/amr";
  if (ascii(0, 3) === "ID3" || starts(0xff, 0xfb) || starts(0xff, 0xf3)) return "audio/mpeg";
  if (starts(0xff, 0xf1) || starts(0xff, 0xf9)) return "audio/aac";
  if (ascii(0, 5) === "%PDF-") return "application/pdf";
  if (ascii(4, 8) === "ftyp") return boxed(ascii(8, 12));
  if (/^\s*<(!doctype html|html)/i.test(ascii(0, 64))) return "text/html";
  if (/^\s*<(\?xml[^>]*\?>\s*<)?svg/i.test(ascii(0, 128))) return "image/svg+xml";
  return "";
}

function boxed(brand: string): string {
  if (/^(heic|heix|hevc|mif1|msf1)/.test(brand)) return "image/heic";
  if (/^avi[fs]/.test(brand)) return "image/avif";
  if (brand.startsWith("M4A")) return "audio/mp4";
  if (brand.startsWith("3g")) return "video/3gpp";
  return brand.startsWith("qt") ? "video/quicktime" : "video/mp4";
}

function isText(head: Uint8Array): boolean {
  return head.length > 0 && head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}
