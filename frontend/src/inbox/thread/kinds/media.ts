// Where the bytes of a message are: with this page while they are on their way, else at the gateway.
import type { Bubble } from "../../state/reduce.ts";
import { word } from "../../text/content.ts";

export function sourceOf(shown: Bubble): string {
  return shown.local?.fileUrl ?? word(shown.content, "mediaUrl");
}

/** Whether this browser plays a sound of this type; old Safari has no Ogg, and nobody has AMR. */
export function plays(type: string): boolean {
  if (!type) return true;
  const plain = type.includes("opus") || !type.startsWith("audio/ogg") ? type : "audio/ogg; codecs=opus";
  return document.createElement("audio").canPlayType(plain) !== "";
}

export type Trouble = "gone" | "unreadable" | "away";

/** Why a file did not show: Meta does not have it any more, this browser cannot read it, or nobody answers just now. */
export async function whyNot(source: string): Promise<Trouble> {
  if (source.startsWith("blob:")) return "unreadable";
  const answer = await fetch(source, { headers: { Range: "bytes=0-0" }, credentials: "same-origin" }).catch(() => null);
  void answer?.body?.cancel();
  if (answer?.ok) return "unreadable";
  return answer && answer.status < 429 ? "gone" : "away";
}
