// One message as its own signal draws it: what it answers, what it says, what has become of it, what can be done with it.
import { useComputed } from "@preact/signals";
import { useRef, useState } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { type Bubble as Shown, latestReactions } from "../state/reduce.ts";
import { conversations, messages } from "../state/store.ts";
import { flashed } from "../state/view.ts";
import { nameOf } from "../text/names.ts";
import { exact, time } from "../text/when.ts";
import { Icon } from "../ui/icons.tsx";
import { Menu } from "../ui/Menu.tsx";
import { Ticks } from "../ui/Ticks.tsx";
import css from "./bubble.module.css";
import { choices, faces, moreFaces } from "./choices.ts";
import { Failure, Unreacted, Unsure } from "./Failure.tsx";
import { Body, frameless } from "./kinds/Body.tsx";
import { Quote } from "./Quote.tsx";

interface Props {
  name: string;
  isFirst: boolean;
  isLast: boolean;
}

export function Bubble({ name, isFirst, isLast }: Props) {
  const shown = messages.get(name)?.value;
  const isFlashed = useComputed(() => flashed.value === name);
  if (!shown) return null;
  if (shown.type === "system") return <Note shown={shown} name={name} />;
  const bare = frameless(shown);
  const reactions = latestReactions(shown);
  return (
    <li
      class={css["item"]}
      data-key={name}
      data-side={shown.direction}
      data-first={isFirst || undefined}
      data-flashed={isFlashed.value || undefined}
      tabIndex={isLast ? 0 : -1}
    >
      <div class={css["bubble"]} data-bare={bare || undefined} data-reacted={reactions.length > 0 || undefined}>
        <bdi class="unseen">{author(shown)}</bdi>
        {shown.context?.forwarded && <p class={css["forwarded"]}>{t("forwarded")}</p>}
        {shown.context?.wamid && <Quote shown={shown} />}
        {shown.deletedAt ? <p class={css["deleted"]}>{t("deleted")}</p> : <Body shown={shown} name={name} />}
        <Foot shown={shown} />
        <Options shown={shown} name={name} isStop={isLast} />
        {reactions.length > 0 && <Reactions all={reactions} />}
      </div>
      {shown.status === "failed" && <Failure shown={shown} name={name} />}
      <Unreacted name={name} />
      {shown.status === "pending" && shown.local?.unsure && <Unsure id={shown.id} />}
      {shown.status === "pending" && shown.local?.late && <p class={css["late"]}>{t("notSentYet")}</p>}
    </li>
  );
}

function author(shown: Shown): string {
  if (shown.direction === "outbound") return t("you");
  const conversation = conversations.get(shown.conversationId)?.peek();
  return conversation ? nameOf(conversation) : t("contact");
}

function Foot({ shown }: { shown: Shown }) {
  return (
    <span class={css["foot"]}>
      {shown.editedAt && !shown.deletedAt && <span>{t("edited")}</span>}
      {shown.origin === "app" && <span>{t("fromApp")}</span>}
      <time dateTime={shown.timestamp} title={exact(shown.timestamp)}>
        {time(shown.timestamp)}
      </time>
      {shown.direction === "outbound" && <Ticks status={shown.status} />}
    </span>
  );
}

function Reactions({ all }: { all: readonly { emoji: string; from: string }[] }) {
  const words = all.map((each) => t(each.from === "business" ? "reactedYou" : "reactedContact", { emoji: each.emoji })).join(", ");
  const faces = [...new Set(all.map((each) => each.emoji))];
  return (
    <span class={css["reactions"]} role="img" aria-label={words} title={words}>
      {faces.map((face) => (
        <span key={face}>{face}</span>
      ))}
      {all.length > 1 && <small>{all.length}</small>}
    </span>
  );
}

function Options({ shown, name, isStop }: { shown: Shown; name: string; isStop: boolean }) {
  const [isOpen, open] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (choices(shown, name).next().done && !moreFaces(shown, name)) return null;
  return (
    <span class={css["options"]} data-open={isOpen || undefined}>
      <button
        ref={button}
        type="button"
        aria-label={t("messageOptions")}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        tabIndex={isStop ? 0 : -1}
        onClick={() => open(!isOpen)}
      >
        <Icon name="more" size={18} />
      </button>
      {isOpen && button.current && (
        <Menu
          choices={[...choices(shown, name)]}
          faces={faces(shown, name)}
          more={moreFaces(shown, name)}
          opener={button.current}
          from={shown.direction === "inbound" ? "start" : "end"}
          onClose={() => open(false)}
        />
      )}
    </span>
  );
}

function Note({ shown, name }: { shown: Shown; name: string }) {
  const body = shown.content["body"];
  return (
    <li class={css["note"]} data-key={name} tabIndex={-1}>
      <span dir="auto">{typeof body === "string" && body ? body : t("kindSystem")}</span>
    </li>
  );
}
