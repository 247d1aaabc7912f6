// Builds what is more than text: each kind's form beside the message as it will be; nothing goes out beyond WhatsApp's limits.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { quotedIn } from "../composer/quoted.ts";
import { t } from "../i18n/index.ts";
import { builtSoFar, keepBuilt } from "../state/built.ts";
import { now } from "../state/clock.ts";
import { send } from "../state/outbox.ts";
import { conversations } from "../state/store.ts";
import { replyTo } from "../state/view.ts";
import forms from "../templates/templates.module.css";
import { type Draft, type Kind, blank, faults, isBlank, letterOf } from "../text/advanced.ts";
import { windowAt } from "../text/window.ts";
import { Dialog } from "../ui/Dialog.tsx";
import ui from "../ui/ui.module.css";
import css from "./advanced.module.css";
import { Buttons } from "./Buttons.tsx";
import { Body, type Form, Framed, LinkFields } from "./fields.tsx";
import { List } from "./List.tsx";
import { Card, Place } from "./Place.tsx";
import { Preview } from "./Preview.tsx";

interface Props {
  kind: Kind;
  conversationId: string;
  onClose(): void;
}

export function Builder({ kind, conversationId, onClose }: Props) {
  const draft = useSignal<Draft>(builtSoFar(conversationId, kind) ?? blank());
  const tried = useSignal(false);
  const said = useSignal("");
  const element = useRef<HTMLFormElement>(null);
  const isOpen = useComputed(() => windowAt(conversations.get(conversationId)?.value.windowExpiresAt ?? null, now.value).isOpen);
  useEffect(() => element.current?.querySelector<HTMLElement>("[data-first], input, textarea")?.focus(), []);
  const wrong = tried.value ? faults(kind, draft.value) : [];
  const form: Form = {
    draft: draft.value,
    set(part) {
      draft.value = { ...draft.peek(), ...part };
      keepBuilt(conversationId, kind, isBlank(draft.peek()) ? null : draft.peek());
    },
    wrongAt: (field) => wrong.find((each) => each.field === field) ?? null,
    say: (words) => void (said.value = words),
    focus: (field) => requestAnimationFrame(() => place(element.current, field)?.focus()),
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    tried.value = true;
    const first = faults(kind, draft.peek())[0];
    if (first) return place(element.current, first.field)?.focus();
    if (isOpen.peek()) post(conversationId, kind, draft.peek());
    if (isOpen.peek()) onClose();
  };
  return (
    <Dialog title={t(`more_${kind}`)} onClose={onClose} wide>
      <form ref={element} class={forms["form"]} onSubmit={submit} noValidate>
        <div class={forms["fields"]}>
          <Fields kind={kind} form={form} />
        </div>
        <Preview kind={kind} draft={draft.value} />
        <div class={`${ui["dialogFoot"]} ${forms["foot"]}`}>
          {!isOpen.value && (
            <p class={css["closed"]} role="alert">
              {t("builtTooLate")}
            </p>
          )}
          <button type="button" class={ui["secondary"]} onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class={ui["primary"]} disabled={!isOpen.value}>
            {t("send")}
          </button>
        </div>
      </form>
      <p class="unseen" role="status">
        {said.value}
      </p>
    </Dialog>
  );
}

function Fields({ kind, form }: { kind: Kind; form: Form }) {
  if (kind === "location") return <Place form={form} />;
  if (kind === "contact") return <Card form={form} />;
  if (kind === "askLocation") return <Body form={form} hint={t("askLocationHint")} />;
  return (
    <Framed form={form}>
      {kind === "buttons" && <Buttons form={form} />}
      {kind === "list" && <List form={form} />}
      {kind === "link" && <LinkFields form={form} />}
    </Framed>
  );
}

function place(form: HTMLElement | null, field: string): HTMLElement | null {
  return form?.querySelector<HTMLElement>(`[data-field="${CSS.escape(field)}"]`) ?? null;
}

/** Shown at once as the contact will see it; what was built is done with. */
function post(conversationId: string, kind: Kind, draft: Draft): void {
  const { body, content } = letterOf(kind, draft);
  const wamid = quotedIn(conversationId);
  send(conversationId, { ...body, ...(wamid ? { context: { wamid } } : {}) }, content, wamid);
  replyTo(conversationId, null);
  keepBuilt(conversationId, kind, null);
}
