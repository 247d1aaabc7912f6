// Below the messages: the place to write, or the reason why there is none.
import { useComputed } from "@preact/signals";

import { t } from "../i18n/index.ts";
import { now } from "../state/clock.ts";
import { may } from "../state/session.ts";
import { conversations } from "../state/store.ts";
import { dialog } from "../state/view.ts";
import { nameOf } from "../text/names.ts";
import { windowAt } from "../text/window.ts";
import type { Conversation } from "../types.ts";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import { Composer } from "./Composer.tsx";
import css from "./composer.module.css";
import { DropZone } from "./DropZone.tsx";

export function Foot({ conversation }: { conversation: Conversation }) {
  const isOpen = useComputed(() => windowAt(conversations.get(conversation.id)?.value.windowExpiresAt ?? null, now.value).isOpen);
  if (!isOpen.value) return <Closed conversation={conversation} />;
  if (!may.sendText.value && !may.sendMedia.value && !may.sendAdvanced.value) {
    return (
      <div class={css["instead"]} id="composer-note">
        <p>
          <Icon name="lock" size={16} />
          {t("cannotWrite")}
        </p>
        <DropZone refusal={t("cannotWrite")} />
        {may.sendTemplates.value && <Choose />}
      </div>
    );
  }
  return <Composer key={conversation.id} conversation={conversation} />;
}

function Closed({ conversation }: { conversation: Conversation }) {
  const name = nameOf(conversation);
  const why = conversation.windowExpiresAt ? t("closedWhy", { name }) : t("neverOpen", { name });
  return (
    <div class={css["instead"]}>
      <p>
        <Icon name="clock" size={16} />
        <span>
          {why} {t(may.sendTemplates.value ? "closedTemplate" : "closedAsk")}
        </span>
      </p>
      <DropZone refusal={t("dropClosed")} />
      {may.sendTemplates.value && <Choose />}
    </div>
  );
}

function Choose() {
  return (
    <button type="button" class={ui["primary"]} onClick={() => (dialog.value = "template")}>
      {t("chooseTemplate")}
    </button>
  );
}
