// Calls of the session API. A session that ran out is renewed once, silently, with the secret in the address bar.
import { learn } from "./state/clock.ts";

export const linkId = location.pathname.split("/")[2] ?? "";
export const base = `/inbox/${linkId}/api/`;

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly retryAfter: number;

  constructor(status: number, code: string, message: string, details: unknown, retryAfter = 0) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details && typeof details === "object" ? (details as Record<string, unknown>) : {};
    this.retryAfter = retryAfter;
  }

  get reason(): string {
    return String(this.details["reason"] ?? "unknown");
  }
}

export interface Answer<T> {
  data: T;
  meta: {
    pagination?: { limit: number; hasMore: boolean; nextCursor?: string | null };
    eventCursor?: string;
    before?: string | null;
    after?: string | null;
  };
}

interface Options {
  method?: string;
  body?: unknown;
  key?: string;
  signal?: AbortSignal;
}

/** Set by the session: gets a new one, or throws what the link's state is. */
let renew: (() => Promise<void>) | null = null;

export function renewWith(how: () => Promise<void>): void {
  renew = how;
}

export async function call<T>(path: string, options: Options = {}): Promise<Answer<T>> {
  try {
    return await once<T>(path, options);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401 && renew && path !== "session")) throw error;
    await renew();
    return once<T>(path, options);
  }
}

export async function once<T>(path: string, { method = "GET", body, key, signal }: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Requested-With"] = "inbox";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const asked = Date.now();
  const answer = await fetch(base + path, {
    method,
    headers,
    credentials: "same-origin",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  learn(Number(answer.headers.get("X-Server-Time")), asked);
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer.status, text, answer.headers.get("Retry-After"));
  const told = text ? (JSON.parse(text) as Partial<Answer<T>>) : {};
  return { data: told.data as T, meta: told.meta ?? {} };
}

export function refusal(status: number, text: string, retryAfter: string | null): ApiError {
  let error: { code?: string; message?: string; details?: unknown } = {};
  try {
    error = (JSON.parse(text) as { error?: typeof error }).error ?? {};
  } catch {
    // A proxy's page in place of an answer: the status says enough.
  }
  const wait = Number(retryAfter) || 0;
  return new ApiError(status, error.code ?? "INTERNAL_ERROR", error.message ?? "", error.details, wait);
}

/** A query string without what is empty. */
export function query(values: Readonly<Record<string, string | number | null | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
}
