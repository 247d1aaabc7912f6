// Files on their way in: read, judged by `text/validate.ts`, and pictures and recordings that WhatsApp does not take made into
// ones that it does.
import { LIMITS, type Kind, VOICE, judge } from "../text/validate.ts";

export interface Ready {
  id: string;
  name: string;
  size: number;
  kind: Kind;
  type: string;
  file: Blob;
  url: string;
}

export interface Refused {
  id: string;
  name: string;
  refusal: "empty" | "large" | "type" | "page" | "picture" | "sound";
  limit?: number;
}

const LARGEST_SIDE = 4096;
const ENDINGS: Readonly<Record<string, string>> = { "image/png": ".png", "image/jpeg": ".jpg", [VOICE]: ".ogg" };

export async function examine(file: File): Promise<Ready | Refused> {
  const id = crypto.randomUUID();
  const head = new Uint8Array(await file.slice(0, 128).arrayBuffer());
  const verdict = judge({ name: file.name, type: file.type, size: file.size, head });
  if ("refuse" in verdict) return { id, name: file.name, refusal: verdict.refuse, ...(verdict.limit ? { limit: verdict.limit } : {}) };
  if ("kind" in verdict) {
    const typed = file.type === verdict.type ? file : new Blob([file], { type: verdict.type });
    return { id, name: file.name, size: file.size, kind: verdict.kind, type: verdict.type, file: typed, url: URL.createObjectURL(typed) };
  }
  const type = verdict.convert;
  const kind = type === VOICE ? "audio" : "image";
  const made = await (kind === "audio" ? remuxed(file) : redrawn(file, type));
  if (!made) return { id, name: file.name, refusal: kind === "audio" ? "sound" : "picture" };
  if (made.size > LIMITS[kind]) return { id, name: file.name, refusal: "large", limit: LIMITS[kind] };
  const name = file.name.replace(/\.[^.]*$/, "") + ENDINGS[type];
  return { id, name, size: made.size, kind, type, file: made, url: URL.createObjectURL(made) };
}

async function remuxed(file: Blob): Promise<Blob | null> {
  try {
    const { remux } = await import("../voice/remux.ts");
    return new Blob(remux(new Uint8Array(await file.arrayBuffer())), { type: VOICE });
  } catch {
    return null;
  }
}

async function redrawn(file: Blob, type: string): Promise<Blob | null> {
  try {
    const picture = await createImageBitmap(file);
    const share = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, type, 0.9));
  } catch {
    return null;
  }
}
