// What was written and is not yet with the server: sent in order per conversation, each under one key for ever, so that a
// repeat never makes a second message. It survives a reload in this tab's storage; a file does once it is uploaded.
import { signal } from "@preact/signals";

import { ApiError, base, call, linkId } from "../api.ts";
import { upload } from "../upload.ts";
import type { Content, Conversation, Message } from "../types.ts";
import { serverNow } from "./clock.ts";
import { applyConversation } from "./list.ts";
import type { Local } from "./reduce.ts";
import { linkState } from "./session.ts";
import { change, conversations, forget, keepLocal, keepMessage, messages } from "./store.ts";
import { add, drop, latest, thread } from "./thread.ts";

export type Body = Record<string, unknown> & { type: string };

interface Parcel {
  clientId: string;
  conversationId: string;
  body: Body;
  content: Content;
  at: number;
  quoted?: string | undefined;
}

interface Attachment {
  file: Blob;
  name: string;
  type: string;
}

const PLACE = `waypost.inbox.${linkId}.outbox`;
const LONGEST_WAIT = 30_000;

const queues = new Map<string, Parcel[]>();
const working = new Set<string>();
const files = new Map<string, Attachment>();
const uploads = new Map<string, AbortController>();
const wakers = new Set<() => void>();
/** How many messages wait for the network. */
export const waiting = signal(0);
export const uploading = signal(0);

/** Shows the message at once and sends it when its turn comes. */
export function send(conversationId: string, body: Body, content: Content, quoted?: string, file?: Attachment): string {
  const clientId = crypto.randomUUID();
  const parcel: Parcel = { clientId, conversationId, body, content, at: Math.round(serverNow()), quoted };
  if (file) files.set(clientId, file);
  display(parcel, file);
  enqueue(parcel);
  return clientId;
}

function display(parcel: Parcel, file?: Attachment): void {
  const local: Local = { state: "queued" };
  if (file) {
    local.fileUrl = URL.createObjectURL(file.file);
    local.fileName = file.name;
    local.fileType = file.type;
    local.fileSize = file.file.size;
  }
  const opened = thread(parcel.conversationId);
  const key = keepLocal({
    id: parcel.clientId, clientId: parcel.clientId, conversationId: parcel.conversationId, wamid: null, direction: "outbound",
    type: parcel.body.type, content: parcel.content, status: "pending", timestamp: new Date(parcel.at).toISOString(), error: null,
    context: parcel.quoted ? { wamid: parcel.quoted } : null, statusTimestamps: {}, origin: "api", pricing: null, editedAt: null,
    deletedAt: null, reactions: [], local,
  }); // prettier-ignore
  if (opened.atLatest.value) add(opened, key);
  else void latest(opened).then(() => add(opened, key));
  preview(parcel);
}

/** The list shows at once what was said last. */
function preview(parcel: Parcel): void {
  const conversation: Conversation | undefined = conversations.get(parcel.conversationId)?.peek();
  if (!conversation) return;
  const timestamp = new Date(parcel.at).toISOString();
  const words = parcel.content["body"] ?? parcel.content["caption"] ?? parcel.content["name"] ?? null;
  const lastMessage = {
    id: parcel.clientId, type: parcel.body.type, preview: typeof words === "string" ? words : null, direction: "outbound" as const,
    status: "pending" as const, timestamp, origin: "api",
  }; // prettier-ignore
  applyConversation({ ...conversation, lastMessage, lastMessageAt: timestamp });
}

function enqueue(parcel: Parcel): void {
  const queue = queues.get(parcel.conversationId) ?? [];
  queue.push(parcel);
  queues.set(parcel.conversationId, queue);
  save();
  void work(parcel.conversationId);
}

async function work(conversationId: string): Promise<void> {
  if (working.has(conversationId)) return;
  working.add(conversationId);
  const queue = queues.get(conversationId) ?? [];
  let failures = 0;
  while (queue[0] && linkState.value === "open") {
    const wait = await attempt(queue[0], failures);
    if (wait === null) {
      queue.shift();
      failures = 0;
      save();
    } else {
      failures += 1;
      await pause(wait);
    }
  }
  working.delete(conversationId);
}

