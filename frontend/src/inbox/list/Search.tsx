// Search by name or number; the server knows accents and every way to write a number. The count is said, Escape clears.
import { useRef } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { complete, ids, loadList, search } from "../state/list.ts";
import { openId } from "../state/router.ts";
import { announce } from "../ui/announce.ts";
import { focusRow } from "../ui/focus.ts";
import { Icon } from "../ui/icons.tsx";
import css from "./list.module.css";

const PAUSE = 200;

export function Search() {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const seek = async (): Promise<void> => {
    await loadList(true);
    if (!search.value.trim()) return;
    const count = ids.value.length;
    announce(t(complete.value ? "results" : "resultsMore", { count }));
  };
  const change = (text: string, wait: number): void => {
    search.value = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void seek(), wait);
  };
  return (
    <div class={css["search"]} role="search">
      <Icon name="search" size={18} />
      <input
        id="search"
        data-home
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        maxLength={100}
        aria-label={t("search")}
        placeholder={t("search")}
        value={search.value}
        onInput={(event) => change(event.currentTarget.value, PAUSE)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          if (search.value) change("", 0);
          else focusRow(openId.peek() ?? ids.peek()[0] ?? null);
        }}
      />
      {search.value && (
        <button type="button" aria-label={t("clearSearch")} onClick={() => (change("", 0), document.getElementById("search")?.focus())}>
          <Icon name="close" size={16} />
        </button>
      )}
    </div>
  );
}
