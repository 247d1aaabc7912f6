// What can be sent beside text: one button, with a menu where the link allows more than files.
import { useRef, useState } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { may } from "../state/session.ts";
import { dialog } from "../state/view.ts";
import type { Kind } from "../text/advanced.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { type Choice, Menu } from "../ui/Menu.tsx";
import ui from "../ui/ui.module.css";

const KINDS: readonly (readonly [Kind, IconName])[] = [
  ["location", "pin"],
  ["contact", "person"],
  ["buttons", "buttons"],
  ["list", "list"],
  ["link", "link"],
  ["askLocation", "target"],
];

export function More({ onFiles }: { onFiles(files: readonly File[]): void }) {
  /** A menu that is opened again before it was seen to close is another one. */
  const [shown, show] = useState<{ begin: "first" | "last"; nth: number } | null>(null);
  const open = (begin: "first" | "last"): void => show({ begin, nth: (shown?.nth ?? 0) + 1 });
  const button = useRef<HTMLButtonElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const pick = (): void => picker.current?.click();
  const files: Choice[] = may.sendMedia.value ? [{ icon: "photo", text: t("attachFiles"), act: pick }] : [];
  const kinds: Choice[] = may.sendAdvanced.value
    ? KINDS.map(([kind, icon]) => ({ icon, text: t(`more_${kind}`), act: () => (dialog.value = kind) }))
    : [];
  if (!files.length && !kinds.length) return null;
  const onKey = (event: KeyboardEvent): void => {
    if (!kinds.length || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    open(event.key === "ArrowDown" ? "first" : "last");
  };
  return (
    <>
      {kinds.length ? (
        <button
          ref={button}
          type="button"
          class={ui["icon"]}
          aria-label={t("attachMenu")}
          aria-haspopup="menu"
          aria-expanded={shown !== null}
          onKeyDown={onKey}
          onClick={() => (shown ? show(null) : open("first"))}
        >
          <Icon name="plus" />
        </button>
      ) : (
        <button type="button" class={ui["icon"]} aria-label={t("attach")} onClick={pick}>
          <Icon name="plus" />
        </button>
      )}
      {shown && button.current && (
        <Menu key={shown.nth} choices={[...files, ...kinds]} opener={button.current} from="start" begin={shown.begin} onClose={() => show(null)} />
      )}
      {files.length > 0 && (
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            onFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
      )}
    </>
  );
}
