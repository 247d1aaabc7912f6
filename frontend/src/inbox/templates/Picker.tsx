// Chooses a template: search, languages, categories; only what can be sent. One without variables goes out from here in one step.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { locale, t } from "../i18n/index.ts";
import { component, fields } from "../text/params.ts";
import { Problem } from "../states/Empty.tsx";
import type { Template } from "../types.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import { page } from "./book.ts";
import { Form, post } from "./Form.tsx";
import css from "./templates.module.css";

const PAUSE = 200;
const CATEGORIES = ["UTILITY", "MARKETING", "AUTHENTICATION"] as const;

export function Picker({ conversationId, onClose }: { conversationId: string; onClose(): void }) {
  const chosen = useSignal<Template | null>(null);
  if (chosen.value) {
    return (
      <Dialog title={chosen.value.name.replaceAll("_", " ")} onClose={onClose} isName wide>
        <Form template={chosen.value} conversationId={conversationId} onBack={() => (chosen.value = null)} onSent={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t("chooseTemplate")} onClose={onClose}>
      <Choices onChoose={(template) => (chosen.value = template)} onSend={(template) => (post(conversationId, template), onClose())} />
    </Dialog>
  );
}

function Choices({ onChoose, onSend }: { onChoose(template: Template): void; onSend(template: Template): void }) {
  const wanted = useSignal({ search: "", language: "", category: "" });
  const found = useSignal<readonly Template[]>([]);
  const languages = useSignal<readonly string[]>([]);
  const next = useSignal<string | null>(null);
  const state = useSignal<"loading" | "ready" | "failed">("loading");
  const turn = useRef(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const load = async (cursor: string | null): Promise<void> => {
    const mine = ++turn.current;
    try {
      const got = await page(wanted.peek(), cursor);
      if (mine !== turn.current) return;
      found.value = cursor ? [...found.peek(), ...got.found] : got.found;
      next.value = got.next;
      state.value = "ready";
      const more = new Set([...languages.peek(), ...found.peek().map((each) => each.language)]);
      languages.value = [...more].sort();
    } catch {
      if (mine === turn.current) state.value = "failed";
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => void load(null), wanted.value.search ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [wanted.value]);
  return (
    <div class={css["choices"]}>
      <input
        ref={field}
        data-home
        type="search"
        class={ui["entry"]}
        dir="auto"
        autofocus
        aria-label={t("searchTemplates")}
        placeholder={t("searchTemplates")}
        value={wanted.value.search}
        onInput={(event) => (wanted.value = { ...wanted.peek(), search: event.currentTarget.value })}
      />
      <div class={css["chips"]} role="group" aria-label={t("filter")}>
        {languages.value.length > 1 &&
          languages.value.map((each) => (
            <Chip key={each} text={languageName(each)} isOn={wanted.value.language === each} onPress={(on) => (wanted.value = { ...wanted.peek(), language: on ? each : "" })} />
          ))}
        {CATEGORIES.map((each) => (
          <Chip
            key={each}
            text={t(`category${each}`)}
            isOn={wanted.value.category === each}
            onPress={(on) => (wanted.value = { ...wanted.peek(), category: on ? each : "" })}
          />
        ))}
      </div>
      {state.value === "failed" && <Problem icon="warning" text={t("templatesFailed")} action={t("tryAgain")} onAction={() => void load(null)} />}
      {state.value === "ready" && !found.value.length && <Problem icon="template" text={t(wanted.value.search ? "noTemplatesFound" : "noTemplates")} />}
      <ul class={css["list"]} role="list" aria-busy={state.value === "loading"}>
        {found.value.map((each) => (
          <li key={each.id}>
            <button type="button" onClick={() => onChoose(each)}>
              <span class={css["title"]}>
                <bdi>{each.name}</bdi>
                <small>{languageName(each.language)}</small>
              </span>
              <span class={css["excerpt"]} dir="auto">{component(each.components, "BODY")?.text ?? ""}</span>
              {fields(each.components).length === 0 && <small class={css["ready"]}>{t("noVariables")}</small>}
              <Icon name="next" size={16} flip />
            </button>
            {fields(each.components).length === 0 && (
              <button type="button" class={css["now"]} aria-label={t("sendNow", { name: each.name })} onClick={() => onSend(each)}>
                {t("send")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {next.value && (
        <button type="button" class={ui["secondary"]} onClick={() => void load(next.peek())}>
          {t("loadMore")}
        </button>
      )}
    </div>
  );
}

/** Meta's `es_AR` in the reader's words. */
function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([locale.value], { type: "language" }).of(code.replace("_", "-")) ?? code;
  } catch {
    return code;
  }
}

function Chip({ text, isOn, onPress }: { text: string; isOn: boolean; onPress(on: boolean): void }) {
  return (
    <button type="button" class={ui["chip"]} aria-pressed={isOn} onClick={() => onPress(!isOn)}>
      {text}
    </button>
  );
}
