// The file of a template's header: checked as any other, uploaded at once, kept as its media id.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { examine } from "../composer/files.ts";
import { t } from "../i18n/index.ts";
import { may } from "../state/session.ts";
import type { Field } from "../text/params.ts";
import { upload } from "../upload.ts";
import ui from "../ui/ui.module.css";
import css from "./templates.module.css";

interface Props {
  id: string;
  field: Field;
  value: string;
  isWrong: boolean;
  onChange(value: string): void;
}

export function MediaField({ id, field, value, isWrong, onChange }: Props) {
  const progress = useSignal<number | null>(null);
  const trouble = useSignal("");
  const control = useRef<AbortController | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => () => control.current?.abort(), []);
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    trouble.value = "";
    const found = await examine(file);
    if (!("url" in found) || found.kind !== field.media) return void (trouble.value = t("fileWrongKind"));
    URL.revokeObjectURL(found.url);
    control.current = new AbortController();
    progress.value = 0;
    try {
      const sent = await upload(found.file, found.name, (share) => (progress.value = share), control.current.signal);
      onChange(`${sent.mediaId}\n${found.name}`);
    } catch {
      trouble.value = t("uploadFailed");
    } finally {
      progress.value = null;
    }
  };
  if (!may.sendMedia.value) return <p class={css["wrong"]}>{t("noMedia")}</p>;
  return (
    <>
      <input ref={picker} type="file" hidden accept={field.media === "document" ? undefined : `${field.media}/*`} onChange={(event) => void take(event.currentTarget.files?.[0])} />
      <button id={id} data-field={field.id} type="button" class={ui["secondary"]} aria-invalid={isWrong} onClick={() => picker.current?.click()}>
        {value ? value.split("\n")[1] : t("chooseFile")}
      </button>
      {progress.value !== null && <progress max={1} value={progress.value} aria-label={t("uploading")} />}
      {trouble.value && (
        <p class={css["wrong"]} role="alert">
          {trouble.value}
        </p>
      )}
    </>
  );
}
