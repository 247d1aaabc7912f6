// The left pane: whose inbox this is, search and filters, and the conversations, last active first.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { ids, listState, loadList, loadMore, loadingMore, moreFailed, search } from "../state/list.ts";
import { choose, filter, openId } from "../state/router.ts";
import { session } from "../state/session.ts";
import { Problem } from "../states/Empty.tsx";
import { formatPhone } from "../text/phone.ts";
import { announce } from "../ui/announce.ts";
import { Filters } from "./Filters.tsx";
import { Head } from "./Head.tsx";
import css from "./list.module.css";
import { Row } from "./Row.tsx";
import { Search } from "./Search.tsx";

/** So far before the end the next page is asked for. */
const AHEAD = "1200px 0px";

export function List() {
  return (
    <section class={css["pane"]} data-covered={openId.value !== null} aria-label={t("conversations")}>
      <Head />
      <Search />
      <Filters />
      <Body />
    </section>
  );
}

function Body() {
  if (listState.value === "failed") {
    return <Problem icon="warning" text={t("listFailed")} action={t("tryAgain")} onAction={() => void loadList()} />;
  }
  if (listState.value === "loading" && !ids.value.length) return <Ghosts />;
  if (!ids.value.length) return <Nothing />;
  return <Rows />;
}

function Nothing() {
  if (search.value.trim()) {
    const clear = (): void => {
      search.value = "";
      void loadList();
      document.getElementById("search")?.focus();
    };
    return <Problem icon="search" text={t("noResults")} action={t("clearSearch")} onAction={clear} />;
  }
  const all = (): void => {
    choose("all");
    void loadList();
  };
  if (filter.value === "unread") return <Problem icon="tick" text={t("noUnread")} action={t("showAll")} onAction={all} />;
  if (filter.value === "open") return <Problem icon="clock" text={t("noOpen")} action={t("showAll")} onAction={all} />;
  const number = formatPhone(session.value?.phone.number ?? "");
  const copy = (): void => void navigator.clipboard.writeText(number).then(() => announce(t("copied")), () => undefined);
  return <Problem icon="inbox" text={t("noConversations")} detail={t("noConversationsHint")} action={t("copyNumber")} onAction={copy} />;
}

function Rows() {
  const list = useRef<HTMLUListElement>(null);
  const end = useRef<HTMLLIElement>(null);
  const order = ids.value;
  const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>("[data-row]")?.dataset["row"];
  useLayoutEffect(() => {
    // A row that moves loses the focus in every browser.
    const row = focused && list.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(focused)}"]`);
    if (row && document.activeElement !== row) row.focus({ preventScroll: true });
  }, [order]);
  useEffect(() => {
    if (!end.current) return;
    // The margin counts for the root alone, and it is the list that scrolls.
    const watch = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && void loadMore(), {
      root: list.current,
      rootMargin: AHEAD,
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [order]);
  return (
    <ul ref={list} class={css["rows"]} role="list" aria-busy={loadingMore.value}>
      {order.map((id) => (
        <Row key={id} id={id} />
      ))}
      <li key="end" ref={end} class={css["end"]}>
        {moreFailed.value && (
          <button type="button" onClick={() => void loadMore()}>
            {t("loadMore")}
          </button>
        )}
      </li>
    </ul>
  );
}

function Ghosts() {
  return (
    <div class={css["ghosts"]} role="status">
      <span class="unseen">{t("loading")}</span>
      {[0, 1, 2, 3, 4, 5, 6].map((each) => (
        <div key={each} class={css["ghost"]} aria-hidden="true" />
      ))}
    </div>
  );
}
