// Where a message is written or spoken: grows with it, keeps it as a draft, and takes files by button, drop and paste; more kinds by a menu.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { draftOf, keepDraft } from "../state/drafts.ts";
import { send } from "../state/outbox.ts";
import { tell } from "../state/presence.ts";
import { showTyping } from "../state/reading.ts";
import { may } from "../state/session.ts";
import { trouble } from "../state/takes.ts";
import { dialog, replyTo, replying } from "../state/view.ts";
import type { Conversation } from "../types.ts";
import { announce } from "../ui/announce.ts";
import { focusTitle, isLost, isWalking } from "../ui/focus.ts";
import { Icon } from "../ui/icons.tsx";
import { lazy } from "../ui/Lazy.tsx";
import ui from "../ui/ui.module.css";
import { Attachments } from "./Attachments.tsx";
import css from "./composer.module.css";
import { DropZone } from "./DropZone.tsx";
import { More } from "./More.tsx";
import { useOvertaken } from "./overtaken.ts";
import { quotedIn } from "./quoted.ts";
import { ReplyBar } from "./ReplyBar.tsx";
import { Bar, Microphone, Trouble, useSpeaking } from "./speaking.tsx";

const LONGEST = 4096;
const WARN = 3800;
const SAVE_AFTER = 300;

const Emoji = lazy(async () => (await import("../emoji/Emoji.tsx")).Emoji);

export function Composer({ conversation }: { conversation: Conversation }) {
  const { id } = conversation;
  const text = useSignal(draftOf(id));
  const files = useSignal<readonly File[]>([]);
  const emoji = useSignal(false);
  const overtaken = useOvertaken(id);
  const box = useRef<HTMLTextAreaElement>(null);
  const microphone = useRef<HTMLButtonElement>(null);
  const { canSpeak, isSpeaking } = useSpeaking(id);
  const wasSpeaking = useRef(isSpeaking);

  useEffect(() => {
    const timer = setTimeout(() => keepDraft(id, text.value), SAVE_AFTER);
    return () => clearTimeout(timer);
  }, [text.value]);
  useEffect(() => {
    const keep = (): void => keepDraft(id, text.peek());
    addEventListener("pagehide", keep);
    if (matchMedia("(min-width: 768px) and (hover: hover)").matches && !isWalking()) box.current?.focus();
    return () => {
      removeEventListener("pagehide", keep);
      keep();
    };
  }, []);
  useLayoutEffect(() => grow(box.current), [text.value, isSpeaking]);
  useLayoutEffect(() => {
    const again = trouble.peek() || isTouch() ? microphone.current : box.current;
    if (wasSpeaking.current && !isSpeaking && isLost(document.activeElement)) (again ?? microphone.current)?.focus();
    wasSpeaking.current = isSpeaking;
    if (isSpeaking) emoji.value = false;
  }, [isSpeaking]);

  const quoted = (): string | undefined => quotedIn(id);
  const submit = (): void => {
    const body = text.peek().trim();
    if (!body || body.length > LONGEST || !overtaken.mayGo()) return;
    const wamid = quoted();
    send(id, { type: "text", text: body, ...(wamid ? { context: { wamid } } : {}) }, { body }, wamid);
    text.value = "";
    overtaken.sent();
    keepDraft(id, "");
    replyTo(id, null);
    emoji.value = false;
    box.current?.focus();
  };
  const typed = (value: string): void => {
    text.value = value;
    trouble.value = null;
    overtaken.typed(value);
    if (!value.trim()) return;
    showTyping(id);
    tell(id, "typing");
  };
  const insert = (face: string): void => {
    const field = box.current;
    const at = field?.selectionStart ?? text.peek().length;
    const to = field?.selectionEnd ?? at;
    text.value = text.peek().slice(0, at) + face + text.peek().slice(to);
    requestAnimationFrame(() => field?.setSelectionRange(at + face.length, at + face.length));
  };
  const take = (given: readonly File[]): void => {
    if (!given.length) return;
    if (may.sendMedia.peek()) files.value = [...files.peek(), ...given];
    else announce(t("noMedia"), "assertive");
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229 && !isTouch()) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape") {
      // One step back at a time: the thread closes with the next.
      event.preventDefault();
      if (emoji.peek()) emoji.value = false;
      else if (replying.peek().has(id)) replyTo(id, null);
      else focusTitle();
    }
  };
  const left = LONGEST - text.value.length;
  return (
    <form
      class={css["composer"]}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <ReplyBar conversationId={id} />
      {overtaken.asks.value && (
        <p class={css["overtaken"]} role="alert">
          {t("overtaken")}
        </p>
      )}
      <Trouble conversationId={id} />
      {emoji.value && <Emoji onPick={insert} onClose={() => ((emoji.value = false), box.current?.focus())} />}
      {isSpeaking && (
        <div class={css["speaking"]}>
          <Bar conversationId={id} quoted={quoted} />
        </div>
      )}
      <div class={css["bar"]} hidden={isSpeaking}>
        <More onFiles={take} />
        {may.sendText.value && (
          <button
            type="button"
            id="emoji-button"
            class={ui["icon"]}
            aria-label={t("emoji")}
            aria-expanded={emoji.value}
            data-wide
            onClick={() => (emoji.value = !emoji.value && !isSpeaking)}
          >
            <Icon name="smile" />
          </button>
        )}
        {may.sendTemplates.value && (
          <button type="button" class={ui["icon"]} aria-label={t("template")} onClick={() => (dialog.value = "template")}>
            <Icon name="template" />
          </button>
        )}
        {may.sendText.value ? (
          <textarea
            ref={box}
            id="composer"
            data-home
            class={css["field"]}
            rows={1}
            dir="auto"
            aria-label={t("message")}
            placeholder={t("message")}
            value={text.value}
            enterkeyhint={isTouch() ? "enter" : "send"}
            onInput={(event) => typed(event.currentTarget.value)}
            onKeyDown={onKey}
            onPaste={(event) => pasted(event, take)}
          />
        ) : (
          <p class={css["mediaOnly"]}>{t(may.sendMedia.value ? "mediaOnly" : "noText")}</p>
        )}
        {left <= LONGEST - WARN && (
          <span class={css["count"]} data-over={left < 0 || undefined} role="status">
            {left < 0 ? t("tooLong", { count: -left }) : t("charactersLeft", { count: left })}
          </span>
        )}
        {canSpeak && !text.value.trim() ? (
          <Microphone conversationId={id} button={microphone} />
        ) : (
          may.sendText.value && (
            <button type="submit" class={css["send"]} aria-label={t("send")} disabled={!text.value.trim() || left < 0}>
              <Icon name="send" flip />
            </button>
          )
        )}
      </div>
      <DropZone refusal={may.sendMedia.value ? undefined : t("noMedia")} onFiles={take} />
      {files.value.length > 0 && (
        <Attachments
          conversationId={id}
          given={files.value}
          quoted={quoted}
          onClose={() => {
            files.value = [];
            box.current?.focus();
          }}
        />
      )}
    </form>
  );
}

function pasted(event: ClipboardEvent, take: (files: readonly File[]) => void): void {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || event.clipboardData?.types.includes("text/plain")) return;
  event.preventDefault();
  take(files);
}

/** On a touch keyboard Enter is how lines are broken; there is a button to send. */
function isTouch(): boolean {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}

function grow(box: HTMLTextAreaElement | null): void {
  if (!box || CSS.supports("field-sizing", "content")) return;
  box.style.setProperty("height", "auto");
  box.style.setProperty("height", `${box.scrollHeight + 2}px`);
}
