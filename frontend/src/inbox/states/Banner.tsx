// One line over everything, only while something is wrong: the connection, or the number itself.
import { useEffect, useState } from "preact/hooks";

import { locale, t } from "../i18n/index.ts";
import { waiting } from "../state/outbox.ts";
import { session, stillOpen } from "../state/session.ts";
import { connection, reconsider } from "../state/stream.ts";
import { Icon } from "../ui/icons.tsx";
import css from "./states.module.css";

/** A stream that is back at once is no news. */
const GRACE = 1_000;

export function Banner() {
  const lost = connection.value === "lost";
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(lost), lost ? GRACE : 0);
    return () => clearTimeout(timer);
  }, [lost]);
  const phone = session.value?.phone;
  if (shown && lost) {
    const text = waiting.value ? t("lostWaiting", { count: waiting.value }) : t("lost");
    return (
      <div class={css["banner"]} role="status">
        <Icon name="retry" size={16} />
        <span>{text}</span>
        <button type="button" onClick={reconsider}>
          {t("tryNow")}
        </button>
      </div>
    );
  }
  if (phone && !phone.ready) {
    return (
      <div class={css["banner"]} role="status">
        <Icon name="warning" size={16} />
        <span>
          {t("notReady")} {phone.problem && locale.value.startsWith("en") && <bdi>{phone.problem}</bdi>}
        </span>
        <button type="button" onClick={() => void stillOpen()}>
          {t("checkAgain")}
        </button>
      </div>
    );
  }
  return null;
}
