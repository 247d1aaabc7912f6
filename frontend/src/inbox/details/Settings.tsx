// Language, looks, and how this browser draws attention.
import { useSignal } from "@preact/signals";

import { LANGUAGES, speak, t } from "../i18n/index.ts";
import { chime } from "../state/attention.ts";
import { type Theme, discreet, language, notify, sound, theme } from "../state/prefs.ts";
import { may, session } from "../state/session.ts";
import { dialog } from "../state/view.ts";
import { Dialog } from "../ui/Dialog.tsx";
import ui from "../ui/ui.module.css";
import css from "./dialogs.module.css";
import { Switch } from "./Switch.tsx";

export function Settings({ onClose }: { onClose(): void }) {
  const denied = useSignal(false);
  const setNotify = async (on: boolean): Promise<void> => {
    if (!on || typeof Notification === "undefined") return void (notify.value = false);
    const answer = await Notification.requestPermission();
    notify.value = answer === "granted";
    denied.value = answer !== "granted";
  };
  const setLanguage = (chosen: string): void => {
    language.value = chosen;
    void speak(session.peek()?.locale);
  };
  const themes: readonly (readonly [Theme, string])[] = [
    ["system", t("themeSystem")],
    ["light", t("themeLight")],
    ["dark", t("themeDark")],
  ];
  return (
    <Dialog title={t("settings")} onClose={onClose}>
      <div class={css["group"]}>
        <label class={css["line"]}>
          <span>{t("language")}</span>
          <select value={language.value} onChange={(event) => setLanguage(event.currentTarget.value)}>
            <option value="">{t("languageAuto")}</option>
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <fieldset class={css["themes"]}>
          <legend>{t("theme")}</legend>
          {themes.map(([name, words]) => (
            <label key={name}>
              <input type="radio" name="theme" checked={theme.value === name} onChange={() => (theme.value = name)} />
              <span>{words}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <div class={css["group"]}>
        <Switch text={t("sound")} value={sound} />
        <button type="button" class={ui["secondary"]} onClick={chime}>
          {t("soundTest")}
        </button>
        {typeof Notification !== "undefined" && <Switch text={t("notifications")} value={notify} onChange={(on) => void setNotify(on)} />}
        {denied.value && <p class={css["hint"]} role="status">{t("notificationsDenied")}</p>}
        <Switch text={t("discreet")} value={discreet} />
      </div>
      {!may.markRead.value && <p class={css["hint"]}>{t("readingKeepsUnread")}</p>}
      <button type="button" class={css["more"]} onClick={() => (dialog.value = "shortcuts")}>
        {t("shortcuts")}
      </button>
    </Dialog>
  );
}
