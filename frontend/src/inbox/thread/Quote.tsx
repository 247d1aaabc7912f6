// The message that this one answers; pressing it leads there, however far back it lies.
import { t } from "../i18n/index.ts";
import { type Bubble, MOST_MOUNTED } from "../state/reduce.ts";
import { byWamid, conversations, keyOf } from "../state/store.ts";
import { type Thread, older, reach, thread } from "../state/thread.ts";
import { flash } from "../state/view.ts";
import { nameOf } from "../text/names.ts";
import { describe } from "../text/previews.ts";
import { announce } from "../ui/announce.ts";
import css from "./bubble.module.css";

export function Quote({ shown }: { shown: Bubble }) {
  const target = byWamid(shown.context?.wamid)?.value;
  const jump = (): void => void lead(shown, target);
  return (
    <button type="button" class={css["quote"]} onClick={jump} aria-label={t("goToQuoted")}>
      {target ? <Excerpt target={target} /> : <span class={css["excerpt"]}>{t("quotedEarlier")}</span>}
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

async function lead(shown: Bubble, target: Bubble | undefined): Promise<void> {
  const opened = thread(shown.conversationId);
  const id = target?.id ?? (await idOf(opened, shown.context?.wamid ?? ""));
  if (!id || !(await reach(opened, id))) return announce(t("quotedGone"), "assertive");
  const key = keyOf(id);
  requestAnimationFrame(() => {
    const row = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.focus({ preventScroll: true });
    flash(key);
  });
}

/** The session API's names of messages are made of our ids; of another, pages are gone back through until it is met. */
async function idOf(opened: Thread, wamid: string): Promise<string | null> {
  const hex = /^wamid\.([0-9a-f]{32})$/.exec(wamid)?.[1];
  if (hex) return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  while (!byWamid(wamid) && opened.hasOlder.peek() && opened.keys.peek().length < MOST_MOUNTED) {
    await older(opened);
    if (opened.stuck.peek()) break;
  }
  return byWamid(wamid)?.peek().id ?? null;
}
