// Questions with buttons or lists, and what was chosen of them.
import { useState } from "preact/hooks";

import { t } from "../../i18n/index.ts";
import { bodyOf, part, parts, reply, word } from "../../text/content.ts";
import { address } from "../../text/format.ts";
import type { Content } from "../../types.ts";
import { Icon, type IconName } from "../../ui/icons.tsx";
import type { KindProps } from "./Body.tsx";
import { Unsupported } from "./Cards.tsx";
import css from "./kinds.module.css";
import { Words } from "./Text.tsx";

export function Interactive({ shown }: KindProps) {
  const { content } = shown;
  const chosen = reply(content);
  if (chosen) return <Chosen title={chosen.title} description={chosen.description} />;
  const form = part(content, "nfmReply");
  if (Object.keys(form).length) return <Answers form={form} />;
  if (!bodyOf(content) && !parts(content, "buttons").length) return <Unsupported />;
  return <Question content={content} />;
}

function Chosen({ title, description }: { title: string; description: string }) {
  return (
    <div class={css["chosen"]}>
      <p class={css["kicker"]}>
        <Icon name="tick" size={14} />
        {t("chose")}
      </p>
      <p class={css["text"]} dir="auto">{title}</p>
      {description && <p class={css["small"]} dir="auto">{description}</p>}
    </div>
  );
}

function Answers({ form }: { form: Content }) {
  const answers = Object.entries(part(form, "response")).filter(([name]) => name !== "flow_token");
  return (
    <div class={css["chosen"]}>
      <p class={css["kicker"]}>
        <Icon name="tick" size={14} />
        {t("filledIn")}
      </p>
      <dl class={css["answers"]}>
        {answers.map(([name, value]) => (
          <div key={name}>
            <dt dir="auto">{name.replaceAll("_", " ")}</dt>
            <dd dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Question({ content }: { content: Content }) {
  const header = word(part(content, "header"), "text") || word(content, "headerText");
  const footer = word(content, "footer", "footerText");
  const url = address(word(content, "url"));
  const isLink = word(content, "type") === "cta_url";
  return (
    <>
      {header && <p class={css["headline"]} dir="auto">{header}</p>}
      <Words text={bodyOf(content)} />
      {footer && <p class={css["small"]} dir="auto">{footer}</p>}
      {parts(content, "buttons").map((button, place) => (
        <Offer key={place} icon="reply" text={word(button, "title", "text")} />
      ))}
      {word(content, "type") === "location_request" && <Offer icon="pin" text={t("sendLocation")} isOurs />}
      {word(content, "buttonText") &&
        (url ? (
          <a class={css["offered"]} href={url} target="_blank" rel="noopener noreferrer">
            <Icon name="link" size={16} />
            <span dir="auto">{word(content, "buttonText")}</span>
          </a>
        ) : isLink ? (
          <Offer icon="link" text={word(content, "buttonText")} />
        ) : (
          <Sections content={content} />
        ))}
    </>
  );
}

/** What a contact can press; nothing happens here. */
function Offer({ icon, text, isOurs = false }: { icon: IconName; text: string; isOurs?: boolean }) {
  return (
    <p class={css["offered"]}>
      <Icon name={icon} size={16} flip={icon === "reply"} />
      {isOurs ? <span>{text}</span> : <span dir="auto">{text}</span>}
    </p>
  );
}

function Sections({ content }: { content: Content }) {
  const [isOpen, open] = useState(false);
  const sections = parts(content, "sections").filter((section) => parts(section, "rows").length);
  return (
    <>
      <button type="button" class={css["offered"]} aria-expanded={isOpen} onClick={() => open(!isOpen)}>
        <Icon name="list" size={16} />
        <span dir="auto">{word(content, "buttonText")}</span>
      </button>
      {isOpen &&
        sections.map((section, place) => (
          <div key={place}>
            {word(section, "title") && <p class={css["section"]} dir="auto">{word(section, "title")}</p>}
            <ul class={css["items"]} role="list">
              {parts(section, "rows").map((row, nth) => (
                <li key={nth}>
                  <span dir="auto">{word(row, "title")}</span>
                  <small dir="auto">{word(row, "description")}</small>
                </li>
              ))}
            </ul>
          </div>
        ))}
    </>
  );
}
