// A photo as large as the window: arrows to the next, Escape back, a press for its full size. The dialog holds the focus.
import { useSignal } from "@preact/signals";

import { t } from "../i18n/index.ts";
import { locale } from "../i18n/index.ts";
import { messages } from "../state/store.ts";
import { thread } from "../state/thread.ts";
import { enlarged } from "../state/view.ts";
import { word } from "../text/content.ts";
import { exact } from "../text/when.ts";
import { sourceOf } from "../thread/kinds/media.ts";
import { useModal } from "../ui/Dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./lightbox.module.css";

export function Lightbox({ conversationId, name }: { conversationId: string; name: string }) {
  const close = (): void => void (enlarged.value = null);
  const dialog = useModal(close);
  const large = useSignal(false);
  const shown = messages.get(name)?.value;
  if (!shown) return null;
  const listed = thread(conversationId).keys.value.filter((key) => messages.get(key)?.peek().type === "image");
  const at = listed.indexOf(name);
  const go = (step: number): void => {
    const key = at < 0 ? undefined : listed[at + step];
    if (!key) return;
    large.value = false;
    enlarged.value = { conversationId, key };
  };
  const onKey = (event: KeyboardEvent): void => {
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    go(event.key === forward ? 1 : -1);
  };
  const source = sourceOf(shown);
  const caption = word(shown.content, "caption");
  return (
    <dialog ref={dialog} class={css["lightbox"]} aria-label={t("photo")} onKeyDown={onKey} lang={locale.value}>
      <div class={css["bar"]}>
        <p>{exact(shown.timestamp)}</p>
        <a class={ui["icon"]} href={source} download={word(shown.content, "filename") || "photo.jpg"} aria-label={t("download")}>
          <Icon name="download" />
        </a>
        <button type="button" class={ui["icon"]} aria-label={t("close")} autofocus onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <div class={css["stage"]} data-large={large.value || undefined}>
        <button type="button" class={css["photo"]} aria-label={t(large.value ? "zoomOut" : "zoomIn")} aria-pressed={large.value} onClick={() => (large.value = !large.value)}>
          <img src={source} alt={caption || t("kindImage")} />
        </button>
      </div>
      {caption && <p class={css["caption"]} dir="auto">{caption}</p>}
      {at > 0 && (
        <button type="button" class={css["step"]} data-to="back" aria-label={t("previous")} onClick={() => go(-1)}>
          <Icon name="back" size={26} flip />
        </button>
      )}
      {at >= 0 && at < listed.length - 1 && (
        <button type="button" class={css["step"]} data-to="on" aria-label={t("next")} onClick={() => go(1)}>
          <Icon name="next" size={26} flip />
        </button>
      )}
    </dialog>
  );
}
