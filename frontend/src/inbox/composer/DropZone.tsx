// Files dragged over the page: an overlay says where they will go.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { may } from "../state/session.ts";
import { Icon } from "../ui/icons.tsx";
import css from "./composer.module.css";

export function DropZone({ onFiles }: { onFiles(files: readonly File[]): void }) {
  const over = useSignal(false);
  useEffect(() => {
    let depth = 0;
    const carries = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes("Files"));
    const enter = (event: DragEvent): void => {
      if (!carries(event)) return;
      depth += 1;
      over.value = true;
    };
    const leave = (): void => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) over.value = false;
    };
    const hover = (event: DragEvent): void => void (carries(event) && event.preventDefault());
    const drop = (event: DragEvent): void => {
      if (!carries(event)) return;
      event.preventDefault();
      depth = 0;
      over.value = false;
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", hover);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", hover);
      removeEventListener("drop", drop);
    };
  }, []);
  if (!over.value) return null;
  return (
    <div class={css["drop"]}>
      <Icon name={may.sendMedia.value ? "file" : "lock"} size={28} />
      <p>{t(may.sendMedia.value ? "dropHere" : "noMedia")}</p>
    </div>
  );
}
