// The message that this one answers; pressing it leads there, however far back it lies, and says so where it is gone, or
// cannot be loaded just now: pressing it again tries again.
import { useEffect, useState } from "preact/hooks";

import { t } from "../i18n/index.ts";
import type { Bubble } from "../state/reduce.ts";
import { openId } from "../state/router.ts";
import { byWamid, conversations, keyOf } from "../state/store.ts";
import { fetchNamed, reach, thread } from "../state/thread.ts";
import { sought } from "../state/view.ts";
import { nameOf } from "../text/names.ts";
import { describe } from "../text/previews.ts";
import { announce } from "../ui/announce.ts";
import css from "./bubble.module.css";

type Known = "asked" | "here" | "gone" | "failed";

export function Quote({ shown }: { shown: Bubble }) {
  const wamid = shown.context?.wamid ?? "";
  const [known, setKnown] = useState<Known>("asked");
  const [isBusy, setBusy] = useState(false);
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
    if (isBusy) return;
    setBusy(true);
    const found = await seek(wamid, shown.conversationId);
    setBusy(false);
    setKnown(found);
    if (found !== "here") announce(t(found === "gone" ? "quotedGone" : "quotedFailed"), "assertive");
  };
  return (
    <button type="button" class={css["quote"]} title={t("goToQuoted")} aria-busy={isBusy} onClick={() => void lead()}>
      {target ? <Excerpt target={target} /> : <span class={css["excerpt"]}>{t("quotedEarlier")}</span>}
      {known === "gone" && <span class={css["lost"]}>{t("quotedGone")}</span>}
      {known === "failed" && <span class={css["lost"]}>{t("quotedFailed")}</span>}
    </button>
  );
}

/** Finds it and shows it, unless another conversation was opened meanwhile. */
async function seek(wamid: string, conversationId: string): Promise<Known> {
  const named = await fetchNamed(wamid);
  const found = byWamid(wamid)?.peek();
  if (named === null) return "failed";
  if (!found || found.conversationId !== conversationId) return "gone";
  const reached = await reach(thread(conversationId), found.id);
  if (reached && openId.peek() === conversationId) sought.value = keyOf(found.id);
  return reached ? "here" : reached === null ? "failed" : "gone";
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
