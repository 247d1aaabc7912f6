// The whole page when there is no inbox to show: what became of the link, and whom to ask. Nothing else is left on it.
import { useEffect, useRef } from "preact/hooks";

import { type Key, t } from "../i18n/index.ts";
import { type LinkState as State, linkExpiredAt, linkState } from "../state/session.ts";
import { date } from "../text/when.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./states.module.css";

type Ended = Exclude<State, "opening" | "open">;

const SHOWN: Readonly<Record<Ended, readonly [IconName, Key, Key]>> = {
  wrong: ["link", "linkWrong", "linkWrongHint"],
  expired: ["clock", "linkExpired", "linkExpiredHint"],
  revoked: ["lock", "linkRevoked", "linkRevokedHint"],
  rotated: ["retry", "linkRotated", "linkRotatedHint"],
  suspended: ["lock", "linkSuspended", "linkSuspendedHint"],
  unreachable: ["warning", "unreachable", "unreachableHint"],
  closed: ["lock", "linkClosed", "linkClosedHint"],
  throttled: ["clock", "throttled", "throttledHint"],
};

export function LinkState({ onRetry }: { onRetry(): void }) {
  const state = linkState.value;
  if (state === "opening" || state === "open") return <Opening />;
  const [icon, title, hint] = SHOWN[state];
  const when = state === "expired" && linkExpiredAt.value ? t("linkExpiredOn", { date: date(linkExpiredAt.value) }) : t(title);
  const again = state === "unreachable" || state === "throttled" || state === "suspended";
  return <Card key={state} icon={icon} title={when} hint={t(hint)} {...(again ? { onRetry } : {})} />;
}

export function NoReading() {
  return <Card icon="lock" title={t("cannotRead")} hint={t("cannotReadHint")} />;
}

function Opening() {
  return (
    <main class={css["page"]}>
      <h1 class={css["opening"]}>{t("opening")}</h1>
    </main>
  );
}

function Card({ icon, title, hint, onRetry }: { icon: IconName; title: string; hint: string; onRetry?(): void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main class={css["page"]}>
      <div class={css["card"]}>
        <span class={css["mark"]}>
          <Icon name={icon} size={26} />
        </span>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{hint}</p>
        {onRetry && (
          <button type="button" class={ui["primary"]} onClick={onRetry}>
            {t("tryAgain")}
          </button>
        )}
      </div>
    </main>
  );
}
