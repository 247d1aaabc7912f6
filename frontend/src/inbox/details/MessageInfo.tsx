// The story of one message: when it was sent, delivered, read; why it failed; how Meta counted it.
import { useEffect } from "preact/hooks";

import { call } from "../api.ts";
import { type Key, t } from "../i18n/index.ts";
import { keepMessage, messages } from "../state/store.ts";
import { informed } from "../state/view.ts";
import { describe } from "../text/previews.ts";
import { exact } from "../text/when.ts";
import type { Message } from "../types.ts";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./details.module.css";

const STEPS: readonly (readonly [string, Key])[] = [
  ["sent", "statusSent"],
  ["delivered", "statusDelivered"],
  ["read", "statusRead"],
  ["failed", "statusFailed"],
];

export function MessageInfo({ name }: { name: string }) {
  const shown = messages.get(name)?.value;
  useEffect(() => {
    if (shown) void call<Message>(`messages/${shown.id}`).then(({ data }) => keepMessage(data), () => undefined);
  }, [name]);
  if (!shown) return null;
  const times = shown.statusTimestamps ?? {};
  return (
    <section class={css["info"]} aria-label={t("messageInfo")}>
      <header class={css["head"]}>
        <h3>{t("messageInfo")}</h3>
        <button type="button" class={ui["icon"]} aria-label={t("closeInfo")} onClick={() => (informed.value = null)}>
          <Icon name="close" size={18} />
        </button>
      </header>
      <p class={css["about"]} dir="auto">{describe(shown.type, shown.content, null)}</p>
      <dl class={css["facts"]}>
        {shown.direction === "inbound" && <Fact name={t("received")} value={exact(shown.timestamp)} />}
        {STEPS.map(([step, words]) => times[step] && <Fact key={step} name={t(words)} value={exact(times[step])} />)}
        {shown.error && <Fact name={t("reason")} value={[shown.error.title, shown.error.code && `(${shown.error.code})`].filter(Boolean).join(" ")} />}
        {shown.error?.details && <Fact name={t("details")} value={shown.error.details} />}
        {shown.pricing?.category && <Fact name={t("pricing")} value={[shown.pricing.category, shown.pricing.type].filter(Boolean).join(" · ")} />}
      </dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}
