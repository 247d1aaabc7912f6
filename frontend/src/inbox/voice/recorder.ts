// Recording, one at a time: the microphone is asked for at the press, and let go however it ends. What is ended without
// being sent stays in its conversation. Called by the composer; loaded when it is first wanted.
import { batch, signal } from "@preact/signals";

import { examine } from "../composer/files.ts";
import { type Key, t } from "../i18n/index.ts";
import { send } from "../state/outbox.ts";
import { tell } from "../state/presence.ts";
import { showTyping } from "../state/reading.ts";
import { openId } from "../state/router.ts";
import { linkState } from "../state/session.ts";
import { type Live, type Take, dropTake, format, keepTake, live, takes, trouble } from "../state/takes.ts";
import { replyTo } from "../state/view.ts";
import { LIMITS, VOICE } from "../text/validate.ts";
import { hush } from "../thread/kinds/Player.tsx";
import { announce } from "../ui/announce.ts";

/** In seconds. */
const LONGEST = 30 * 60;
/** What comes between two looks at the size, and the frame around it, is to fit too. */
const LARGEST = LIMITS.audio - 256 * 1024;
const BEAT = 200;
const SLICE = 1_000;
/** A recorder that does not say that it has stopped is not waited for any longer. */
const PATIENCE = 3_000;
const WANTED: MediaTrackConstraints = { channelCount: { ideal: 1 }, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** By the names of the browser's errors. */
const REASONS: Readonly<Record<string, Key>> = {
  NotAllowedError: "micDenied",
  SecurityError: "micDenied",
  NotFoundError: "micMissing",
  OverconstrainedError: "micMissing",
  NotReadableError: "micBusy",
  AbortError: "micBusy",
};

export async function begin(conversationId: string): Promise<void> {
  const present = live.peek();
  if ((present && present.phase.peek() !== "ending") || openId.peek() !== conversationId) return;
  hush();
  const made = new Recorder(conversationId);
  batch(() => {
    trouble.value = null;
    live.value = made;
  });
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: WANTED });
    if (live.peek() === made) made.start(stream);
    else release(stream);
  } catch (error) {
    if (live.peek() !== made) return;
    made.drop();
    trouble.value = { conversationId, text: REASONS[error instanceof DOMException ? error.name : ""] ?? "micFailed" };
  }
}

/** What waits to be sent goes out, as an answer to what is quoted. */
export function sendTake(conversationId: string, quoted: string | undefined): void {
  const take = takes.peek().get(conversationId);
  if (!take) return;
  post(conversationId, take.file, quoted);
  dropTake(conversationId);
}

function post(conversationId: string, { file, name, type }: Take["file"], quoted: string | undefined): void {
  const voice = type === VOICE ? { voice: true } : {};
  const context = quoted ? { context: { wamid: quoted } } : {};
  send(conversationId, { type: "audio", ...voice, ...context }, { ...voice, mimeType: type }, quoted, { file, name, type });
  replyTo(conversationId, null);
}

function release(stream: MediaStream | null): void {
  stream?.getTracks().forEach((track) => track.stop());
}

class Recorder implements Live {
  readonly conversationId: string;
  readonly phase = signal<"asking" | "recording" | "paused" | "ending">("asking");
  readonly seconds = signal(0);
  private stream: MediaStream | null = null;
  private media: MediaRecorder | null = null;
  private sound: AudioContext | null = null;
  private ear: AnalyserNode | null = null;
  private readonly heard = new Float32Array(1_024);
  private readonly parts: Blob[] = [];
  private size = 0;
  /** What was recorded before the last pause, and when it went on, in milliseconds. */
  private before = 0;
  private since = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private fate: "keep" | "send" | "drop" | null = null;
  private note: Key | null = null;
  private quoted: string | undefined;
  private isFinished = false;

  constructor(conversationId: string) {
    this.conversationId = conversationId;
  }

  start(stream: MediaStream): void {
    this.stream = stream;
    const media = new MediaRecorder(stream, { mimeType: format ?? "", audioBitsPerSecond: format?.includes("opus") ? 32_000 : 64_000 });
    media.ondataavailable = ({ data }) => this.add(data);
    media.onstop = () => void this.finish();
    media.onerror = () => this.end("keep", "micLost");
    stream.getAudioTracks().forEach((track) => (track.onended = () => this.end("keep", "micLost")));
    media.start(SLICE);
    this.media = media;
    this.listen(stream);
    this.since = performance.now();
    this.timer = setInterval(() => this.tick(), BEAT);
    addEventListener("pagehide", this.keep);
    this.phase.value = "recording";
    announce(t("recordingStarted"));
  }

