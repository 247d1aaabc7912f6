// A file: its name, what it is, and the way to have it.
import { t } from "../../i18n/index.ts";
import { figure, word } from "../../text/content.ts";
import { fileSize } from "../../text/when.ts";
import { Icon } from "../../ui/icons.tsx";
import type { KindProps } from "./Body.tsx";
import css from "./kinds.module.css";
import { sourceOf } from "./media.ts";
import { Progress } from "./Pictures.tsx";
import { Words } from "./Text.tsx";

export function Document({ shown, name }: KindProps) {
  const file = word(shown.content, "filename") || shown.local?.fileName || t("kindDocument");
  const size = shown.local?.fileSize ?? figure(shown.content, "fileSize");
  const ending = /\.([a-z0-9]{1,5})$/i.exec(file)?.[1]?.toUpperCase() ?? "";
  const caption = word(shown.content, "caption");
  return (
    <>
      <a class={css["document"]} href={sourceOf(shown) || "#"} download={file} aria-label={t("downloadNamed", { name: file })}>
        <span class={css["glyph"]}>
          <Icon name="file" size={22} />
        </span>
        <span class={css["about"]}>
          <bdi>{file}</bdi>
          <small>{[ending, size ? fileSize(size) : ""].filter(Boolean).join(" · ")}</small>
        </span>
        <Icon name="download" size={18} />
      </a>
      <Progress shown={shown} name={name} />
      {caption && <Words text={caption} />}
    </>
  );
}
