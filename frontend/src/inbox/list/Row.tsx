// One conversation: who, what was said last and when, what waits, and whether it can still be answered freely.
import { t } from "../i18n/index.ts";
import { now, today } from "../state/clock.ts";
import { draftOf } from "../state/drafts.ts";
import { openId, show } from "../state/router.ts";
import { conversations } from "../state/store.ts";
import { takes } from "../state/takes.ts";
import { nameOf } from "../text/names.ts";
import { lastLine } from "../text/previews.ts";
import { short } from "../text/when.ts";
import { windowAt } from "../text/window.ts";
import type { Conversation } from "../types.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import { Ticks } from "../ui/Ticks.tsx";
import css from "./list.module.css";
import { useComputed } from "@preact/signals";

const ICONS: Readonly<Record<string, IconName>> = {
  image: "photo",
  video: "video",
  audio: "voice",
  document: "file",
  sticker: "smile",
  location: "pin",
  contacts: "person",
  template: "template",
  interactive: "template",
  order: "cart",
};

export function Row({ id }: { id: string }) {
  const conversation = conversations.get(id)?.value;
  const when = useComputed(() => short(conversations.get(id)?.value.lastMessageAt ?? "", today.value));
  const closed = useComputed(() => !windowAt(conversations.get(id)?.value.windowExpiresAt ?? null, now.value).isOpen);
  const current = useComputed(() => openId.value === id);
  if (!conversation) return null;
  const unread = conversation.unreadCount;
  return (
    <li class={css["item"]}>
      <button
        type="button"
        class={css["row"]}
        data-row={id}
        data-unread={unread > 0 || undefined}
        aria-current={current.value ? "true" : undefined}
        onClick={() => show(id)}
      >
        <Avatar contact={conversation} />
        <span class={css["top"]}>
          <span class={css["contact"]}>
            <bdi>{nameOf(conversation)}</bdi>
          </span>
          <time class={css["when"]} dateTime={conversation.lastMessageAt}>
            {when.value}
          </time>
        </span>
        <span class={css["bottom"]}>
          <Line conversation={conversation} />
          {closed.value && (
            <span class={css["closed"]} title={t("windowClosed")}>
              <Icon name="lock" size={14} />
              <span class="unseen">{t("windowClosed")}</span>
            </span>
          )}
          {unread > 0 && (
            <span class={css["pill"]}>
              <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
              <span class="unseen">{t("unreadCount", { count: unread })}</span>
            </span>
          )}
        </span>
      </button>
    </li>
  );
}

function Line({ conversation }: { conversation: Conversation }) {
  const unsent = draftOf(conversation.id) || (takes.value.has(conversation.id) ? t("kindVoice") : "");
  const draft = openId.value === conversation.id ? "" : unsent;
  if (draft) {
    return (
      <span class={css["line"]}>
        <span class={css["draft"]}>{t("draft")}</span>
        <bdi>{draft}</bdi>
      </span>
    );
  }
  const last = conversation.lastMessage;
  const icon = Object.hasOwn(ICONS, last?.type ?? "") ? ICONS[last?.type ?? ""] : undefined;
  return (
    <span class={css["line"]}>
      {last?.direction === "outbound" && (last.type !== "reaction" || last.status === "failed") && <Ticks status={last.status} size={15} />}
      {icon && <Icon name={icon} size={15} />}
      <bdi>{lastLine(last)}</bdi>
    </span>
  );
}
