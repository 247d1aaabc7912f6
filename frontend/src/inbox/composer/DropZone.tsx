// Files dragged over the page: an overlay says where they will go, or why they cannot. A page never gives way to a file.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { announce } from "../ui/announce.ts";
import { Icon } from "../ui/icons.tsx";
import css from "./composer.module.css";

const carries = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes("Files"));

/** Where nothing takes a file, a browser would open it in place of the inbox. */
export function guardDrops(): void {
  for (const name of ["dragover", "drop"] as const) addEventListener(name, (event) => carries(event) && event.preventDefault());
}

/** `refusal`: why no file can be taken here now. */
export function DropZone({ refusal, onFiles }: { refusal?: string | undefined; onFiles?(files: readonly File[]): void }) {
  const over = useSignal(false);
  const latest = useRef({ refusal, onFiles });
  latest.current = { refusal, onFiles };
  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent): void => {
      if (!carries(event)) return;
      depth += 1;
      over.value = true;
    };
    const leave = (): void => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) over.value = false;
    };
    const drop = (event: DragEvent): void => {
      if (!carries(event)) return;
      depth = 0;
      over.value = false;
      const { refusal: reason, onFiles: take } = latest.current;
      if (reason) announce(reason, "assertive");
      else take?.([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  if (!over.value) return null;
  return (
    <div class={css["drop"]}>
      <Icon name={refusal ? "lock" : "file"} size={28} />
      <p>{refusal ?? t("dropHere")}</p>
    </div>
  );
}
