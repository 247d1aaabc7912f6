// A photo as large as the window, and larger: arrows to the next, or about an enlarged one; Escape back. The dialog holds the focus.
import { useRef } from "preact/hooks";

import { locale, t } from "../i18n/index.ts";
import { messages } from "../state/store.ts";
import { thread } from "../state/thread.ts";
import { enlarged } from "../state/view.ts";
import { word } from "../text/content.ts";
import { exact } from "../text/when.ts";
import { sourceOf } from "../thread/kinds/media.ts";
import { useModal } from "../ui/Dialog.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./lightbox.module.css";
import { useZoom } from "./zoom.ts";

export function Lightbox({ conversationId, name }: { conversationId: string; name: string }) {
  const close = (): void => void (enlarged.value = null);
  const dialog = useModal(close);
  const stage = useRef<HTMLDivElement>(null);
  const photo = useRef<HTMLImageElement>(null);
  const zoom = useZoom(stage, photo, name);
  const shown = messages.get(name)?.value;
  if (!shown) return null;
  const listed = thread(conversationId).keys.value.filter((key) => messages.get(key)?.peek().type === "image");
  const at = listed.indexOf(name);
  const go = (step: number): void => {
    const key = at < 0 ? undefined : listed[at + step];
    if (key) enlarged.value = { conversationId, key };
  };
  const onKey = (event: KeyboardEvent): void => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : acts(zoom, go)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const source = sourceOf(shown);
  const caption = word(shown.content, "caption");
  const scale = zoom.scale.value;
  return (
    <dialog ref={dialog} class={css["lightbox"]} aria-label={t("photo")} onKeyDown={onKey} lang={locale.value}>
      <div class={css["bar"]}>
        <p>{exact(shown.timestamp)}</p>
        <span class={css["scale"]} role="status">
          <span class="unseen">{t("size")} </span>
          {new Intl.NumberFormat(locale.value, { style: "percent" }).format(scale)}
        </span>
        <Act icon="minus" text={t("zoomOut")} isOff={scale <= 1} onPress={() => zoom.step(-1)} />
        <Act icon="plus" text={t("zoomIn")} isOff={!zoom.canGrow()} onPress={() => zoom.step(1)} />
        <a class={ui["icon"]} href={source} download={word(shown.content, "filename") || "photo.jpg"} aria-label={t("download")}>
          <Icon name="download" />
        </a>
        <button type="button" class={ui["icon"]} aria-label={t("close")} autofocus data-home onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <div
        ref={stage}
        class={css["stage"]}
        data-large={scale > 1 || undefined}
        dir="ltr"
        role="group"
        tabIndex={0}
        aria-label={t("photo")}
        onDblClick={zoom.doubled}
        onPointerDown={zoom.take}
        onPointerMove={zoom.drag}
        onPointerUp={zoom.drop}
        onPointerCancel={zoom.cancel}
      >
        <img key={name} ref={photo} src={source} alt={caption || t("kindImage")} draggable={false} onLoad={zoom.loaded} />
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

/** One that can do nothing now keeps the focus. */
function Act({ icon, text, isOff, onPress }: { icon: IconName; text: string; isOff: boolean; onPress(): void }) {
  return (
    <button type="button" class={ui["icon"]} aria-label={text} aria-disabled={isOff} onClick={() => isOff || onPress()}>
      <Icon name={icon} />
    </button>
  );
}

/** What the keys do: arrows move an enlarged photo, and lead to the next one otherwise. */
function acts(zoom: ReturnType<typeof useZoom>, go: (step: number) => void): Readonly<Record<string, (() => void) | undefined>> {
  const toNext = document.documentElement.dir === "rtl" ? -1 : 1;
  const isLarge = zoom.scale.peek() > 1;
  const larger = (): void => zoom.step(1);
  return {
    "+": larger,
    "=": larger,
    "-": () => zoom.step(-1),
    "0": zoom.reset,
    ArrowLeft: () => void (zoom.pan(-1, 0) || go(-toNext)),
    ArrowRight: () => void (zoom.pan(1, 0) || go(toNext)),
    ArrowUp: isLarge ? () => void zoom.pan(0, -1) : undefined,
    ArrowDown: isLarge ? () => void zoom.pan(0, 1) : undefined,
  };
}
