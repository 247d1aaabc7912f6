// A line of the builder: its name, what was typed, how much of what WhatsApp allows it takes, and what is wrong with it.
import type { ComponentChildren } from "preact";

import { locale, t } from "../i18n/index.ts";
import forms from "../templates/templates.module.css";
import { type Draft, type Fault, LONGEST, lengthOf } from "../text/advanced.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./advanced.module.css";

/** What every part of a form is given. */
export interface Form {
  draft: Draft;
  set(part: Partial<Draft>): void;
  wrongAt(field: string): Fault | null;
  /** To screen readers: a region outside of a modal dialog would not be heard. */
  say(words: string): void;
  /** After what is under way is drawn. */
  focus(field: string): void;
}

interface FieldProps {
  form: Form;
  field: string;
  label: string;
  value: string;
  onChange(value: string): void;
  most?: number;
  isOptional?: boolean;
  isLong?: boolean;
  mode?: "text" | "url" | "tel" | "decimal";
  hint?: string | undefined;
}

export function Field({ form, field, label, value, onChange, most = 0, isOptional = false, isLong = false, mode = "text", hint }: FieldProps) {
  const id = `built-${field}`;
  const wrong = form.wrongAt(field);
  const told = [hint && `${id}-hint`, most && `${id}-count`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  const given = {
    id,
    "data-field": field,
    dir: mode === "text" ? ("auto" as const) : ("ltr" as const),
    value,
    autocomplete: "off",
    ...(mode === "text" ? {} : { inputMode: mode }),
    placeholder: isOptional ? t("optional") : "",
    "aria-invalid": wrong !== null,
    "aria-required": !isOptional,
    ...(told ? { "aria-describedby": told } : {}),
  };
  return (
    <div class={forms["field"]}>
      <div class={css["named"]}>
        <label for={id}>{label}</label>
        {most > 0 && <Count id={`${id}-count`} used={lengthOf(value)} most={most} />}
      </div>
      {isLong ? (
        <textarea {...given} class={css["long"]} rows={3} onInput={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <input {...given} class={ui["entry"]} type="text" onInput={(event) => onChange(event.currentTarget.value)} />
      )}
      {hint && (
        <p class={forms["hint"]} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p class={forms["wrong"]} id={`${id}-wrong`} role="alert">
          {t(wrong.text, { count: wrong.count ?? 0, start: "https://" })}
        </p>
      )}
    </div>
  );
}

function Count({ id, used, most }: { id: string; used: number; most: number }) {
  const left = most - used;
  const number = new Intl.NumberFormat(locale.value);
  return (
    <span class={css["count"]} data-over={left < 0 || undefined}>
      <span aria-hidden="true" dir="ltr">
        {number.format(used)}/{number.format(most)}
      </span>
      <span class="unseen" id={id}>
        {left < 0 ? t("tooLong", { count: -left }) : t("charactersLeft", { count: left })}
      </span>
    </span>
  );
}

export function Body({ form, hint }: { form: Form; hint?: string }) {
  return (
    <Field form={form} field="body" label={t("builtBody")} value={form.draft.body} most={LONGEST.body} isLong hint={hint} onChange={(body) => form.set({ body })} />
  );
}

/** A line above and one below what is asked. */
export function Framed({ form, children }: { form: Form; children: ComponentChildren }) {
  const { header, footer } = form.draft;
  return (
    <>
      <Field form={form} field="header" label={t("builtHeader")} value={header} most={LONGEST.header} isOptional onChange={(value) => form.set({ header: value })} />
      <Body form={form} />
      {children}
      <Field form={form} field="footer" label={t("builtFooter")} value={footer} most={LONGEST.footer} isOptional onChange={(value) => form.set({ footer: value })} />
    </>
  );
}

export function LinkFields({ form }: { form: Form }) {
  const { buttonText, url } = form.draft;
  return (
    <>
      <Field form={form} field="buttonText" label={t("builtButtonText")} value={buttonText} most={LONGEST.buttonText} onChange={(value) => form.set({ buttonText: value })} />
      <Field form={form} field="url" label={t("builtUrl")} value={url} mode="url" onChange={(value) => form.set({ url: value })} />
    </>
  );
}

interface ToolsProps {
  name: string;
  /** By which its buttons are found after they were moved; nothing that has none is moved. */
  field?: string;
  up?: (() => void) | undefined;
  down?: (() => void) | undefined;
  remove?: (() => void) | undefined;
}

/** What is done with one of several, by a press: its place among them, and whether it stays. */
export function Tools({ name, field = "", up, down, remove }: ToolsProps) {
  return (
    <span class={css["tools"]}>
      {field && <Tool icon="up" field={`${field}.up`} text={t("moveUp", { name })} act={up} />}
      {field && <Tool icon="down" field={`${field}.down`} text={t("moveDown", { name })} act={down} />}
      <Tool icon="bin" field={`${field}.remove`} text={t("remove", { name })} act={remove} />
    </span>
  );
}

/** One that can do nothing now keeps its place and the focus. */
function Tool({ icon, field, text, act }: { icon: IconName; field: string; text: string; act?: (() => void) | undefined }) {
  return (
    <button type="button" class={ui["icon"]} aria-label={text} title={text} data-field={field} aria-disabled={!act} onClick={() => act?.()}>
      <Icon name={icon} size={18} />
    </button>
  );
}

export function Add({ text, onPress, field, isOver = false }: { text: string; field: string; isOver?: boolean; onPress(): void }) {
  return (
    <button type="button" class={css["add"]} data-field={field} aria-disabled={isOver} onClick={() => isOver || onPress()}>
      <Icon name="plus" size={16} />
      {text}
    </button>
  );
}
