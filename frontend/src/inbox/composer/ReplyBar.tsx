// What the next message will answer.
import { t } from "../i18n/index.ts";
import { messages } from "../state/store.ts";
import { replyTo, replying } from "../state/view.ts";
import { Excerpt } from "../thread/Quote.tsx";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./composer.module.css";

export function ReplyBar({ conversationId }: { conversationId: string }) {
  const target = messages.get(replying.value.get(conversationId) ?? "")?.value;
  if (!target) return null;
  return (
    <div class={css["reply"]}>
      <div class={css["replied"]}>
        <span class="unseen">{t("replyingTo")}</span>
        <Excerpt target={target} />
      </div>
      <button type="button" class={ui["icon"]} aria-label={t("cancelReply")} onClick={() => replyTo(conversationId, null)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
