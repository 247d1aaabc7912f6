// Photos, videos and stickers: in a space that is there before they are, so that nothing moves when they come.
import { useState } from "preact/hooks";

import { t } from "../../i18n/index.ts";
import { cancel } from "../../state/outbox.ts";
import type { Bubble } from "../../state/reduce.ts";
import { enlarged } from "../../state/view.ts";
import { word } from "../../text/content.ts";
import { Icon } from "../../ui/icons.tsx";
import type { KindProps } from "./Body.tsx";
import css from "./kinds.module.css";
import { type Trouble, sourceOf, whyNot } from "./media.ts";
import { Words } from "./Text.tsx";

/** What became of a file that does not show; the way to find out, and the way to try once more. */
export function useTrouble(source: string): [Trouble | null, () => void, () => void] {
  const [trouble, set] = useState<Trouble | null>(null);
  return [source ? trouble : "gone", () => void whyNot(source).then(set), () => set(null)];
}

export function Picture({ shown, name }: KindProps) {
  const source = sourceOf(shown);
  const [trouble, look, again] = useTrouble(source);
  const caption = word(shown.content, "caption");
  const enlarge = (): void => {
    enlarged.value = { conversationId: shown.conversationId, key: name };
  };
  return (
    <>
      <div class={css["frame"]}>
        {trouble ? (
          <Lost why={trouble} source={source} onAgain={again} />
        ) : (
          <button type="button" class={css["open"]} aria-label={caption ? t("openPhotoNamed", { caption }) : t("openPhoto")} onClick={enlarge}>
            <img src={source} alt="" loading="lazy" decoding="async" width={280} height={210} onError={look} />
          </button>
        )}
        <Progress shown={shown} name={name} />
      </div>
      {caption && <Words text={caption} />}
    </>
  );
}

export function Video({ shown, name }: KindProps) {
  const source = sourceOf(shown);
  const [trouble, look, again] = useTrouble(source);
  const caption = word(shown.content, "caption");
  return (
    <>
      <div class={css["frame"]}>
        {trouble ? (
          <Lost why={trouble} source={source} onAgain={again} />
        ) : (
          <video src={source} controls preload="metadata" playsInline width={280} height={210} aria-label={caption || t("kindVideo")} onError={look} />
        )}
        <Progress shown={shown} name={name} />
      </div>
      {caption && <Words text={caption} />}
    </>
  );
}

export function Sticker({ shown }: KindProps) {
  const source = sourceOf(shown);
  const [trouble, look, again] = useTrouble(source);
  if (trouble) {
    return (
      <div class={css["sticker"]}>
        <Lost why={trouble} source={source} onAgain={again} />
      </div>
    );
  }
  return <img class={css["sticker"]} src={source} alt={t("kindSticker")} loading="lazy" width={144} height={144} onError={look} />;
}

/** In the place of the file, and as large, so that nothing moves when it turns out to be missing. */
function Lost({ why, source, onAgain }: { why: Trouble; source: string; onAgain(): void }) {
  return (
    <div class={css["lost"]}>
      {why === "gone" ? <Gone /> : why === "away" ? <Away onAgain={onAgain} /> : <Unreadable source={source} text={t("cannotShow")} />}
    </div>
  );
}

export function Away({ onAgain }: { onAgain(): void }) {
  return (
    <div class={css["card"]}>
      <p class={css["small"]}>{t("mediaFailed")}</p>
      <button type="button" class={css["again"]} onClick={onAgain}>
        {t("tryAgain")}
      </button>
    </div>
  );
}

export function Gone() {
  return (
    <p class={css["gone"]}>
      <Icon name="photo" size={18} />
      {t("mediaGone")}
    </p>
  );
}

/** The bytes are there, and this browser does not know what to do with them. */
export function Unreadable({ source, text }: { source: string; text: string }) {
  return (
    <div class={css["card"]}>
      <p class={css["small"]}>{text}</p>
      <a href={source} download class={css["action"]}>
        <Icon name="download" size={18} />
        {t("download")}
      </a>
    </div>
  );
}

/** How far an upload has come, and the way to stop it. */
export function Progress({ shown, name }: { shown: Bubble; name: string }) {
  const share = shown.local?.progress;
  if (shown.status !== "pending" || !shown.local || (share === undefined && shown.local.state !== "queued") || share === 1) return null;
  return (
    <div class={css["progress"]}>
      <progress max={1} value={share ?? 0} aria-label={t("uploading")} />
      <button type="button" aria-label={t("cancelUpload")} onClick={() => cancel(name)}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
