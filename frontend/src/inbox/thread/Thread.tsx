// The conversation that is open: its head, its messages, and the place to write.
import { useEffect } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { ids, listState } from "../state/list.ts";
import { openId, show } from "../state/router.ts";
import { conversations } from "../state/store.ts";
import { openThread, thread } from "../state/thread.ts";
import { tell } from "../state/presence.ts";
import { may } from "../state/session.ts";
import { isNarrow, panel } from "../state/view.ts";
import { Problem } from "../states/Empty.tsx";
import { Foot } from "../composer/Foot.tsx";
import { nameOf } from "../text/names.ts";
import { Head } from "./Head.tsx";
import { Scroller } from "./Scroller.tsx";
import css from "./thread.module.css";

export function Thread({ id }: { id: string }) {
  const opened = thread(id);
  useEffect(() => {
    void openThread(id);
    tell(id, "viewing");
    const timer = setInterval(() => document.visibilityState === "visible" && tell(id, "viewing"), 20_000);
    return () => {
      clearInterval(timer);
      tell(null, "viewing");
    };
  }, [id]);
  const conversation = conversations.get(id)?.value;
  const state = opened.state.value;
  if (state === "missing") {
    return (
      <section class={css["pane"]} aria-label={t("conversation")}>
        <Problem icon="inbox" text={t("threadMissing")} action={t("back")} onAction={() => show(null)} />
      </section>
    );
  }
  const covered = panel.value && isNarrow.value && may.readDetails.value && conversation !== undefined;
  return (
    <section class={css["pane"]} inert={covered} aria-label={conversation ? t("conversationWith", { name: nameOf(conversation) }) : t("conversation")}>
      {conversation && <Head conversation={conversation} />}
      {state === "failed" ? (
        <Problem icon="warning" text={t("threadFailed")} action={t("tryAgain")} onAction={() => void openThread(id)} />
      ) : state === "ready" ? (
        <Scroller opened={opened} />
      ) : (
        <div class={css["loading"]} role="status">
          <span class="unseen">{t("loading")}</span>
        </div>
      )}
      {conversation && state !== "failed" && <Foot conversation={conversation} />}
    </section>
  );
}

export function Unchosen() {
  const isEmpty = listState.value === "ready" && !ids.value.length;
  return (
    <section class={css["pane"]} aria-label={t("conversation")} data-unchosen>
      {!isEmpty && <Problem icon="inbox" text={t("chooseConversation")} detail={t("chooseConversationHint")} />}
    </section>
  );
}

export function openPane() {
  return openId.value ? <Thread key={openId.value} id={openId.value} /> : <Unchosen />;
}
