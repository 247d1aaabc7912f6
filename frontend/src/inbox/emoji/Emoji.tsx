// The emoji picker: categories, search by name, the recent ones, and a grid that arrows walk through. Loaded when first opened.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { type Key, locale, t } from "../i18n/index.ts";
import ui from "../ui/ui.module.css";
import { GROUPS } from "./data.ts";
import css from "./emoji.module.css";
import { find, learn, learned } from "./find.ts";
import { keepRecent, recent } from "./recent.ts";

const NAMES: Readonly<Record<string, Key>> = {
  faces: "emojiFaces",
  people: "emojiPeople",
  nature: "emojiNature",
  food: "emojiFood",
  places: "emojiPlaces",
  things: "emojiThings",
  signs: "emojiSigns",
};

interface Props {
  onPick(face: string): void;
  onClose(): void;
  /** In a dialog, which has a name and a way out of its own. */
  isInline?: boolean;
}

export function Emoji({ onPick, onClose, isInline = false }: Props) {
  const words = useSignal("");
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => void learn(locale.value), [locale.value]);
  useEffect(() => {
    if (isInline) return;
    const pressed = (event: PointerEvent): void => {
      const target = event.target as Element;
      if (!box.current?.contains(target) && !target.closest("#emoji-button")) onClose();
    };
    addEventListener("pointerdown", pressed);
    return () => removeEventListener("pointerdown", pressed);
  }, []);
  const pick = (face: string): void => {
    keepRecent(face);
    onPick(face);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return onClose();
    }
    if (event.key === "Enter" && event.target === field.current) {
      event.preventDefault();
      box.current?.querySelector<HTMLElement>("[data-face]")?.click();
    }
    walk(event, box.current);
  };
  /** To the faces of a group, and into them. */
  const lead = (nth: number): void => {
    const section = box.current?.querySelectorAll<HTMLElement>("[data-group]")[nth];
    section?.scrollIntoView({ block: "start" });
    section?.querySelector<HTMLElement>("[data-face]")?.focus({ preventScroll: true });
  };
  const query = words.value.trim();
  const groups: readonly (readonly [string, readonly string[]])[] = query
    ? [["", find(query, learned.value)]]
    : [[t("emojiRecent"), recent.value], ...GROUPS.map(([name, faces]) => [t(NAMES[name] ?? "emoji"), faces.map(([face]) => face)] as const)];
  const first = groups.find(([, faces]) => faces.length > 0)?.[1][0];
  return (
    <div ref={box} class={css[isInline ? "inline" : "picker"]} role={isInline ? "group" : "dialog"} aria-label={t("emoji")} onKeyDown={onKey}>
      <input
        ref={field}
        type="text"
        class={ui["entry"]}
        inputMode="search"
        autocomplete="off"
        autofocus={isInline}
        dir="auto"
        aria-label={t("emojiSearch")}
        placeholder={t("emojiSearch")}
        value={words.value}
        onInput={(event) => (words.value = event.currentTarget.value)}
      />
      {!query && (
        <div class={css["tabs"]} role="group" aria-label={t("emojiGroups")}>
          {groups.map(([name, faces], nth) => (
            <button key={name} type="button" aria-label={name} title={name} onClick={() => lead(nth)}>
              <span aria-hidden="true">{nth === 0 ? "🕘" : faces[0]}</span>
            </button>
          ))}
        </div>
      )}
      <div class={css["groups"]}>
        {groups.map(
          ([name, faces]) =>
            faces.length > 0 && (
              <section key={name} data-group>
                {name && <h3>{name}</h3>}
                <div class={css["grid"]}>
                  {faces.map((face) => (
                    <button key={face} type="button" data-face tabIndex={face === first ? 0 : -1} aria-label={nameOf(face)} onClick={() => pick(face)}>
                      {face}
                    </button>
                  ))}
                </div>
              </section>
            ),
        )}
        {query && !groups[0]?.[1].length && <p class={css["none"]}>{t("emojiNone")}</p>}
      </div>
      <p class={css["hint"]}>{t("emojiHint")}</p>
    </div>
  );
}

/** The names here are English; to others a screen reader says its own. */
function nameOf(face: string): string {
  if (!locale.value.startsWith("en")) return face;
  for (const [, faces] of GROUPS) {
    const found = faces.find(([each]) => each === face);
    if (found) return `${face} ${found[1]}`;
  }
  return face;
}

/** Down from the search field into the grid, along and across it, and back up. */
function walk(event: KeyboardEvent, box: HTMLElement | null): void {
  const faces = [...(box?.querySelectorAll<HTMLElement>("[data-face]") ?? [])];
  const at = faces.indexOf(document.activeElement as HTMLElement);
  if (!faces.length || (at < 0 && event.key !== "ArrowDown")) return;
  const rtl = document.documentElement.dir === "rtl" ? -1 : 1;
  const next =
    event.key === "ArrowDown" ? (at < 0 ? faces[0] : vertical(faces, at, 1))
    : event.key === "ArrowUp" ? (vertical(faces, at, -1) ?? box?.querySelector<HTMLElement>("input"))
    : event.key === "ArrowRight" ? faces[at + rtl]
    : event.key === "ArrowLeft" ? faces[at - rtl]
    : event.key === "Home" ? faces[0]
    : event.key === "End" ? faces.at(-1)
    : undefined; // prettier-ignore
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** The nearest face in the next row of what is drawn: the number of columns is the style sheet's affair. */
function vertical(faces: readonly HTMLElement[], at: number, step: 1 | -1): HTMLElement | undefined {
  const from = faces[at]?.getBoundingClientRect();
  if (!from) return undefined;
  let row: number | null = null;
  let best: HTMLElement | undefined;
  for (let place = at + step; faces[place]; place += step) {
    const face = faces[place] as HTMLElement;
    const { top, left } = face.getBoundingClientRect();
    if (Math.abs(top - from.top) < 4) continue;
    row ??= top;
    if (Math.abs(top - row) > 4) break;
    if (!best || Math.abs(left - from.left) < Math.abs(best.getBoundingClientRect().left - from.left)) best = face;
  }
  return best;
}
