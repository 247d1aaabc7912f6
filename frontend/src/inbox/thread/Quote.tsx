// The message that this one answers; pressing it leads there, however far back it lies, and says so where it is gone.
import { useEffect, useState } from "preact/hooks";

import { t } from "../i18n/index.ts";
import type { Bubble } from "../state/reduce.ts";
import { byWamid, conversations, keyOf } from "../state/store.ts";
import { fetchNamed, reach, thread } from "../state/thread.ts";
import { sought } from "../state/view.ts";
import { nameOf } from "../text/names.ts";
import { describe } from "../text/previews.ts";
import { announce } from "../ui/announce.ts";
import css from "./bubble.module.css";

export function Quote({ shown }: { shown: Bubble }) {
  const wamid = shown.context?.wamid ?? "";
  const [known, setKnown] = useState<"asked" | "here" | "gone">("asked");
  const target = byWamid(wamid)?.value;
  useEffect(() => {
    if (target) return;
    let isHere = true;
    void fetchNamed(wamid).then((found) => isHere && found !== null && setKnown(found ? "here" : "gone"));
    return () => {
      isHere = false;
    };
  }, [wamid]);
  const lead = async (): Promise<void> => {
    const found = byWamid(wamid)?.peek();
    if (found && found.conversationId === shown.conversationId && (await reach(thread(shown.conversationId), found.id))) {
      sought.value = keyOf(found.id);
      return;
    }
    setKnown("gone");
    announce(t("quotedGone"), "assertive");
  };
  return (
    <button type="button" class={css["quote"]} title={t("goToQuoted")} onClick={() => void lead()}>
      {target ? <Excerpt target={target} /> : <span class={css["excerpt"]}>{t("quotedEarlier")}</span>}
      {known === "gone" && <span class={css["excerpt"]}>{t("quotedGone")}</span>}
    </button>
  );
}

export function Excerpt({ target }: { target: Bubble }) {
  const conversation = conversations.get(target.conversationId)?.value;
  const who = target.direction === "outbound" ? t("you") : conversation ? nameOf(conversation) : t("contact");
  return (
    <>
      <bdi class={css["quoted"]}>{who}</bdi>
      <span class={css["excerpt"]}>
        <bdi>{target.deletedAt ? t("deleted") : describe(target.type, target.content, null)}</bdi>
      </span>
    </>
  );
}
