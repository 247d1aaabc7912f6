// Starts the inbox: language, session, list, stream; and ends it, with all that was shown, when the link ends.
import { effect } from "@preact/signals";
import { render } from "preact";

import { App } from "./App.tsx";
import { linkId } from "./api.ts";
import { guardDrops } from "./composer/DropZone.tsx";
import { speak } from "./i18n/index.ts";
import { startShortcuts } from "./shortcuts.ts";
import { armSound, arrived, failed, followTitle } from "./state/attention.ts";
import { wipeBuilt } from "./state/built.ts";
import { startClock } from "./state/clock.ts";
import { wipeDrafts } from "./state/drafts.ts";
import { eventCursor, ids, loadList } from "./state/list.ts";
import { resumeOutbox, startOutbox, wipeOutbox } from "./state/outbox.ts";
import { followTheme } from "./state/prefs.ts";
import { unreact, wipeReactions } from "./state/reactions.ts";
import { openId, startRouter } from "./state/router.ts";
import { linkState, may, open, session } from "./state/session.ts";
import { onFailure, wipe } from "./state/store.ts";
import { isStreaming, startStream, stopStream, watchStream } from "./state/stream.ts";
import { guardTakes, wipeTakes } from "./state/takes.ts";
import { allStale, openThread, someLoaded, wipeThreads } from "./state/thread.ts";
import { dialog, isBuilt, reacting } from "./state/view.ts";
import { hush, startAnnouncing } from "./ui/announce.ts";
import { followFocus } from "./ui/focus.ts";

/** Only an inbox that opened is worth an icon. */
function offerInstall(): void {
  if (document.querySelector("link[rel=manifest]")) return;
  const link = document.createElement("link");
  link.rel = "manifest";
  link.href = `/inbox/${linkId}/manifest.webmanifest`;
  document.head.append(link);
}

async function begin(): Promise<void> {
  if (!(await open())) return;
  offerInstall();
  await speak(session.value?.locale);
  if (may.readInbox.value) await loadList();
  resumeOutbox();
}

/** The server does not have what was missed any more: everything anew, nothing blank meanwhile. */
async function resync(): Promise<string | null> {
  allStale();
  const cursor = await loadList(true);
  if (cursor !== null) await refreshThread();
  return cursor;
}

async function refreshThread(): Promise<void> {
  allStale();
  if (openId.value) await openThread(openId.value);
}

function endWithLink(): void {
  stopStream();
  wipeTakes();
  wipeOutbox();
  wipeThreads();
  wipeReactions();
  wipeBuilt();
  wipe();
  ids.value = [];
  eventCursor.value = null;
  hush();
}

const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
followTheme();
startAnnouncing();
startRouter();
followFocus();
startClock();
startShortcuts();
watchStream();
armSound();
guardDrops();
guardTakes();
onFailure((bubble) => (bubble.type === "reaction" ? unreact(bubble) : failed(bubble)));
await speak();
followTitle();
render(<App onRetry={() => void begin()} />, root);
startOutbox();
await begin();

// The list first, whenever it succeeds: it has the cursor at which the stream takes over.
effect(() => {
  if (eventCursor.value === null || isStreaming()) return;
  startStream(eventCursor.value, { arrived, resync });
  // Opened while there was no list: what came since then is in no event.
  if (someLoaded()) void refreshThread();
});
// What the link does not allow any more closes, with what was written kept.
effect(() => {
  if (may.sendAdvanced.value) return;
  reacting.value = null;
  if (isBuilt(dialog.peek())) dialog.value = null;
});
let wasOpen = false;
effect(() => {
  const state = linkState.value;
  if (wasOpen && state !== "open") endWithLink();
  if (state === "revoked" || state === "rotated" || state === "expired") {
    wipeDrafts();
    wipeOutbox();
  }
  wasOpen = state === "open";
});
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof DOMException && event.reason.name === "AbortError") event.preventDefault();
});
