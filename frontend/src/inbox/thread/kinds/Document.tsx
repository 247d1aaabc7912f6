// A file: its name, what it is, and the way to have it.
import { useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.ts";
import { figure, word } from "../../text/content.ts";
import { fileSize } from "../../text/when.ts";
import { Icon } from "../../ui/icons.tsx";
import type { KindProps } from "./Body.tsx";
import css from "./kinds.module.css";
import { sourceOf, whyNot } from "./media.ts";
import { Gone, Progress } from "./Pictures.tsx";
import { Words } from "./Text.tsx";

export function Document({ shown, name }: KindProps) {
  const source = sourceOf(shown);
  const [isLost, lose] = useState(false);
  const isThere = useRef(false);
  const file = word(shown.content, "filename") || shown.local?.fileName || t("kindDocument");
  const size = shown.local?.fileSize ?? figure(shown.content, "fileSize");
  const ending = /\.([a-z0-9]{1,5})$/i.exec(file)?.[1]?.toUpperCase() ?? "";
  const caption = word(shown.content, "caption");
  /** A download that fails says nothing: whether the file is still there is asked before. */
  const check = async (event: MouseEvent): Promise<void> => {
    const link = event.currentTarget as HTMLAnchorElement;
    if (isThere.current || source.startsWith("blob:")) return;
    event.preventDefault();
    if ((await whyNot(source)) === "gone") return lose(true);
    isThere.current = true;
    link.click();
  };
  return (
    <>
      <a class={css["document"]} {...(source ? { href: source } : {})} download={file} onClick={(event) => void check(event)}>
        <span class={css["glyph"]}>
          <Icon name="file" size={22} />
        </span>
        <span class="unseen">{t("download")} </span>
        <span class={css["about"]}>
          <bdi>{file}</bdi>
          <small>
            <bdi>{ending}</bdi>
            {ending && size ? " · " : ""}
            {size ? fileSize(size) : ""}
          </small>
        </span>
        <Icon name="download" size={18} />
      </a>
      {(isLost || !source) && <Gone />}
      <Progress shown={shown} name={name} />
      {caption && <Words text={caption} />}
    </>
  );
}
