// The story of one message: when it was sent, delivered, read; why it failed; how Meta counted it.
import { useEffect, useRef } from "preact/hooks";

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
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    if (shown) void call<Message>(`messages/${shown.id}`).then(({ data }) => keepMessage(data), () => undefined);
  }, [name]);
  const close = (): void => {
    informed.value = null;
    document.getElementById("panel-title")?.focus();
  };
  if (!shown) return null;
  const times = shown.statusTimestamps ?? {};
  return (
    <section class={css["info"]} aria-label={t("messageInfo")}>
      <header class={css["head"]}>
        <h3 ref={heading} tabIndex={-1}>
          {t("messageInfo")}
        </h3>
        <button type="button" class={ui["icon"]} aria-label={t("closeInfo")} onClick={close}>
          <Icon name="close" size={18} />
        </button>
      </header>
      <p class={css["about"]} dir="auto">{describe(shown.type, shown.content, null)}</p>
      <dl class={css["facts"]}>
        {shown.direction === "inbound" && <Fact name={t("received")} value={exact(shown.timestamp)} />}
        {STEPS.map(([step, words]) => times[step] && <Fact key={step} name={t(words)} value={exact(times[step])} />)}
        {shown.error && <Fact name={t("reason")} value={[shown.error.title, shown.error.code && `(${shown.error.code})`].filter(Boolean).join(" ")} />}
        {shown.error?.details && <Fact name={t("details")} value={shown.error.details} />}
        {shown.pricing?.category && <Fact name={t("pricing")} value={priced(shown.pricing)} />}
      </dl>
    </section>
  );
}

const CATEGORIES: Readonly<Record<string, Key>> = {
  utility: "categoryUTILITY",
  marketing: "categoryMARKETING",
  authentication: "categoryAUTHENTICATION",
  service: "categorySERVICE",
};
const TYPES: Readonly<Record<string, Key>> = {
  regular: "pricingRegular",
  free_customer_service: "pricingFree",
  free_entry_point: "pricingFree",
};

/** In words where there are any for what Meta says. */
function priced({ category = "", type = "" }: NonNullable<Message["pricing"]>): string {
  const known = [CATEGORIES[category], TYPES[type]];
  return [category, type].map((each, nth) => (known[nth] ? t(known[nth]) : each)).filter(Boolean).join(" · ");
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
