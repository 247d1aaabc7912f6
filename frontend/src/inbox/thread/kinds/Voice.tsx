// Sound: play, seek, three speeds, one at a time. Where the browser cannot play it, the file instead, and why.
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.ts";
import { noteLength } from "../../state/lengths.ts";
import { word } from "../../text/content.ts";
import { clockTime } from "../../text/when.ts";
import { Icon } from "../../ui/icons.tsx";
import type { KindProps } from "./Body.tsx";
import css from "./kinds.module.css";
import { plays, sourceOf } from "./media.ts";
import { Away, Gone, Progress, Unreadable, useTrouble } from "./Pictures.tsx";

const SPEEDS = [1, 1.5, 2] as const;
/** Seconds that an arrow key goes. */
const STRIDE = 5;
let playing: HTMLAudioElement | null = null;

export function Voice({ shown, name }: KindProps) {
  const sound = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState<number>(1);
  const source = sourceOf(shown);
  const [trouble, look, again] = useTrouble(source);
  useEffect(() => () => void (playing === sound.current && (playing = null)), []);
  if (trouble === "gone") return <Gone />;
  if (trouble === "away") return <Away onAgain={again} />;
  if (trouble || !plays(shown.local?.fileType ?? word(shown.content, "mimeType"))) return <Unreadable source={source} text={t("cannotPlay")} />;
  const toggle = (): void => {
    const own = sound.current;
    if (!own) return;
    if (!own.paused) return own.pause();
    if (playing && playing !== own) playing.pause();
    playing = own;
    own.playbackRate = speed;
    void own.play().catch(() => undefined);
  };
  const seek = (to: number): void => {
    if (sound.current) sound.current.currentTime = to;
    setAt(to);
  };
  const onKey = (event: KeyboardEvent): void => {
    const rtl = document.documentElement.dir === "rtl" ? -1 : 1;
    const way = { ArrowRight: rtl, ArrowUp: 1, ArrowLeft: -rtl, ArrowDown: -1 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    seek(Math.min(length, Math.max(0, (sound.current?.currentTime ?? 0) + way * Math.min(STRIDE, length / 10))));
  };
  const faster = (): void => {
    const next = SPEEDS[(SPEEDS.indexOf(speed as 1) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (sound.current) sound.current.playbackRate = next;
  };
  const measure = (own: HTMLAudioElement): void => {
    setLength(Number.isFinite(own.duration) ? own.duration : 0);
    noteLength(word(shown.content, "mediaUrl"), own.duration);
  };
  return (
    <div class={css["voice"]}>
      <audio
        ref={sound}
        src={source}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => seek(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onLoadedMetadata={(event) => measure(event.currentTarget)}
        onDurationChange={(event) => measure(event.currentTarget)}
        onError={look}
      />
      <button type="button" class={css["round"]} aria-label={t(isPlaying ? "pause" : "play")} onClick={toggle}>
        <Icon name={isPlaying ? "pause" : "play"} size={20} />
      </button>
      <input
        type="range"
        min={0}
        max={length || 1}
        step={0.1}
        value={at}
        aria-label={t("position")}
        aria-valuetext={`${clockTime(at)} / ${clockTime(length)}`}
        onKeyDown={onKey}
        onInput={(event) => seek(Number(event.currentTarget.value))}
      />
      <span class={css["seconds"]}>{clockTime(isPlaying || at ? at : length)}</span>
      <button type="button" class={css["speed"]} aria-label={t("speed", { speed })} onClick={faster}>
        {speed}×
      </button>
      <Progress shown={shown} name={name} />
    </div>
  );
}
