// The messages, oldest first, in a reversed column: opens at the first unread one or at the end, loads both ways, stays put.
import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { today } from "../state/clock.ts";
import { isSeen, markRead } from "../state/reading.ts";
import { ELSEWHERE } from "../state/reduce.ts";
import { conversations, messages } from "../state/store.ts";
import { type Thread, latest, newer, older } from "../state/thread.ts";
import { flash, sought } from "../state/view.ts";
import { nameOf } from "../text/names.ts";
import { dayName, dayOf } from "../text/when.ts";
import { Icon } from "../ui/icons.tsx";
import { type Anchor, atEnd, lastSeen, remember, restore, unanchored, useSize } from "./anchor.ts";
import { Bubble } from "./Bubble.tsx";
import { moveAlong } from "./keys.ts";
import css from "./thread.module.css";

const AHEAD = 900;
const CLOSE = 5 * 60_000;

export function Scroller({ opened }: { opened: Thread }) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const anchor = useRef<Anchor>(unanchored());
  const away = useSignal(false);
  const seenUpTo = useSignal<string | null>(null);
  const keys = opened.keys.value;

  const note = (): void => {
    if (!scroller.current || !list.current) return;
    const end = atEnd(scroller.current) && opened.atLatest.peek();
    remember(scroller.current, list.current, anchor.current, end);
    away.value = !end;
    const keys = opened.keys.peek();
    const seen = end ? keys.at(-1) : opened.atLatest.peek() && lastSeen(scroller.current, list.current);
    if (seen && keys.indexOf(seen) > keys.indexOf(seenUpTo.peek() ?? "")) seenUpTo.value = seen;
    if (end) void markRead(opened.id);
  };
  const load = (): void => {
    const box = scroller.current;
    if (!box) return;
    if (box.scrollHeight - box.clientHeight + box.scrollTop < AHEAD && !opened.stuck.peek()) void older(opened);
    if (-box.scrollTop < AHEAD && !opened.atLatest.peek()) void newer(opened);
  };
  const settle = (): void => {
    if (!scroller.current) return;
    restore(scroller.current, anchor.current);
    note();
    load();
  };
  const toEnd = async (): Promise<void> => {
    if (!opened.atLatest.peek()) await latest(opened).catch(() => undefined);
    anchor.current.following = true;
    scroller.current?.scrollTo({ top: 0 });
    note();
  };
  /** A frame may bring a scroll and a longer list together; the list comes first, so that it takes nothing along. */
  const scrolled = (): void => {
    const { length, scrolled: before } = anchor.current;
    if (scroller.current && (list.current?.offsetHeight ?? 0) > length) restore(scroller.current, anchor.current, scroller.current.scrollTop - before);
    note();
    load();
  };
  useSize(scroller, list, settle);

  useLayoutEffect(() => {
    const start = opened.unreadFrom.peek();
    const row = start && list.current?.querySelector<HTMLElement>(`[data-before="${CSS.escape(start)}"]`);
    if (row && scroller.current) {
      row.scrollIntoView({ block: "start" });
      scroller.current.scrollTop -= 12;
    }
    note();
    load();
  }, []);
  const wanted = sought.value;
  useLayoutEffect(() => {
    const row = wanted && list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(wanted)}"]`);
    if (!row) return;
    sought.value = null;
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
    flash(wanted);
    note();
  }, [wanted, keys]);
  const brought = useRef(keys.at(-1));
  useSignalEffect(() => {
    // One's own new message is always shown; where the newest had to be loaded first it may have left by now.
    const key = opened.keys.value.at(-1);
    const last = messages.get(key ?? "")?.peek();
    if (!last?.local || key === brought.current || ELSEWHERE.has(last.type)) return;
    brought.current = key;
    queueMicrotask(() => void toEnd());
  });
  useEffect(() => {
    const looked = (): void => void (isSeen() && !away.peek() && markRead(opened.id));
    addEventListener("focus", looked);
    document.addEventListener("visibilitychange", looked);
    return () => {
      removeEventListener("focus", looked);
      document.removeEventListener("visibilitychange", looked);
    };
  }, []);
  const conversation = conversations.get(opened.id)?.value;
  return (
    <div class={css["space"]}>
      <div
        ref={scroller}
        class={css["scroller"]}
        onScroll={scrolled}
      >
        <ol
          ref={list}
          class={css["list"]}
          role="list"
          aria-label={conversation ? t("messagesWith", { name: nameOf(conversation) }) : t("messages")}
          onKeyDown={(event) => moveAlong(event, list.current)}
        >
          <Top opened={opened} />
          <Rows opened={opened} keys={keys} />
        </ol>
      </div>
      <Down opened={opened} away={away.value} seenUpTo={seenUpTo.value} onPress={() => void toEnd()} />
    </div>
  );
}

