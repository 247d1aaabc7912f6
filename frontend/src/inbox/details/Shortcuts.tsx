// The keys, and the switch that turns single ones off.
import { t } from "../i18n/index.ts";
import { singleKeys } from "../state/prefs.ts";
import { Dialog } from "../ui/Dialog.tsx";
import css from "./dialogs.module.css";
import { Switch } from "./Switch.tsx";

export function Shortcuts({ onClose }: { onClose(): void }) {
  const keys: readonly (readonly [readonly string[], string])[] = [
    [["/"], t("search")],
    [["J", "Alt ↓"], t("keyNext")],
    [["K", "Alt ↑"], t("keyPrevious")],
    [["R"], t("keyReply")],
    [["E"], t("emoji")],
    [["T"], t("template")],
    [["Enter"], t("send")],
    [["Shift Enter"], t("keyBreak")],
    [["+", "−", "0"], t("keyZoom")],
    [["Esc"], t("keyEscape")],
    [["?"], t("shortcuts")],
  ];
  return (
    <Dialog title={t("shortcuts")} onClose={onClose}>
      <dl class={css["keys"]}>
        {keys.map(([names, words]) => (
          <div key={words}>
            <dt>{words}</dt>
            <dd>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div class={css["group"]}>
        <Switch text={t("singleKeys")} value={singleKeys} />
      </div>
    </Dialog>
  );
}
