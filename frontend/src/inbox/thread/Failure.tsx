// Why a message did not get through, in words, with Meta's number small, and the one thing that helps, if anything does.
import { useComputed } from "@preact/signals";

import { call } from "../api.ts";
import { type Key, t } from "../i18n/index.ts";
import { retry } from "../state/outbox.ts";
import { forgive, unreacted } from "../state/reactions.ts";
import type { Bubble } from "../state/reduce.ts";
import { may } from "../state/session.ts";
import { keepMessage } from "../state/store.ts";
import { dialog } from "../state/view.ts";
import { adviceOn } from "../text/failures.ts";
import type { Message } from "../types.ts";
import css from "./bubble.module.css";

export function Failure({ shown, name }: { shown: Bubble; name: string }) {
  const ours = shown.local?.failure;
  const advice = adviceOn(shown);
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

/** A reaction of ours that did not get through is gone from the message; here is why. */
export function Unreacted({ name }: { name: string }) {
  const failed = useComputed(() => unreacted.value.get(name)).value;
  if (!failed) return null;
  const advice = adviceOn(failed);
  const reason = reasonOf(failed, advice.text);
  return (
    <div class={css["failure"]}>
      <p>
        {t("reactionFailed")} {t(advice.text)} {reason && <bdi class={css["reason"]}>{reason}</bdi>}{" "}
        {failed.error?.code ? <small dir="ltr">({failed.error.code})</small> : null}
      </p>
      <button type="button" onClick={() => forgive(name)}>
        {t("dismiss")}
      </button>
    </div>
  );
}

/** Meta took the message and said nothing: it is settled by its status, and must not be written twice. */
export function Unsure({ id }: { id: string }) {
  const check = (): void => void call<Message>(`messages/${id}`).then(({ data }) => keepMessage(data), () => undefined);
  return (
    <div class={css["failure"]} data-unsure role="status">
      <p>{t("metaSilent")}</p>
      <button type="button" onClick={check}>
        {t("checkAgain")}
      </button>
    </div>
  );
}

const SPOKEN: ReadonlySet<Key> = new Set(["failOther", "failFile", "failRejected", "failValue", "failTemplateValues"]);

/** Meta's own words, where ours cannot say what it was. */
function reasonOf(shown: Bubble, text: Key): string {
  if (!SPOKEN.has(text)) return "";
  return shown.local?.failure?.message || shown.error?.details || shown.error?.message || shown.error?.title || "";
}
