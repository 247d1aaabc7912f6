// On or off.
import type { Signal } from "@preact/signals";

import css from "./dialogs.module.css";

export function Switch({ text, value, onChange }: { text: string; value: Signal<boolean>; onChange?(on: boolean): void }) {
  return (
    <label class={css["switch"]}>
      <span>{text}</span>
      <input
        type="checkbox"
        role="switch"
        checked={value.value}
        onChange={(event) => (onChange ? onChange(event.currentTarget.checked) : (value.value = event.currentTarget.checked))}
      />
    </label>
  );
}