  private listen(stream: MediaStream): void {
    try {
      this.sound = new AudioContext();
      this.ear = this.sound.createAnalyser();
      this.ear.fftSize = this.heard.length;
      this.sound.createMediaStreamSource(stream).connect(this.ear);
      void this.sound.resume().catch(() => undefined);
    } catch {
      // The level is decoration: without it the recording is as good.
    }
  }

  level(): number {
    if (!this.ear) return 0;
    this.ear.getFloatTimeDomainData(this.heard);
    const power = this.heard.reduce((sum, each) => sum + each * each, 0) / this.heard.length;
    return Math.min(1, Math.sqrt(power) ** 0.6 * 1.6);
  }

  private measure(): void {
    if (this.phase.peek() === "recording") this.seconds.value = (this.before + performance.now() - this.since) / 1_000;
  }

  private tick(): void {
    if (this.phase.peek() !== "recording") return;
    this.measure();
    showTyping(this.conversationId);
    tell(this.conversationId, "typing");
    if (this.seconds.peek() >= LONGEST) this.end("keep", "recordingLong");
  }

  private add(data: Blob): void {
    this.parts.push(data);
    this.size += data.size;
    if (this.size >= LARGEST) this.end("keep", "recordingLarge");
  }

  pause(): void {
    if (this.phase.peek() !== "recording") return;
    this.measure();
    this.media?.pause();
    this.before = this.seconds.peek() * 1_000;
    this.open(false);
    this.phase.value = "paused";
    announce(t("recordingPaused"));
  }

  resume(): void {
    if (this.phase.peek() !== "paused") return;
    this.open(true);
    this.media?.resume();
    this.since = performance.now();
    this.phase.value = "recording";
    announce(t("recordingResumed"));
  }

  /** Nothing is heard in a pause, not even by the browser. */
  private open(isOpen: boolean): void {
    this.stream?.getTracks().forEach((track) => (track.enabled = isOpen));
  }

  readonly keep = (): void => (this.media ? this.end("keep") : this.drop());

  drop(): void {
    if (live.peek() === this) live.value = null;
    this.end("drop");
  }

  send(quoted: string | undefined): void {
    this.quoted = quoted;
    this.end("send");
  }

  /** The first reason decides; only to be dropped is it never too late. */
  private end(fate: "keep" | "send" | "drop", note: Key | null = null): void {
    if (fate === "drop") this.fate = fate;
    if (this.phase.peek() === "ending") return;
    this.measure();
    this.fate ??= fate;
    this.note = note;
    this.phase.value = "ending";
    clearInterval(this.timer);
    removeEventListener("pagehide", this.keep);
    if (this.media && this.media.state !== "inactive") this.media.stop();
    release(this.stream);
    void this.sound?.close().catch(() => undefined);
    setTimeout(() => void this.finish(), this.media ? PATIENCE : 0);
  }

  private async finish(): Promise<void> {
    if (this.isFinished) return;
    this.isFinished = true;
    this.end("keep", "micLost");
    const type = this.media?.mimeType || format || "";
    const name = `voice.${/(ogg|webm|mp4)/.exec(type)?.[0].replace("mp4", "m4a") ?? "ogg"}`;
    const found = this.fate === "drop" ? null : await examine(new File(this.parts, name, { type }));
    batch(() => this.settle(found));
  }

  private settle(found: Awaited<ReturnType<typeof examine>> | null): void {
    if (live.peek() === this) live.value = null;
    const { conversationId } = this;
    if (this.fate === "drop" || !found || linkState.peek() !== "open") {
      if (found && "url" in found) URL.revokeObjectURL(found.url);
    } else if (!("url" in found)) {
      const text = found.refusal === "empty" || this.seconds.peek() < 1 ? "recordingEmpty" : "recordingUnfit";
      if (openId.peek() === conversationId) trouble.value = { conversationId, text };
    } else if (this.fate === "send") {
      post(conversationId, found, this.quoted);
      URL.revokeObjectURL(found.url);
    } else {
      keepTake(conversationId, { file: found, note: this.note });
      const isHere = openId.peek() === conversationId;
      announce(t(this.note ?? (isHere ? "recordingStopped" : "recordingKept")), this.note ? "assertive" : "polite");
    }
  }
}
