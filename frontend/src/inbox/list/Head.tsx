// Whose inbox this is, whether it is live, and the way to settings and shortcuts.
import { t } from "../i18n/index.ts";
import { session } from "../state/session.ts";
import { connection } from "../state/stream.ts";
import { dialog } from "../state/view.ts";
import { formatPhone } from "../text/phone.ts";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./list.module.css";

export function Head() {
  const open = session.value;
  if (!open) return null;
  return (
    <header class={css["head"]}>
      <div class={css["who"]}>
        <p class={css["name"]}>
          <bdi>{open.name}</bdi>
        </p>
        <p class={css["number"]}>
          <bdi dir="ltr">{formatPhone(open.phone.number)}</bdi>
          <Live />
        </p>
      </div>
      <button type="button" class={ui["icon"]} aria-label={t("shortcuts")} data-wide onClick={() => (dialog.value = "shortcuts")}>
        <Icon name="help" />
      </button>
      <button type="button" class={ui["icon"]} aria-label={t("settings")} onClick={() => (dialog.value = "settings")}>
        <Icon name="settings" />
      </button>
    </header>
  );
}

function Live() {
  const words = { live: t("live"), connecting: t("connecting"), lost: t("reconnecting") }[connection.value];
  return (
    <span class={css["live"]} data-state={connection.value}>
      {words}
    </span>
  );
}
