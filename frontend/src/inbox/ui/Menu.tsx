// A small menu in the top layer, beside what opened it: arrows move, Escape and a press elsewhere close.
import { useEffect, useRef } from "preact/hooks";

import { Icon, type IconName } from "./icons.tsx";
import css from "./ui.module.css";

export interface Choice {
  icon: IconName;
  text: string;
  act(): void;
}

export function Menu({ choices, opener, onClose }: { choices: Choice[]; opener: HTMLElement; onClose(): void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const shown = box.current;
    if (!shown) return;
    shown.showPopover();
    beside(shown, opener);
    (shown.firstElementChild as HTMLElement | null)?.focus();
    const toggled = (event: Event): void => void ((event as ToggleEvent).newState === "closed" && onClose());
    shown.addEventListener("toggle", toggled);
    return () => shown.removeEventListener("toggle", toggled);
  }, []);
  const move = (event: KeyboardEvent): void => {
    const items = [...(box.current?.children ?? [])] as HTMLElement[];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Tab") onClose();
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    items[(step + items.length) % items.length]?.focus();
  };
  const choose = (choice: Choice): void => {
    opener.focus();
    onClose();
    choice.act();
  };
  return (
    <div ref={box} popover="auto" role="menu" class={css["menu"]} onKeyDown={move}>
      {choices.map((choice) => (
        <button key={choice.text} type="button" role="menuitem" tabIndex={-1} onClick={() => choose(choice)}>
          <Icon name={choice.icon} size={18} />
          {choice.text}
        </button>
      ))}
    </div>
  );
}

function beside(shown: HTMLElement, opener: HTMLElement): void {
  const at = opener.getBoundingClientRect();
  const own = shown.getBoundingClientRect();
  const below = at.bottom + own.height + 12 < innerHeight;
  const left = Math.min(Math.max(8, at.right - own.width), innerWidth - own.width - 8);
  shown.style.setProperty("left", `${left}px`);
  shown.style.setProperty("top", `${below ? at.bottom + 4 : Math.max(8, at.top - own.height - 4)}px`);
}
