// Plays a sound: seek, three speeds, one at a time. For recordings in the thread and for one's own before it is sent.
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/index.ts";
import { clockTime } from "../../text/when.ts";
import { Icon } from "../../ui/icons.tsx";
import css from "./kinds.module.css";

const SPEEDS = [1, 1.5, 2] as const;
/** Seconds that an arrow key goes. */
const STRIDE = 5;
/** Later than any recording ends. */
const BEYOND = 1e7;
let playing: HTMLAudioElement | null = null;

/** Stops what plays, whichever it is. */
export function hush(): void {
  playing?.pause();
}

interface Props {
  source: string;
  /** The focus comes here when something beside it vanishes. */
  isHome?: boolean;
  onLength?(seconds: number): void;
  onError(): void;
}

export function Player({ source, isHome, onLength, onError }: Props) {
  const sound = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState<number>(1);
  const isSounding = useRef(false);
  useEffect(() => () => void (playing === sound.current && (playing = null)), []);
  const toggle = (): void => {
    const own = sound.current;
    if (!own) return;
    if (!own.paused) return own.pause();
    if (playing !== own) hush();
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
  /** A recording that was written while it was spoken does not tell its length: its end does, so one looks there. */
  const measure = (own: HTMLAudioElement): void => {
    if (own.duration === Infinity && !isSounding.current) {
      isSounding.current = true;
      own.currentTime = BEYOND;
    }
    if (!Number.isFinite(own.duration)) return;
    if (isSounding.current) own.currentTime = 0;
    isSounding.current = false;
    setLength(own.duration);
    onLength?.(own.duration);
  };
  return (
    <div class={css["player"]}>
      <audio
        ref={sound}
        src={source}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => seek(0)}
        onTimeUpdate={(event) => isSounding.current || setAt(event.currentTarget.currentTime)}
        onLoadedMetadata={(event) => measure(event.currentTarget)}
        onDurationChange={(event) => measure(event.currentTarget)}
        onError={onError}
      />
      <button type="button" class={css["round"]} aria-label={t(isPlaying ? "pause" : "play")} data-home={isHome} onClick={toggle}>
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
    </div>
  );
}
