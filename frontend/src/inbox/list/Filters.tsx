// All, unread, or those that can still be answered freely. The choice is in the address.
import { t } from "../i18n/index.ts";
import { unread } from "../state/attention.ts";
import { loadList } from "../state/list.ts";
import { type Filter, choose, filter } from "../state/router.ts";
import ui from "../ui/ui.module.css";
import css from "./list.module.css";

export function Filters() {
  const count = unread.value;
  const names: readonly (readonly [Filter, string])[] = [
    ["all", t("filterAll")],
    ["unread", count ? t("filterUnreadCount", { count }) : t("filterUnread")],
    ["open", t("filterOpen")],
  ];
  const pick = (chosen: Filter): void => {
    choose(chosen);
    void loadList();
  };
  return (
    <div class={css["filters"]} role="group" aria-label={t("filter")}>
      {names.map(([name, words]) => (
        <button key={name} type="button" class={ui["chip"]} aria-pressed={filter.value === name} onClick={() => pick(name)}>
          {words}
        </button>
      ))}
    </div>
  );
}
