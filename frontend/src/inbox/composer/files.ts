// Files on their way in: read, judged by `text/validate.ts`, and pictures that WhatsApp does not take made into ones that it does.
import { LIMITS, type Kind, judge } from "../text/validate.ts";

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
  refusal: "empty" | "large" | "type" | "page" | "picture";
  limit?: number;
}

const LARGEST_SIDE = 4096;

export async function examine(file: File): Promise<Ready | Refused> {
  const id = crypto.randomUUID();
  const head = new Uint8Array(await file.slice(0, 128).arrayBuffer());
  const verdict = judge({ name: file.name, type: file.type, size: file.size, head });
  if ("refuse" in verdict) return { id, name: file.name, refusal: verdict.refuse, ...(verdict.limit ? { limit: verdict.limit } : {}) };
  if ("kind" in verdict) {
    const typed = file.type === verdict.type ? file : new Blob([file], { type: verdict.type });
    return { id, name: file.name, size: file.size, kind: verdict.kind, type: verdict.type, file: typed, url: URL.createObjectURL(typed) };
  }
  const made = await redrawn(file, verdict.convert);
  if (!made) return { id, name: file.name, refusal: "picture" };
  if (made.size > LIMITS.image) return { id, name: file.name, refusal: "large", limit: LIMITS.image };
  const name = file.name.replace(/\.[^.]*$/, "") + (verdict.convert === "image/png" ? ".png" : ".jpg");
  return { id, name, size: made.size, kind: "image", type: verdict.convert, file: made, url: URL.createObjectURL(made) };
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
