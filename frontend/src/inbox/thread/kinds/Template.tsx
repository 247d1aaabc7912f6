// A template as the contact saw it: the words of the approved text with the values that were sent in their places.
import { useEffect } from "preact/hooks";

import { t } from "../../i18n/index.ts";
import { may } from "../../state/session.ts";
import { part, word } from "../../text/content.ts";
import { valuesOf } from "../../text/params.ts";
import type { Content } from "../../types.ts";
import { templateOf, wantTemplate } from "../../templates/book.ts";
import { Rendered } from "../../templates/Rendered.tsx";
import type { KindProps } from "./Body.tsx";
import { Card } from "./Cards.tsx";
import css from "./kinds.module.css";

export function Template({ shown }: KindProps) {
  const name = word(shown.content, "name", "templateName");
  const language = word(shown.content, "language", "languageCode");
  const template = templateOf(name, language).value;
  const given = part(shown.content, "parameters");
  useEffect(() => {
    if (!template && may.sendTemplates.value) wantTemplate(name, language);
  }, [name, language]);
  if (template) return <Rendered components={template.components} values={valuesOf(template, given)} media={mediaOf(given)} />;
  return (
    <Card icon="template" title={name || t("kindTemplate")}>
      <p class={css["small"]} dir="auto">{plain(given).join(" · ")}</p>
    </Card>
  );
}

function plain(given: Content): string[] {
  const body = Array.isArray(given["body"]) ? (given["body"] as Content[]) : [];
  return body.map((each) => word(each, "text")).filter(Boolean);
}

function mediaOf(given: Content): string {
  const header = Array.isArray(given["header"]) ? (given["header"][0] as Content | undefined) : undefined;
  for (const kind of ["image", "video", "document"]) {
    const id = word(part(header, kind), "id");
    if (id) return id;
  }
  return "";
}
