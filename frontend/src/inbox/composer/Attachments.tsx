// Before files go out: a look at each, a caption, the reason where one cannot go, and the way to take one out.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { type Key, t } from "../i18n/index.ts";
import { send } from "../state/outbox.ts";
import { replyTo } from "../state/view.ts";
import { fileSize } from "../text/when.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import css from "./composer.module.css";
import { type Ready, type Refused, examine } from "./files.ts";

const LONGEST_CAPTION = 1024;

interface Props {
  conversationId: string;
  given: readonly File[];
  quoted(): string | undefined;
  onClose(): void;
}

const REFUSALS: Readonly<Record<Refused["refusal"], Key>> = {
  empty: "fileEmpty",
  large: "fileLarge",
  type: "fileType",
  page: "filePage",
  picture: "filePicture",
  sound: "fileSound",
};

export function Attachments({ conversationId, given, quoted, onClose }: Props) {
  const all = useSignal<readonly (Ready | Refused)[]>([]);
  const captions = useSignal<Readonly<Record<string, string>>>({});
  const known = useRef(new Set<File>());
  const sent = useRef(false);
  useEffect(() => {
    for (const file of given) {
      if (known.current.has(file)) continue;
      known.current.add(file);
      void examine(file).then((found) => (all.value = [...all.peek(), found]));
    }
  }, [given]);
  useEffect(() => () => void (sent.current || all.peek().forEach((each) => "url" in each && URL.revokeObjectURL(each.url))), []);
  const ready = all.value.filter((each): each is Ready => "url" in each);
  const remove = (id: string): void => {
    all.value = all.peek().filter((each) => each.id !== id);
    if (!all.peek().length) onClose();
  };
  const submit = (): void => {
    sent.current = true;
    ready.forEach((each, nth) => post(conversationId, each, captions.peek()[each.id]?.trim() ?? "", nth === 0 ? quoted() : undefined));
    replyTo(conversationId, null);
    onClose();
  };
  return (
    <Dialog title={t("sendFiles", { count: given.length })} onClose={onClose}>
      <ul class={css["files"]} role="list">
        {all.value.map((each) => (
          <li key={each.id} class={css["file"]}>
            {"url" in each ? <Look file={each} /> : <span class={css["thumb"]}><Icon name="warning" size={24} /></span>}
            <div class={css["about"]}>
              <p class={css["fileName"]}>
                <bdi>{each.name}</bdi>
              </p>
              {"url" in each ? (
                <>
                  <small>{fileSize(each.size)}</small>
                  {each.kind !== "audio" && (
                    <input
                      type="text"
                      class={ui["entry"]}
                      dir="auto"
                      maxLength={LONGEST_CAPTION}
                      aria-label={t("captionFor", { name: each.name })}
                      placeholder={t("caption")}
                      value={captions.value[each.id] ?? ""}
                      onInput={(event) => (captions.value = { ...captions.peek(), [each.id]: event.currentTarget.value })}
                      onKeyDown={(event) => {
                        if (event.key !== "Enter" || event.isComposing) return;
                        event.preventDefault();
                        submit();
                      }}
                    />
                  )}
                </>
              ) : (
                <p class={css["refusal"]} role="alert">
                  {t(REFUSALS[each.refusal], { limit: fileSize(each.limit ?? 0) })}
                </p>
              )}
            </div>
            <button type="button" class={ui["icon"]} aria-label={t("removeFile", { name: each.name })} onClick={() => remove(each.id)}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <div class={ui["dialogFoot"]}>
        <button type="button" class={ui["secondary"]} onClick={onClose}>
          {t("cancel")}
        </button>
        <button type="button" class={ui["primary"]} disabled={!ready.length} onClick={submit}>
          {ready.length > 1 ? t("sendCount", { count: ready.length }) : t("send")}
        </button>
      </div>
    </Dialog>
  );
}

function Look({ file }: { file: Ready }) {
  if (file.kind === "image") return <img class={css["thumb"]} src={file.url} alt="" />;
  const icon = file.kind === "video" ? "video" : file.kind === "audio" ? "voice" : "file";
  return (
    <span class={css["thumb"]}>
      <Icon name={icon} size={24} />
    </span>
  );
}

function post(conversationId: string, ready: Ready, caption: string, wamid: string | undefined): void {
  const named = ready.kind === "document" ? { filename: ready.name } : {};
  const words = caption ? { caption } : {};
  const context = wamid ? { context: { wamid } } : {};
  const content = { ...named, ...words, mimeType: ready.type };
  send(conversationId, { type: ready.kind, ...named, ...words, ...context }, content, wamid, {
    file: ready.file,
    name: ready.name,
    type: ready.type,
  });
}