/** One try; null when the parcel is settled, else how long to wait before the same is tried again. */
async function attempt(parcel: Parcel, failures: number): Promise<number | null> {
  const { clientId, conversationId } = parcel;
  if (!messages.has(clientId)) return null;
  change(clientId, (bubble) => ({ ...bubble, local: { ...bubble.local, state: failures ? "queued" : "sending" } }));
  try {
    await deliverFile(parcel);
    const whole = { ...parcel.body, conversationId, clientId };
    const { data } = await call<Message>("messages", { method: "POST", body: whole, key: clientId });
    keepMessage({ ...data, clientId });
    return null;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    const refused = error instanceof ApiError ? error : null;
    const wait = patience(refused, failures);
    if (wait !== null) change(clientId, (bubble) => ({ ...bubble, local: { ...bubble.local, state: "queued", late: true } }));
    if (wait === null) await refuse(parcel, refused);
    return wait;
  }
}

/** The network, a busy server and a call that is still under way deserve another try, with the same key; a no is a no. */
function patience(refused: ApiError | null, failures: number): number | null {
  const usual = Math.min(LONGEST_WAIT, 1_000 * 2 ** failures);
  if (!refused || refused.status === 0) return usual;
  if (refused.status === 429) return Math.max(usual, refused.retryAfter * 1_000);
  if (refused.status === 409 && failures < 5) return usual;
  if (refused.status === 503) return Math.max(usual, refused.retryAfter * 1_000);
  if (refused.status === 401) return linkState.value === "open" ? usual : null;
  return null;
}

async function deliverFile(parcel: Parcel): Promise<void> {
  const file = files.get(parcel.clientId);
  if (!file) return;
  const control = new AbortController();
  uploads.set(parcel.clientId, control);
  uploading.value = uploads.size;
  progress(parcel.clientId, 0);
  try {
    const found = await upload(file.file, file.name, (share) => progress(parcel.clientId, share), control.signal);
    files.delete(parcel.clientId);
    parcel.body = { ...parcel.body, mediaId: found.mediaId };
    parcel.content = { ...parcel.content, mediaId: found.mediaId, mediaUrl: `${base}media/${found.mediaId}` };
    save();
  } finally {
    uploads.delete(parcel.clientId);
    uploading.value = uploads.size;
  }
}

function progress(clientId: string, share: number): void {
  change(clientId, (bubble) => ({ ...bubble, local: { state: "sending", ...bubble.local, progress: share } }));
}

/** A refusal that the server stored is shown as the server has it; another stays with this page, and says why. */
async function refuse(parcel: Parcel, refused: ApiError | null): Promise<void> {
  const stored = refused?.details["messageId"];
  if (typeof stored === "string") {
    const found = await call<Message>(`messages/${stored}`).catch(() => null);
    if (found) {
      keepMessage({ ...found.data, clientId: parcel.clientId });
      return change(parcel.clientId, (bubble) => ({ ...bubble, local: { state: "done", ...bubble.local, unsure: true } }));
    }
  }
  const code = (refused?.details["meta"] as { code?: unknown } | undefined)?.code;
  if (typeof code === "number") return void refuseAsMeta(parcel, code);
  const kind = refused?.status === 403 ? "permission" : (refused?.status ?? 500) >= 500 ? "server" : "rejected";
  const failure = { kind, message: refused?.message ?? "" } as const;
  change(parcel.clientId, (bubble) => ({
    ...bubble,
    status: "failed",
    local: { ...bubble.local, state: "refused", failure },
  }));
  // A reaction has no bubble of its own from which it could be tried again.
  if (parcel.body.type !== "reaction") refusedParcels.set(parcel.clientId, parcel);
}

/** Meta's reason although nothing was stored: the window had closed when it arrived. */
function refuseAsMeta(parcel: Parcel, code: number): void {
  change(parcel.clientId, (bubble) => ({ ...bubble, status: "failed", error: { code }, local: { ...bubble.local, state: "refused" } }));
}

