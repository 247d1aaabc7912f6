// Beside the conversation: who the contact is, what was shared, and the story of one message. Only with `readDetails`.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { call } from "../api.ts";
import { t } from "../i18n/index.ts";
import { keepMessage, keyOf, messages } from "../state/store.ts";
import { now } from "../state/clock.ts";
import { enlarged, informed, panel } from "../state/view.ts";
import { Problem } from "../states/Empty.tsx";
import { word } from "../text/content.ts";
import { handle, nameOf } from "../text/names.ts";
import { date } from "../text/when.ts";
import { windowAt } from "../text/window.ts";
import { formatPhone } from "../text/phone.ts";
import type { Conversation, Details, Message } from "../types.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./details.module.css";
import { MessageInfo } from "./MessageInfo.tsx";

export function Panel({ conversation }: { conversation: Conversation }) {
  const details = useSignal<Details | null>(null);
  const failed = useSignal(false);
  const load = async (): Promise<void> => {
    failed.value = false;
    try {
      const { data } = await call<Details>(`conversations/${conversation.id}/details`);
      data.media.forEach(keepMessage);
      details.value = data;
    } catch {
      failed.value = true;
    }
  };
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => void load(), [conversation.id]);
  return (
    <section class={css["panel"]} aria-label={t("contactDetails")}>
      <header class={css["head"]}>
        <h2 ref={heading} id="panel-title" tabIndex={-1} data-home>
          {t("contactDetails")}
        </h2>
        <button type="button" class={ui["icon"]} aria-label={t("close")} onClick={() => (panel.value = false)}>
          <Icon name="close" />
        </button>
      </header>
      {informed.value && messages.has(informed.value) && <MessageInfo key={informed.value} name={informed.value} />}
      <div class={css["person"]}>
        <Avatar contact={conversation} />
        <p class={css["name"]}>
          <bdi>{nameOf(conversation)}</bdi>
        </p>
        {handle(conversation) !== nameOf(conversation) && (
          <p>
            <bdi dir="ltr">{handle(conversation)}</bdi>
          </p>
        )}
      </div>
      {failed.value && <Problem icon="warning" text={t("detailsFailed")} action={t("tryAgain")} onAction={() => void load()} />}
      {details.value && <Facts details={details.value} conversation={conversation} />}
      {details.value && <Shared all={details.value.media} conversationId={conversation.id} />}
    </section>
  );
}

function Facts({ details, conversation }: { details: Details; conversation: Conversation }) {
  const left = windowAt(conversation.windowExpiresAt, now.value);
  const window = left.isOpen
    ? left.hours
      ? t("hoursLeft", { hours: left.hours, minutes: left.minutes })
      : t("minutesLeft", { minutes: left.minutes })
    : t(left.isNew ? "windowNew" : "windowClosed");
  const facts: readonly (readonly [string, string | null])[] = [
    [t("number"), details.contactPhone ? formatPhone(details.contactPhone) : null],
    [t("userName"), details.contactUsername ? `@${details.contactUsername}` : null],
    [t("firstSeen"), details.firstSeenAt ? date(details.firstSeenAt) : null],
    [t("window"), window],
  ];
  return (
    <dl class={css["facts"]}>
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Shared({ all, conversationId }: { all: readonly Message[]; conversationId: string }) {
  const pictures = all.filter((each) => each.type === "image");
  const files = all.filter((each) => each.type === "document");
  const enlarge = (message: Message): void => {
    enlarged.value = { conversationId, key: keyOf(message.id) };
  };
  return (
    <>
      <h3 class={css["heading"]}>{t("sharedMedia")}</h3>
      {!pictures.length && !files.length && <p class={css["nothing"]}>{t("nothingShared")}</p>}
      <div class={css["pictures"]}>
        {pictures.map((each) => (
          <button key={each.id} type="button" aria-label={t("openPhoto")} onClick={() => enlarge(each)}>
            <img src={word(each.content, "mediaUrl")} alt="" loading="lazy" width={88} height={88} />
          </button>
        ))}
      </div>
      <ul class={css["files"]} role="list">
        {files.map((each) => (
          <li key={each.id}>
            <a href={word(each.content, "mediaUrl")} download={word(each.content, "filename")}>
              <Icon name="file" size={18} />
              <bdi>{word(each.content, "filename") || t("kindDocument")}</bdi>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
