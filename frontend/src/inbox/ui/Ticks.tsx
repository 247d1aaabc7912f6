// What has become of a sent message: shape, colour and words all say it.
import { type Key, t } from "../i18n/index.ts";
import type { Status } from "../types.ts";
import { Icon, type IconName } from "./icons.tsx";
import css from "./ui.module.css";

const SHOWN: Readonly<Record<Status, readonly [IconName, Key]>> = {
  pending: ["clock", "statusPending"],
  sent: ["tick", "statusSent"],
  delivered: ["ticks", "statusDelivered"],
  read: ["ticks", "statusRead"],
  failed: ["warning", "statusFailed"],
};

export function Ticks({ status, size = 16 }: { status: Status; size?: number }) {
  const [icon, words] = SHOWN[status] ?? SHOWN.pending;
  return (
    <span class={css["ticks"]} data-status={status}>
      <Icon name={icon} size={size} />
      <span class="unseen">{t(words)}</span>
    </span>
  );
}
