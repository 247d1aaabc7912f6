// The microphone in the place of Send, while there is nothing to send: what it starts is loaded when it is first pressed.
import { type RefObject } from "preact";
import { useEffect } from "preact/hooks";

import { t } from "../i18n/index.ts";
import { may } from "../state/session.ts";
import { format, leaveTake, live, takes, trouble } from "../state/takes.ts";
import { Icon } from "../ui/icons.tsx";
import { lazy } from "../ui/Lazy.tsx";
import css from "./composer.module.css";

const load = () => import("../voice/Bar.tsx");
export const Bar = lazy(async () => (await load()).Bar);

/** `canSpeak`: there is a microphone to press; `isSpeaking`: something is recorded here, or waits to be sent. */
export function useSpeaking(conversationId: string): { canSpeak: boolean; isSpeaking: boolean } {
  const canSpeak = format !== undefined && may.sendMedia.value;
  useEffect(() => () => leaveTake(conversationId), [canSpeak]);
  return { canSpeak, isSpeaking: canSpeak && (live.value?.conversationId === conversationId || takes.value.has(conversationId)) };
}

export function Microphone({ conversationId, button }: { conversationId: string; button: RefObject<HTMLButtonElement | null> }) {
  const record = async (): Promise<void> => {
    try {
      await (await load()).begin(conversationId);
    } catch {
      trouble.value = { conversationId, text: "micFailed" };
    }
  };
  return (
    <button ref={button} type="button" class={css["send"]} aria-label={t("record")} onClick={() => void record()}>
      <Icon name="voice" />
    </button>
  );
}

/** Why there is no recording, until something is written or recorded. */
export function Trouble({ conversationId }: { conversationId: string }) {
  if (trouble.value?.conversationId !== conversationId) return null;
  return (
    <p class={css["overtaken"]} role="alert">
      {t(trouble.value.text)}
    </p>
  );
}
