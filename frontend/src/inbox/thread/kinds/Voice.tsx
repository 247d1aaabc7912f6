// A recording. Where the browser cannot play it, the file instead, and why.
import { t } from "../../i18n/index.ts";
import { noteLength } from "../../state/lengths.ts";
import { word } from "../../text/content.ts";
import type { KindProps } from "./Body.tsx";
import css from "./kinds.module.css";
import { plays, sourceOf } from "./media.ts";
import { Away, Gone, Progress, Unreadable, useTrouble } from "./Pictures.tsx";
import { Player } from "./Player.tsx";

export function Voice({ shown, name }: KindProps) {
  const source = sourceOf(shown);
  const [trouble, look, again] = useTrouble(source);
  if (trouble === "gone") return <Gone />;
  if (trouble === "away") return <Away onAgain={again} />;
  if (trouble || !plays(shown.local?.fileType ?? word(shown.content, "mimeType"))) return <Unreadable source={source} text={t("cannotPlay")} />;
  return (
    <div class={css["voice"]}>
      <Player source={source} onLength={(seconds) => noteLength(word(shown.content, "mediaUrl"), seconds)} onError={look} />
      <Progress shown={shown} name={name} />
    </div>
  );
}
