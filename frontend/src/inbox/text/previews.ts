// One line for a message, in words: "Photo", "👍 to: Thanks!", "Voice message". Never an empty line, whatever its type.
import { type Key, type Values, t } from "../i18n/index.ts";
import type { Content, LastMessage } from "../types.ts";
import { lengthOf } from "../state/lengths.ts";
import { byWamid, keyOf, messages } from "../state/store.ts";
import { bodyOf, parts, reply, word } from "./content.ts";
import { clockTime } from "./when.ts";

const KINDS: Readonly<Record<string, Key>> = {
  image: "kindImage",
  video: "kindVideo",
  audio: "kindAudio",
  document: "kindDocument",
  sticker: "kindSticker",
  location: "kindLocation",
  contacts: "kindContacts",
  template: "kindTemplate",
  interactive: "kindInteractive",
  cta_url: "kindInteractive",
  flow: "kindFlow",
  order: "kindOrder",
  system: "kindSystem",
  media_placeholder: "kindPlaceholder",
  revoke: "kindRevoke",
  unsupported: "kindUnsupported",
};

export function kindName(type: string): string {
  return t((Object.hasOwn(KINDS, type) ? KINDS[type] : undefined) ?? "kindUnsupported");
}

/** From a whole message; `words` is the server's own line, where that is all there is. */
export function describe(type: string, content: Content, words: string | null): string {
  if (type === "reaction") return reaction(content, words);
  if (type === "text" || type === "button") return word(content, "body", "text") || words || kindName("unsupported");
  if (type === "edit") return words ?? t("kindEdit");
  if (type === "audio") return sound(content);
  if (type === "document") return word(content, "filename", "caption") || words || kindName(type);
  if (type === "location") return `${kindName(type)}${after(word(content, "name", "address") || plainWords(words))}`;
  if (type === "contacts") return `${kindName(type)}${after(cardNames(content) || words)}`;
  if (type === "template") return `${kindName(type)}${after(word(content, "name", "templateName") || words)}`;
  if (type === "interactive") return reply(content)?.title || bodyOf(content) || words || kindName(type);
  return word(content, "caption") || words || bodyOf(content) || kindName(type);
}

/** The whole message knows more than its line in the list, where it is loaded: what a reaction is about, how long a recording is. */
export function lastLine(last: LastMessage | null): string {
  if (!last) return t("noMessages");
  const whole = messages.get(keyOf(last.id))?.peek();
  const content = whole?.type === last.type ? whole.content : last.voice ? { voice: true } : {};
  if (last.type === "reaction" && last.preview && last.about) {
    return t("reactionTo", { emoji: last.preview, text: describe(last.about.type, {}, last.about.preview) });
  }
  return describe(last.type, content, last.preview);
}

function sound(content: Content): string {
  const length = lengthOf(word(content, "mediaUrl"));
  return `${t(content["voice"] === true ? "kindVoice" : "kindAudio")}${length ? ` (${clockTime(length)})` : ""}`;
}

function reaction(content: Content, words: string | null): string {
  const emoji = word(content, "emoji") || words;
  if (!emoji) return t("reactionRemoved");
  const target = byWamid(word(content, "wamid"))?.peek();
  const values: Values = target ? { emoji, text: describe(target.type, target.content, null) } : { emoji };
  return t(target ? "reactionTo" : "reactionPlain", values);
}

function cardNames(content: Content): string {
  return parts(content, "contacts").map((card) => word((card["name"] ?? {}) as Content, "formattedName")).filter(Boolean).join(", ");
}

/** A place without a name comes as two numbers, which say nothing in a list. */
function plainWords(words: string | null): string {
  return words && !/^-?[\d.]+, -?[\d.]+$/.test(words) ? words : "";
}

function after(text: string | null): string {
  return text ? `: ${text}` : "";
}
