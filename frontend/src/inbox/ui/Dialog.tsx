// A native modal dialog: the browser traps the focus, closes on Escape and gives the focus back.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { Icon } from "./icons.tsx";
import css from "./ui.module.css";

interface Props {
  title: string;
  /** The title is a name from outside. */
  isName?: boolean;
  onClose(): void;
  children: ComponentChildren;
  wide?: boolean;
}

export function Dialog({ title, isName = false, onClose, children, wide = false }: Props) {
  const dialog = useModal(onClose);
  const id = useId();
  return (
    <dialog ref={dialog} class={wide ? `${css["dialog"]} ${css["wide"]}` : css["dialog"]} aria-labelledby={id}>
      <div class={css["dialogHead"]}>
        <h2 id={id}>{isName ? <bdi>{title}</bdi> : title}</h2>
        <button type="button" class={css["icon"]} aria-label={t("close")} data-home onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}

/** Opens the element as a modal; a press on the backdrop closes it. The focus goes back to where it was. */
export function useModal(onClose: () => void) {
  const dialog = useRef<HTMLDialogElement>(null);
  const closing = useRef(onClose);
  closing.current = onClose;
  useEffect(() => {
    const shown = dialog.current;
    if (!shown) return;
    const opener = document.activeElement as HTMLElement | null;
    shown.showModal();
    const cancelled = (event: Event): void => {
      event.preventDefault();
      closing.current();
    };
    const pressed = (event: MouseEvent): void => void (event.target === shown && closing.current());
    shown.addEventListener("cancel", cancelled);
    shown.addEventListener("mousedown", pressed);
    return () => {
      shown.removeEventListener("cancel", cancelled);
      shown.removeEventListener("mousedown", pressed);
      shown.close();
      if (opener?.isConnected) opener.focus();
    };
  }, []);
  return dialog;
}
