// Whom this conversation is with, how long it can be answered freely, and whether somebody else is at it.
import { useComputed } from "@preact/signals";

import { t } from "../i18n/index.ts";
import { now } from "../state/clock.ts";
import { stateOf } from "../state/presence.ts";
import { show } from "../state/router.ts";
import { may } from "../state/session.ts";
import { conversations } from "../state/store.ts";
import { panel } from "../state/view.ts";
import { handle, nameOf } from "../text/names.ts";
import { windowAt } from "../text/window.ts";
import type { Conversation } from "../types.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./thread.module.css";

export function Head({ conversation }: { conversation: Conversation }) {
  const name = nameOf(conversation);
  const under = handle(conversation);
  const here = stateOf(conversation.id);
  return (
    <header class={css["head"]}>
      <button type="button" class={ui["icon"]} aria-label={t("back")} data-narrow onClick={() => show(null)}>
        <Icon name="back" flip />
      </button>
      <Avatar contact={conversation} />
      <div class={css["who"]}>
        <h2 id="thread-title" tabIndex={-1} data-home>
          <bdi>{name}</bdi>
        </h2>
        {here ? (
          <p class={css["here"]}>{t(here === "typing" ? "someoneTyping" : "someoneHere")}</p>
        ) : (
          under !== name && (
            <p data-wide>
              <bdi dir="ltr">{under}</bdi>
            </p>
          )
        )}
        {!here && (
          <p data-narrow>
            <Countdown id={conversation.id} />
          </p>
        )}
      </div>
      <span data-wide>
        <Countdown id={conversation.id} />
      </span>
      {may.readDetails.value && (
        <button
          type="button"
          class={ui["icon"]}
          aria-label={t("contactDetails")}
          aria-expanded={panel.value}
          onClick={() => (panel.value = !panel.value)}
        >
          <Icon name="info" />
        </button>
      )}
    </header>
  );
}

function Countdown({ id }: { id: string }) {
  const text = useComputed(() => {
    const left = windowAt(conversations.get(id)?.value.windowExpiresAt ?? null, now.value);
    if (!left.isOpen) return `closed ${t(left.isNew ? "windowNew" : "windowClosed")}`;
    const words = left.hours ? t("hoursLeft", { hours: left.hours, minutes: left.minutes }) : t("minutesLeft", { minutes: left.minutes });
    return `${left.level} ${words}`;
  });
  const space = text.value.indexOf(" ");
  return (
    <span class={css["countdown"]} data-level={text.value.slice(0, space)} title={t("windowHint")}>
      <Icon name="clock" size={15} />
      {text.value.slice(space + 1)}
    </span>
  );
}
