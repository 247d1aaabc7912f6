// Asks for everything that a template wants, beside the message as it will be; nothing goes out with a gap in it.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { send } from "../state/outbox.ts";
import { type Field, type Values, fields, parameters, problem } from "../text/params.ts";
import type { Template } from "../types.ts";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import { MediaField } from "./MediaField.tsx";
import { Rendered } from "./Rendered.tsx";
import css from "./templates.module.css";

const PROBLEMS = { missing: "fieldMissing", long: "fieldLong", breaks: "fieldBreaks", code: "fieldCode", number: "fieldNumber" } as const;

interface Props {
  template: Template;
  conversationId: string;
  onBack(): void;
  onSent(): void;
}

export function Form({ template, conversationId, onBack, onSent }: Props) {
  const values = useSignal<Values>({});
  const tried = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const all = fields(template.components);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, button[type=submit]")?.focus(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    tried.value = true;
    const wrong = all.find((field) => problem(field, values.peek()[field.id] ?? ""));
    if (wrong) return void form.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(wrong.id)}"]`)?.focus();
    post(conversationId, template, values.peek());
    onSent();
  };
  const set = (id: string, value: string): void => {
    values.value = { ...values.peek(), [id]: value };
  };
  return (
    <form ref={form} class={css["form"]} onSubmit={submit} noValidate>
      <div class={css["fields"]}>
        {all.length === 0 && <p class={css["hint"]}>{t("nothingToFill")}</p>}
        {all.map((field) => (
          <Asked
            key={field.id}
            field={field}
            value={values.value[field.id] ?? ""}
            wrong={tried.value ? problem(field, values.value[field.id] ?? "") : null}
            onChange={(value) => set(field.id, value)}
          />
        ))}
      </div>
      <div class={css["preview"]}>
        <p class={css["hint"]} id="preview-label">
          {t("preview")}
        </p>
        <div class={css["paper"]} role="group" aria-labelledby="preview-label">
          <Rendered components={template.components} values={values.value} />
        </div>
      </div>
      <div class={`${ui["dialogFoot"]} ${css["foot"]}`}>
        <button type="button" class={ui["secondary"]} onClick={onBack}>
          <Icon name="back" size={16} flip />
          {t("otherTemplate")}
        </button>
        <button type="submit" class={ui["primary"]}>
          {t("sendTemplate")}
        </button>
      </div>
    </form>
  );
}

/** Shown at once as the contact will see it. */
export function post(conversationId: string, template: Template, values: Values = {}): void {
  const given = parameters(template, values);
  const more = given ? { parameters: given } : {};
  const body = { type: "template", templateName: template.name, languageCode: template.language, ...more };
  send(conversationId, body, { name: template.name, language: template.language, ...more });
}

interface AskedProps {
  field: Field;
  value: string;
  wrong: ReturnType<typeof problem>;
  onChange(value: string): void;
}

function Asked({ field, value, wrong, onChange }: AskedProps) {
  const id = `field-${field.id}`;
  return (
    <div class={css["field"]}>
      <label for={id}>{labelOf(field)}</label>
      {field.place === "media" && field.media ? (
        <MediaField id={id} field={field} value={value} onChange={onChange} isWrong={wrong !== null} />
      ) : (
        <input
          id={id}
          data-field={field.id}
          type="text"
          class={ui["entry"]}
          dir="auto"
          value={value}
          placeholder={field.example}
          aria-invalid={wrong !== null}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {wrong && (
        <p class={css["wrong"]} id={`${id}-wrong`} role="alert">
          {t(PROBLEMS[wrong], { count: field.longest })}
        </p>
      )}
    </div>
  );
}

function labelOf(field: Field): string {
  const name = field.label.replaceAll("_", " ");
  const words =
    field.place === "media"
      ? t(field.media === "image" ? "headerImage" : field.media === "video" ? "headerVideo" : "headerDocument")
      : field.place === "button"
        ? t(field.button === "copy_code" ? "buttonCode" : "buttonValue", { name })
        : field.place === "location"
          ? t(`place_${field.label as "latitude"}`)
          : t(field.place === "header" ? "headerValue" : "bodyValue", { name });
  return field.card === undefined ? words : `${t("card", { number: field.card + 1 })} · ${words}`;
}
