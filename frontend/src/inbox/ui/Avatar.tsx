// A contact's letter on one of eight quiet tints.
import { initial, tint } from "../text/names.ts";
import type { Conversation } from "../types.ts";
import { Icon } from "./icons.tsx";
import css from "./ui.module.css";

export function Avatar({ contact }: { contact: Conversation }) {
  const letter = initial(contact);
  return (
    <span class={css["avatar"]} data-tint={tint(contact.id)} aria-hidden="true">
      {letter ? <bdi>{letter}</bdi> : <Icon name="person" size={20} />}
    </span>
  );
}
