// Hands the code to the gateway, once per call, and turns whatever comes back into an event.
import type { Event, Session } from "./machine.ts";

const PATIENCE_MS = 90_000;

export async function post(url: string, code: string, session: Session | null): Promise<Event> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ code, ...session }),
      credentials: "same-origin",
      // The code works once and for seconds only: it should arrive even if the page is closed now.
      keepalive: true,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return read(response.status, await response.json());
  } catch {
    return { type: "unreachable" };
  }
}

/** The event in an answer of the gateway; one that is not the gateway's (a proxy's page, say) counts as none. */
export function read(httpStatus: number, body: unknown): Event {
  const { data, error } = (body ?? {}) as { data?: Record<string, unknown>; error?: Record<string, unknown> };
  if (typeof error?.["message"] === "string") {
    return { type: "refused", message: error["message"], retryable: httpStatus >= 500 };
  }
  const status = data?.["status"];
  if (status !== "success" && status !== "error") return { type: "unreachable" };
  const message = typeof data?.["message"] === "string" ? data["message"] : "";
  return { type: "answer", status, message, redirectTo: webAddress(data?.["redirectTo"]) };
}

function webAddress(value: unknown): string | null {
  if (typeof value !== "string" || !URL.canParse(value)) return null;
  return ["http:", "https:"].includes(new URL(value).protocol) ? value : null;
}
