// In the composer's place: what is being recorded, with everything that can be done about it; then what was, to be heard
// before it is sent. Loaded with the first recording.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

import css from "./voice.module.css";
import { t } from "../i18n/index.ts";
import { type Live, type Take, dropTake, live, takes } from "../state/takes.ts";
import { clockTime } from "../text/when.ts";
import { Player } from "../thread/kinds/Player.tsx";
import { announce } from "../ui/announce.ts";
import { focusTitle, isLost } from "../ui/focus.ts";
import { Icon } from "../ui/icons.tsx";
import ui from "../ui/ui.module.css";
import { Level } from "./Level.tsx";
import { sendTake } from "./recorder.ts";

export { begin } from "./recorder.ts";

interface Props {
  conversationId: string;
  quoted(): string | undefined;
}

export function Bar({ conversationId, quoted }: Props) {
  const running = live.value?.conversationId === conversationId ? live.value : null;
  const take = takes.value.get(conversationId);
  const box = useRef<HTMLDivElement>(null);
  const state = running ? running.phase.value : "unsent";
  const before = useRef<string | null>(null);
  useLayoutEffect(() => {
    // Whoever began it goes on here; who only comes back to it is not pulled here.
    const isOwn = before.current !== null || state !== "unsent";
    const isHere = isLost(document.activeElement) || box.current?.contains(document.activeElement);
    const isFresh = before.current === null || before.current === "asking" || state === "unsent";
    if (isOwn && isHere && isFresh) box.current?.querySelector<HTMLElement>("[data-home]")?.focus();
    before.current = state;
  }, [state]);
  return (
    <div ref={box}>
      {running ? <Running of={running} quoted={quoted} /> : take ? <Unsent conversationId={conversationId} take={take} quoted={quoted} /> : null}
    </div>
  );
}

function Running({ of, quoted }: { of: Live; quoted(): string | undefined }) {
  const phase = of.phase.value;
  const drop = (): void => {
    if (phase !== "asking") announce(t("recordingDropped"));
    of.drop();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    drop();
  };
  return (
    <div class={css["bar"]} role="group" aria-label={t("recording")} onKeyDown={onKey}>
      <button type="button" class={ui["icon"]} aria-label={t("dropRecording")} data-home={phase === "asking" || undefined} onClick={drop}>
        <Icon name="trash" />
      </button>
      {phase === "asking" ? (
        <p class={css["asking"]} role="status">
          {t("micAsking")}
        </p>
      ) : (
        <>
          <span class={css["dot"]} data-phase={phase} />
          <span class={css["time"]} role="timer">
            {clockTime(Math.floor(of.seconds.value))}
          </span>
          <Level of={of} />
          <button
            type="button"
            class={ui["icon"]}
            aria-label={t(phase === "paused" ? "resumeRecording" : "pauseRecording")}
            disabled={phase === "ending"}
            onClick={() => (phase === "paused" ? of.resume() : of.pause())}
          >
            <Icon name={phase === "paused" ? "voice" : "pause"} />
          </button>
          <button type="button" class={ui["icon"]} aria-label={t("stopRecording")} data-home disabled={phase === "ending"} onClick={() => of.keep()}>
            <Icon name="stop" />
          </button>
          <button type="button" class={css["send"]} aria-label={t("send")} disabled={phase === "ending"} onClick={() => of.send(quoted())}>
            <Icon name="send" flip />
          </button>
        </>
      )}
    </div>
  );
}

function Unsent({ conversationId, take, quoted }: { conversationId: string; take: Take; quoted(): string | undefined }) {
  const isMute = useSignal(false);
  const drop = (): void => {
    announce(t("recordingDropped"));
    dropTake(conversationId);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    focusTitle();
  };
  return (
    <>
      {take.note && <p class={css["note"]}>{t(take.note)}</p>}
      <div class={css["bar"]} role="group" aria-label={t("recordingUnsent")} onKeyDown={onKey}>
        <button type="button" class={ui["icon"]} aria-label={t("dropRecording")} onClick={drop}>
          <Icon name="trash" />
        </button>
        {isMute.value ? (
          <p class={css["asking"]}>{t("recordingMute")}</p>
        ) : (
          <Player source={take.file.url} isHome onError={() => (isMute.value = true)} />
        )}
        <button type="button" class={css["send"]} aria-label={t("send")} onClick={() => sendTake(conversationId, quoted())}>
          <Icon name="send" flip />
        </button>
      </div>
    </>
  );
}
