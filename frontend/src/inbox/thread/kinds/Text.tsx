// A text with WhatsApp's marks and its links, made of elements: nothing in it can become markup.
import { word } from "../../text/content.ts";
import { type Piece, fewEmoji, parse } from "../../text/format.ts";
import css from "./kinds.module.css";
import type { KindProps } from "./Body.tsx";

export function Text({ shown }: KindProps) {
  const text = word(shown.content, "body", "text");
  const emoji = fewEmoji(text);
  return (
    <p class={css["text"]} dir="auto" data-emoji={emoji || undefined}>
      <Pieces all={emoji ? [text.trim()] : parse(text)} />
    </p>
  );
}

export function Words({ text, small = false }: { text: string; small?: boolean }) {
  return (
    <p class={small ? css["small"] : css["text"]} dir="auto">
      <Pieces all={parse(text)} />
    </p>
  );
}

function Pieces({ all }: { all: readonly Piece[] }) {
  return <>{all.map(piece)}</>;
}

function piece(each: Piece, place: number) {
  if (typeof each === "string") return each;
  switch (each.kind) {
    case "bold":
      return <strong key={place}>{each.parts.map(piece)}</strong>;
    case "italic":
      return <em key={place}>{each.parts.map(piece)}</em>;
    case "strike":
      return <s key={place}>{each.parts.map(piece)}</s>;
    case "code":
      return <code key={place}>{each.text}</code>;
    case "block":
      return (
        <code key={place} class={css["block"]}>
          {each.text}
        </code>
      );
    case "link":
      return (
        <a key={place} href={each.href} target="_blank" rel="noopener noreferrer">
          {each.text}
        </a>
      );
  }
}
