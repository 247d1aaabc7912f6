// Voice messages before they are sent: the one being recorded, and per conversation the one that waits to be listened to.
// In this page's memory alone. The recorder itself is `voice/recorder.ts`, loaded when it is first wanted.
import { type ReadonlySignal, effect, signal } from "@preact/signals";

import type { Ready } from "../composer/files.ts";
import type { Key } from "../i18n/index.ts";

export interface Live {
  conversationId: string;
  phase: ReadonlySignal<"asking" | "recording" | "paused" | "ending">;
  seconds: ReadonlySignal<number>;
  /** How loud it is now, from 0 to 1. */
  level(): number;
  pause(): void;
  resume(): void;
  /** Ends it, to be listened to. */
  keep(): void;
  drop(): void;
  send(quoted: string | undefined): void;
}

export interface Take {
  file: Ready;
  /** Why it ended by itself. */
  note: Key | null;
}

export const live = signal<Live | null>(null);
export const takes = signal<ReadonlyMap<string, Take>>(new Map());
/** Why nothing was recorded, and what to do. */
export const trouble = signal<{ conversationId: string; text: Key } | null>(null);

/** Best first. WhatsApp plays Opus out of Ogg, into which that of a WebM is put; in an MP4 it takes AAC alone. */
const FORMATS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4;codecs=mp4a.40.2", "audio/mp4"];
/** What this browser records; without it there is no microphone to press. */
export const format =
  typeof MediaRecorder !== "undefined" && typeof navigator.mediaDevices?.getUserMedia === "function"
    ? FORMATS.find((each) => MediaRecorder.isTypeSupported(each))
    : undefined;

export function keepTake(conversationId: string, take: Take): void {
  dropTake(conversationId);
  takes.value = new Map([...takes.peek(), [conversationId, take]]);
}

export function dropTake(conversationId: string): void {
  const present = takes.peek().get(conversationId);
  if (!present) return;
  URL.revokeObjectURL(present.file.url);
  takes.value = new Map([...takes.peek()].filter(([id]) => id !== conversationId));
}

/** Who leaves a conversation while recording in it finds the recording there again. */
export function leaveTake(conversationId: string): void {
  if (live.peek()?.conversationId === conversationId) live.peek()?.keep();
  if (trouble.peek()?.conversationId === conversationId) trouble.value = null;
}

export function wipeTakes(): void {
  live.peek()?.drop();
  [...takes.peek().keys()].forEach(dropTake);
  trouble.value = null;
}

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

/** The browser asks before a page goes away with which a recording would go. */
export function guardTakes(): void {
  effect(() => {
    if (live.value || takes.value.size) addEventListener("beforeunload", ask);
    else removeEventListener("beforeunload", ask);
  });
}
