// A small menu in the top layer, beside what opened it: arrows and first letters move, Escape and a press elsewhere close.
import { useLayoutEffect, useRef } from "preact/hooks";

import { Icon, type IconName } from "./icons.tsx";
import css from "./ui.module.css";

export interface Choice {
  icon: IconName;
  text: string;
  act(): void;
}

/** A row above the choices, of which one may be on. */
export interface Face {
  face: string;
  text: string;
  isOn: boolean;
  act(): void;
}

interface Props {
  choices: readonly Choice[];
  opener: HTMLElement;
  faces?: readonly Face[];
  /** At the end of the row of faces. */
  more?: Choice | undefined;
  /** With which side of its opener it is in line. */
  from?: "start" | "end";
  begin?: "first" | "last";
  onClose(): void;
}

export function Menu({ choices, opener, faces = [], more, from = "end", begin = "first", onClose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const shown = box.current;
    if (!shown) return;
    shown.showPopover();
    beside(shown, opener, from);
    itemsOf(shown).at(begin === "last" ? -1 : 0)?.focus();
    const toggled = (event: Event): void => void ((event as ToggleEvent).newState === "closed" && onClose());
    shown.addEventListener("toggle", toggled);
    return () => shown.removeEventListener("toggle", toggled);
  }, []);
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Tab") onClose();
    const next = box.current && stepFrom(box.current, event);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  };
  const choose = (choice: { act(): void }): void => {
    opener.focus();
    onClose();
    choice.act();
  };
  return (
    <div ref={box} popover="auto" role="menu" class={css["menu"]} onKeyDown={onKey}>
      {faces.length > 0 && (
        <div class={css["faces"]} role="group">
          {faces.map((each) => (
            <button key={each.face} type="button" role="menuitemradio" aria-checked={each.isOn} aria-label={each.text} title={each.text} tabIndex={-1} onClick={() => choose(each)}>
              {each.face}
            </button>
          ))}
          {more && (
            <button type="button" role="menuitem" aria-label={more.text} title={more.text} tabIndex={-1} onClick={() => choose(more)}>
              <Icon name={more.icon} size={18} />
            </button>
          )}
        </div>
      )}
      {choices.map((choice) => (
        <button key={choice.text} type="button" role="menuitem" tabIndex={-1} onClick={() => choose(choice)}>
          <Icon name={choice.icon} size={18} />
          {choice.text}
        </button>
      ))}
    </div>
  );
}

function itemsOf(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

/** A row of faces is one stop on the way up and down; left and right go along it. */
function stepFrom(box: HTMLElement, event: KeyboardEvent): HTMLElement | undefined {
  const items = itemsOf(box);
  const here = document.activeElement as HTMLElement;
  const row = items.filter((each) => each.parentElement !== box);
  const stops = [...(row.includes(here) ? [here] : row.slice(0, 1)), ...items.filter((each) => each.parentElement === box)];
  const at = stops.indexOf(here);
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (row.includes(here) && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    return row[(row.indexOf(here) + (event.key === forward ? 1 : -1) + row.length) % row.length];
  }
  const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[event.key];
  if (step !== undefined) return stops[(step + stops.length) % stops.length];
  return event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey ? lettered(stops, at, event.key) : undefined;
}

function lettered(stops: readonly HTMLElement[], at: number, letter: string): HTMLElement | undefined {
  const after = [...stops.slice(at + 1), ...stops.slice(0, at + 1)];
  return after.find((each) => each.textContent?.trim().toLocaleLowerCase().startsWith(letter.toLocaleLowerCase()));
}

function beside(shown: HTMLElement, opener: HTMLElement, from: "start" | "end"): void {
  const at = opener.getBoundingClientRect();
  const own = shown.getBoundingClientRect();
  const below = at.bottom + own.height + 12 < innerHeight;
  const isLeft = from === "start" && document.documentElement.dir !== "rtl";
  const left = Math.min(Math.max(8, isLeft ? at.left : at.right - own.width), innerWidth - own.width - 8);
  shown.style.setProperty("left", `${left}px`);
  shown.style.setProperty("top", `${below ? at.bottom + 4 : Math.max(8, at.top - own.height - 4)}px`);
}
