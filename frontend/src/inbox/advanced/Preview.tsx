// The message as it will be, drawn by what draws those that were sent; names stand in for what is not written yet.
import { t } from "../i18n/index.ts";
import type { Bubble } from "../state/reduce.ts";
import forms from "../templates/templates.module.css";
import { type Draft, type Kind, letterOf } from "../text/advanced.ts";
import { bodyOf, part, parts, word } from "../text/content.ts";
import { Body } from "../thread/kinds/Body.tsx";
import type { Content } from "../types.ts";

export function Preview({ kind, draft }: { kind: Kind; draft: Draft }) {
  return (
    <div class={forms["preview"]}>
      <p class={forms["hint"]} id="built-preview">
        {t("preview")}
      </p>
      <div class={forms["paper"]} role="group" aria-labelledby="built-preview">
        <Body shown={bubbleOf(kind, draft)} name="" />
      </div>
    </div>
  );
}

function bubbleOf(kind: Kind, draft: Draft): Bubble {
  const { body, content } = letterOf(kind, draft);
  return {
    id: "", clientId: null, conversationId: "", wamid: null, direction: "outbound", type: body.type, content: named(kind, content),
    status: "pending", timestamp: "", error: null, context: null, origin: "api", editedAt: null, deletedAt: null, reactions: [],
  }; // prettier-ignore
}

function named(kind: Kind, content: Content): Content {
  if (kind === "location") return content;
  if (kind === "contact") return { contacts: parts(content, "contacts").map(cardOf) };
  const buttons = parts(content, "buttons").map((each, nth) => ({ ...each, title: word(each, "title") || t("builtButton", { number: nth + 1 }) }));
  return {
    ...content,
    body: bodyOf(content) || t("builtNoBody"),
    ...(buttons.length ? { buttons } : {}),
    ...(kind === "list" || kind === "link" ? { buttonText: word(content, "buttonText") || t("builtButtonText") } : {}),
  };
}

function cardOf(card: Content): Content {
  return { ...card, name: part(card, "name"), phones: parts(card, "phones").filter((each) => word(each, "phone")) };
}