const refusedParcels = new Map<string, Parcel>();

/** Sends a failed message once more: the same bubble, the same key. */
export async function retry(key: string): Promise<void> {
  const bubble = messages.get(key)?.peek();
  if (!bubble || bubble.status !== "failed") return;
  const parcel = refusedParcels.get(key);
  if (parcel) {
    refusedParcels.delete(key);
    change(key, (each) => ({ ...each, status: "pending", local: { ...each.local, state: "queued" } }));
    return enqueue(parcel);
  }
  const before = bubble;
  change(key, (each) => ({ ...each, status: "pending", error: null, local: { ...each.local, state: "sending", again: true } }));
  try {
    const { data } = await call<Message>(`messages/${bubble.id}/retry`, { method: "POST", body: {}, key: crypto.randomUUID() });
    change(key, (each) => ({ ...each, local: { ...each.local, state: "sending", again: false } }));
    keepMessage(bubble.clientId ? { ...data, clientId: bubble.clientId } : data);
  } catch (error) {
    await retryFailed(key, before, error instanceof ApiError ? error : null);
  }
}

async function retryFailed(key: string, before: { id: string } & object, refused: ApiError | null): Promise<void> {
  const found = refused ? await call<Message>(`messages/${before.id}`).catch(() => null) : null;
  change(key, (bubble) => {
    const kind = !refused ? "lost" : refused.status === 403 ? "permission" : "server";
    const failure = { kind, message: refused?.message ?? "" } as const;
    const error = found?.data.error ?? ("error" in before ? (before.error as null) : null);
    const status = found?.data.status ?? "failed";
    const local = status === "failed" && !error ? { state: "refused" as const, failure } : { state: "done" as const };
    return { ...bubble, status, error, local: { ...bubble.local, ...local, again: false } };
  });
}

/** Takes back what has not left yet. */
export function cancel(key: string): void {
  const bubble = messages.get(key)?.peek();
  if (!bubble) return;
  uploads.get(key)?.abort();
  files.delete(key);
  refusedParcels.delete(key);
  const queue = queues.get(bubble.conversationId);
  const place = queue?.findIndex((parcel) => parcel.clientId === key) ?? -1;
  if (place > 0) queue?.splice(place, 1);
  drop(thread(bubble.conversationId), key);
  forget(key);
  if (bubble.local?.fileUrl) URL.revokeObjectURL(bubble.local.fileUrl);
  save();
}

function save(): void {
  const all = [...queues.values()].flat().filter((parcel) => !files.has(parcel.clientId));
  waiting.value = [...queues.values()].flat().length;
  try {
    if (all.length) sessionStorage.setItem(PLACE, JSON.stringify(all));
    else sessionStorage.removeItem(PLACE);
  } catch {
    // Storage is full or off: the queue lives as long as the page.
  }
}

function pause(wait: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      wakers.delete(done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    wakers.add(done);
  });
}

/** Before anything is loaded, so that what the server knows already is taken for the same message. */
export function startOutbox(): void {
  addEventListener("online", () => [...wakers].forEach((wake) => wake()));
  addEventListener("beforeunload", (event) => {
    if (uploads.size || files.size) event.preventDefault();
  });
  let kept: Parcel[] = [];
  try {
    kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]") as Parcel[];
  } catch {
    // Nothing that can be read was kept.
  }
  for (const parcel of kept) {
    display(parcel);
    enqueue(parcel);
  }
}

/** Goes on with what waits: the list is there, or a link that could not be reached can be again. */
export function resumeOutbox(): void {
  for (const [conversationId, queue] of queues) {
    const last = Date.parse(conversations.get(conversationId)?.peek().lastMessageAt ?? "");
    queue.filter((parcel) => parcel.at >= last).forEach(preview);
    void work(conversationId);
  }
}

export function wipeOutbox(): void {
  for (const control of uploads.values()) control.abort();
  queues.clear();
  files.clear();
  refusedParcels.clear();
  save();
}