function Top({ opened }: { opened: Thread }) {
  if (opened.stuck.value) {
    return (
      <li class={css["day"]}>
        <button type="button" onClick={() => void older(opened)}>
          {t("olderFailed")}
        </button>
      </li>
    );
  }
  if (opened.hasOlder.value) return <li class={css["more"]} aria-hidden="true" />;
  return opened.keys.value.length ? null : <li class={css["none"]}>{t("noMessagesYet")}</li>;
}

/** The same element again is not looked at again: a list of 300 redraws only what is new in it. */
function Rows({ opened, keys }: { opened: Thread; keys: readonly string[] }) {
  const kept = useRef(new Map<string, { made: string; rows: VNode[] }>());
  const next = new Map<string, { made: string; rows: VNode[] }>();
  const unreadFrom = opened.unreadFrom.value;
  let lastDay = 0;
  let lastSide = "";
  let lastAt = 0;
  const shown: VNode[][] = [];
  const visible = keys.filter((key) => !ELSEWHERE.has(messages.get(key)?.peek().type ?? "reaction"));
  for (const key of visible) {
    const bubble = messages.get(key)?.peek();
    if (!bubble) continue;
    const day = dayOf(bubble.timestamp);
    const at = Date.parse(bubble.timestamp);
    const isFirst = day !== lastDay || bubble.direction !== lastSide || at - lastAt > CLOSE || key === unreadFrom;
    const label = day === lastDay ? "" : dayName(bubble.timestamp, today.value);
    const isLast = key === visible.at(-1);
    const made = `${label}|${isFirst}|${key === unreadFrom && opened.unreadCount}|${isLast}`;
    const present = kept.current.get(key);
    const rows = present?.made === made ? present.rows : row(key, label, isFirst, isLast, key === unreadFrom ? opened.unreadCount : 0);
    next.set(key, { made, rows });
    shown.push(rows);
    [lastDay, lastSide, lastAt] = [day, bubble.direction, at];
  }
  kept.current = next;
  return <>{shown.flat()}</>;
}

function row(key: string, day: string, isFirst: boolean, isLast: boolean, unread: number): VNode[] {
  const rows: VNode[] = [];
  if (day) {
    rows.push(
      <li key={`day ${key}`} class={css["day"]}>
        <span>{day}</span>
      </li>,
    );
  }
  if (unread) {
    rows.push(
      <li key={`new ${key}`} class={css["new"]} data-before={key}>
        <span>{t("newMessages", { count: unread })}</span>
      </li>,
    );
  }
  rows.push(<Bubble key={key} name={key} isFirst={isFirst} isLast={isLast} />);
  return rows;
}

function Down({ opened, away, seenUpTo, onPress }: { opened: Thread; away: boolean; seenUpTo: string | null; onPress(): void }) {
  if (!away) return null;
  const keys = opened.keys.value;
  const from = seenUpTo ? keys.indexOf(seenUpTo) + 1 : keys.length;
  const fresh = keys.slice(from || keys.length).filter((key) => {
    const bubble = messages.get(key)?.peek();
    return bubble?.direction === "inbound" && !ELSEWHERE.has(bubble.type);
  });
  const missed = opened.atLatest.value ? fresh.length : (conversations.get(opened.id)?.value.unreadCount ?? 0);
  return (
    <button type="button" class={css["down"]} onClick={onPress}>
      <Icon name="down" size={18} />
      {missed > 0 ? t("newBelow", { count: missed }) : <span class="unseen">{t("toNewest")}</span>}
    </button>
  );
}
