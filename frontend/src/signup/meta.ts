// Meta's side of the page: the login SDK, and what its window posts to us. Nothing else here knows the SDK.
import type { Event, Hints } from "./machine.ts";

export interface MetaConfig {
  appId: string;
  configId: string;
  graphVersion: string;
  sdkUrl: string;
  dialogOrigins: string[];
}

interface LoginResponse {
  authResponse?: { code?: string } | null;
}

interface Sdk {
  init(options: { appId: string; version: string; autoLogAppEvents: boolean; xfbml: boolean }): void;
  login(callback: (response: LoginResponse | undefined) => void, options: Record<string, unknown>): void;
}

declare global {
  interface Window {
    FB?: Sdk;
    fbAsyncInit?: () => void;
  }
}

type Send = (event: Event) => void;

export function load(config: MetaConfig, send: Send): void {
  window.fbAsyncInit = () => {
    window.FB?.init({ appId: config.appId, version: config.graphVersion, autoLogAppEvents: false, xfbml: false });
    send({ type: "sdk-ready" });
  };
  const script = document.createElement("script");
  script.async = true;
  script.crossOrigin = "anonymous";
  script.src = config.sdkUrl;
  script.addEventListener("error", () => send({ type: "sdk-missing" }));
  document.head.append(script);
}

let windows = 0;

/** Must run inside the click, before anything is awaited: browsers block windows opened later. */
export function login(config: MetaConfig, send: Send): void {
  const opened = ++windows;
  const answered = (response: LoginResponse | undefined): void => {
    const code = response?.authResponse?.code;
    if (code) send({ type: "code", code });
    // An older window that closes says nothing about the one opened after it.
    else if (opened === windows) send({ type: "closed" });
  };
  try {
    if (!window.FB) throw new Error("The login SDK is gone.");
    window.FB.login(answered, {
      config_id: config.configId,
      response_type: "code",
      override_default_response_type: true,
      extras: {},
    });
  } catch {
    send({ type: "login-refused" });
  }
}

export function listen(config: MetaConfig, send: Send): void {
  // A set, not a suffix: evilfacebook.com ends with facebook.com too.
  const origins = new Set(config.dialogOrigins);
  window.addEventListener("message", (message) => {
    const event = origins.has(message.origin) ? read(message.data) : null;
    if (event) send(event);
  });
}

/** One posted message as an event of ours; null for everything that is not the signup's. */
export function read(posted: unknown): Event | null {
  const message = asObject(posted);
  if (message?.["type"] !== "WA_EMBEDDED_SIGNUP" || typeof message["event"] !== "string") return null;
  const name = message["event"].toUpperCase();
  const data = asObject(message["data"]) ?? {};
  if (name.startsWith("FINISH")) return { type: "finished", session: { event: name, data: hints(data) } };
  const error = text(data["error_message"]);
  if (error) return { type: "meta-error", message: error, reference: text(data["error_id"]) ?? text(data["session_id"]) };
  return name === "CANCEL" || name === "ERROR" ? { type: "left", step: text(data["current_step"]) } : null;
}

function hints(data: Record<string, unknown>): Hints {
  const found: Hints = {};
  for (const key of ["waba_id", "phone_number_id", "business_id"] as const) {
    const id = text(data[key]);
    if (id) found[key] = id;
  }
  return found;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;
}

function asObject(value: unknown): Record<string, unknown> | null {
  if (typeof value === "string") {
    try {
      value = JSON.parse(value);
    } catch {
      return null;
    }
  }
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
}
