// Why a message did not get through, in words, with Meta's number small, and the one thing that helps, if anything does.
import { type Key, t } from "../i18n/index.ts";
import { retry } from "../state/outbox.ts";
import type { Bubble, Local } from "../state/reduce.ts";
import { may } from "../state/session.ts";
import { dialog } from "../state/view.ts";
import { type Advice, adviceFor } from "../text/failures.ts";
import css from "./bubble.module.css";

type Kind = NonNullable<Local["failure"]>["kind"];

const OURS: Readonly<Record<Kind, Advice>> = {
  permission: { text: "failPermission", canRetry: false, template: false },
  rejected: { text: "failRejected", canRetry: false, template: false },
  server: { text: "failServer", canRetry: true, template: false },
  lost: { text: "failLost", canRetry: true, template: false },
};

export function Failure({ shown, name }: { shown: Bubble; name: string }) {
  const ours = shown.local?.failure;
  const advice = ours ? OURS[ours.kind] : adviceFor(shown.error?.code);
  const reason = reasonOf(shown, advice.text);
  return (
    <div class={css["failure"]}>
      <p>
        {t(advice.text)} {reason && <bdi class={css["reason"]}>{reason}</bdi>}{" "}
        {shown.error?.code ? <small dir="ltr">({shown.error.code})</small> : null}
      </p>
      {advice.template && may.sendTemplates.value && (
        <button type="button" onClick={() => (dialog.value = "template")}>
          {t("chooseTemplate")}
        </button>
      )}
      {(ours ? advice.canRetry : (shown.retryable ?? advice.canRetry)) && (
        <button type="button" onClick={() => void retry(name)}>
          {t("tryAgain")}
        </button>
      )}
    </div>
  );
}

const SPOKEN: ReadonlySet<Key> = new Set(["failOther", "failFile", "failRejected", "failValue", "failTemplateValues"]);

/** Meta's own words, where ours cannot say what it was. */
function reasonOf(shown: Bubble, text: Key): string {
  if (!SPOKEN.has(text)) return "";
  return shown.local?.failure?.message || shown.error?.details || shown.error?.message || shown.error?.title || "";
}
