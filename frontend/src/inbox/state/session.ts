// Who is looking: the secret of the address bar becomes a session, and what the link allows is known from it.
// Every way in which a link does not work ends in `linkState`, and takes what was shown with it.
import { computed, signal } from "@preact/signals";

import { type Answer, ApiError, call, once, renewWith } from "../api.ts";
import type { Permission, Session } from "../types.ts";
import { learn } from "./clock.ts";

export type LinkState = "opening" | "open" | "wrong" | "expired" | "revoked" | "rotated" | "suspended" | "unreachable" | "throttled" | "closed";

export const session = signal<Session | null>(null);
export const linkState = signal<LinkState>("opening");
export const linkExpiredAt = signal<string | null>(null);
export const may = {
  readInbox: allowed("readInbox"),
  readDetails: allowed("readDetails"),
  markRead: allowed("markRead"),
  sendText: allowed("sendText"),
  sendMedia: allowed("sendMedia"),
  sendTemplates: allowed("sendTemplates"),
  sendAdvanced: allowed("sendAdvanced"),
};

function allowed(permission: Permission) {
  return computed(() => session.value?.permissions[permission] ?? false);
}

let exchanging: Promise<void> | null = null;

/** The secret stays in the address bar alone, so that a bookmark works for as long as the link does. */
function secret(): string {
  return new URLSearchParams(location.hash.slice(1)).get("t") ?? "";
}

export function accept(given: Session): void {
  learn(Date.parse(given.serverTime));
  session.value = given;
  linkState.value = "open";
}

/** Without a secret there is nothing to exchange: the page was opened by a session that has ended. */
function shown(token: string): Promise<Answer<Session>> {
  if (token) return once<Session>("session", { method: "POST", body: { token } });
  return Promise.reject(new ApiError(401, "UNAUTHORIZED", "", { reason: "missing" }));
}

/** One exchange at a time; those that come meanwhile share its outcome. */
function exchange(): Promise<void> {
  exchanging ??= shown(secret())
    .then(({ data }) => accept(data))
    .catch((error: unknown) => {
      settle(error);
      throw error;
    })
    .finally(() => {
      exchanging = null;
    });
  return exchanging;
}

renewWith(exchange);

export async function open(): Promise<boolean> {
  linkState.value = "opening";
  try {
    if (secret()) await exchange();
    else accept((await once<Session>("session")).data);
    return true;
  } catch (error) {
    settle(error);
    return false;
  }
}

/** Asks again after a stream was ended: the link may have been turned off, or only the connection. */
export async function stillOpen(): Promise<boolean> {
  try {
    accept((await once<Session>("session")).data);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) return linkState.value === "open";
  }
  return exchange().then(
    () => true,
    () => linkState.value === "open",
  );
}

const STATES: Readonly<Record<string, LinkState>> = { expired: "expired", revoked: "revoked", rotated: "rotated", suspended: "suspended" };

function settle(error: unknown): void {
  const refused = error instanceof ApiError ? error : null;
  if (refused?.status === 401 || refused?.reason === "suspended" || refused?.status === 404 || refused?.status === 400) {
    linkExpiredAt.value = typeof refused.details["expiresAt"] === "string" ? refused.details["expiresAt"] : null;
    linkState.value = STATES[refused.reason] ?? (secret() ? "wrong" : "closed");
    session.value = null;
  } else if (linkState.value === "opening") {
    linkState.value = refused?.status === 429 ? "throttled" : "unreachable";
  }
}

/** What the stream says at its end. Nothing is asked: the server has decided. */
export function end(reason: string): boolean {
  const state = STATES[reason];
  if (!state) return false;
  linkState.value = state;
  session.value = null;
  return true;
}

export async function signOut(): Promise<void> {
  await call("session", { method: "DELETE" }).catch(() => undefined);
}
