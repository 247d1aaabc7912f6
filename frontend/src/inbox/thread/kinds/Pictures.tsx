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
import { sourceOf } from "./media.ts";
import { Words } from "./Text.tsx";

export function Picture({ shown, name }: KindProps) {
  const [gone, lose] = useState(false);
  const source = sourceOf(shown);
  const caption = word(shown.content, "caption");
  const enlarge = (): void => {
    enlarged.value = { conversationId: shown.conversationId, key: name };
  };
  return (
    <>
      {gone || !source ? (
        <Gone />
      ) : (
        <div class={css["frame"]}>
          <button type="button" class={css["open"]} aria-label={caption ? t("openPhotoNamed", { caption }) : t("openPhoto")} onClick={enlarge}>
            <img src={source} alt="" loading="lazy" decoding="async" width={280} height={210} onError={() => lose(true)} />
          </button>
          <Progress shown={shown} name={name} />
        </div>
      )}
      {caption && <Words text={caption} />}
    </>
  );
}

export function Video({ shown, name }: KindProps) {
  const [gone, lose] = useState(false);
  const source = sourceOf(shown);
  const caption = word(shown.content, "caption");
  return (
    <>
      {gone || !source ? (
        <Gone />
      ) : (
        <div class={css["frame"]}>
          <video src={source} controls preload="metadata" playsInline width={280} height={210} aria-label={caption || t("kindVideo")} onError={() => lose(true)} />
          <Progress shown={shown} name={name} />
        </div>
      )}
      {caption && <Words text={caption} />}
    </>
  );
}

export function Sticker({ shown }: KindProps) {
  const [gone, lose] = useState(false);
  const source = sourceOf(shown);
  if (gone || !source) return <Gone />;
  return <img class={css["sticker"]} src={source} alt={t("kindSticker")} loading="lazy" width={144} height={144} onError={() => lose(true)} />;
}

export function Gone() {
  return (
    <p class={css["gone"]}>
      <Icon name="photo" size={18} />
      {t("mediaGone")}
    </p>
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
