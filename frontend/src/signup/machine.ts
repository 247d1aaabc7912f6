// The signup as a pure state machine: a state and an event give the next state and what to do about it.
// The code (from the SDK) and the session info (posted by Meta's window) come in either order, and only the code counts.

export interface Hints {
  waba_id?: string;
  phone_number_id?: string;
  business_id?: string;
}

/** What Meta's window said when the person finished in it. */
export interface Session {
  event: string;
  data: Hints;
}

/** What a second try does: open Meta's window anew, or hand the same code over once more. */
export type Again = { do: "login" } | { do: "post"; code: string; session: Session | null };

export type Failure = "refused" | "unreachable" | "meta" | "no-code" | "no-window";

export type State =
  | { kind: "loading" }
  | { kind: "blocked" }
  | { kind: "ready" }
  | { kind: "waiting"; session: Session | null }
  | { kind: "connecting"; code: string; session: Session | null; tries: number }
  | { kind: "done"; message: string; redirectTo: string | null }
  | { kind: "cancelled"; step: string | null }
  | { kind: "failed"; why: Failure; message: string; redirectTo: string | null; again: Again };

export type Event =
  | { type: "sdk-ready" }
  | { type: "sdk-missing" }
  | { type: "start" }
  | { type: "reload" }
  | { type: "login-refused" }
  | { type: "code"; code: string }
  | { type: "closed" }
  | { type: "finished"; session: Session }
  | { type: "left"; step: string | null }
  | { type: "meta-error"; message: string; reference: string | null }
  | { type: "session-overdue" }
  | { type: "answer"; status: "success" | "error"; message: string; redirectTo: string | null }
  | { type: "refused"; message: string; retryable: boolean }
  | { type: "unreachable" }
  | { type: "depart" };

export type Effect =
  | { do: "login" }
  | { do: "post"; code: string; session: Session | null }
  | { do: "leave"; url: string }
  | { do: "reload" };

export interface Next {
  state: State;
  effects: Effect[];
}

export const SDK_MS = 4000;
export const SESSION_MS = 1500;
export const DEPART_MS = 1500;
export const DEPART_AFTER_ERROR_MS = 8000;

export const initial: State = { kind: "loading" };

/** The event that follows by itself when a state lasts; the caller restarts the clock whenever the state changes. */
export function clock(state: State): { after: number; event: Event } | null {
  switch (state.kind) {
    case "loading":
      return { after: SDK_MS, event: { type: "sdk-missing" } };
    case "connecting":
      return state.tries === 0 ? { after: SESSION_MS, event: { type: "session-overdue" } } : null;
    case "done":
      return state.redirectTo === null ? null : { after: DEPART_MS, event: { type: "depart" } };
    case "failed":
      return state.redirectTo === null ? null : { after: DEPART_AFTER_ERROR_MS, event: { type: "depart" } };
    default:
      return null;
  }
}

/** The same state object is returned for an event that means nothing in it. */
export function step(state: State, event: Event): Next {
  const rule = rules[state.kind] as (state: State, event: Event) => Next | null;
  return rule(state, event) ?? { state, effects: [] };
}

const rules: { [K in State["kind"]]: (state: Extract<State, { kind: K }>, event: Event) => Next | null } = {
  loading: sdk,
  blocked: (state, event) => (event.type === "reload" ? { state, effects: [{ do: "reload" }] } : sdk(state, event)),
  ready: (_, event) => (event.type === "start" ? login() : null),
  waiting: wait,
  connecting: connect,
  done: (state, event) => (event.type === "depart" ? depart(state, state.redirectTo) : null),
  cancelled: (state, event) => {
    if (event.type === "start") return login();
    // The window's own word on where the person stopped may follow the SDK's "closed".
    if (event.type === "left" && state.step === null) return to({ kind: "cancelled", step: event.step });
    return event.type === "meta-error" ? metaFailed(event) : late(event);
  },
  failed: (state, event) => {
    if (event.type === "start") return again(state.again);
    if (event.type === "depart") return depart(state, state.redirectTo);
    return state.again.do === "login" ? late(event) : null;
  },
};

function sdk(_: State, event: Event): Next | null {
  if (event.type === "sdk-ready") return to({ kind: "ready" });
  return event.type === "sdk-missing" ? to({ kind: "blocked" }) : null;
}

function wait(state: Extract<State, { kind: "waiting" }>, event: Event): Next | null {
  switch (event.type) {
    case "start":
      return login();
    case "login-refused":
      return to(failed("no-window", ""));
    case "finished":
      return to({ kind: "waiting", session: event.session });
    case "code":
      return state.session ? post(event.code, state.session, 1) : collect(event.code);
    case "left":
      return to({ kind: "cancelled", step: event.step });
    case "closed":
      return to(state.session ? failed("no-code", "") : { kind: "cancelled", step: null });
    case "meta-error":
      return metaFailed(event);
    default:
      return null;
  }
}

function connect(state: Extract<State, { kind: "connecting" }>, event: Event): Next | null {
  const { code, session, tries } = state;
  if (tries === 0) {
    if (event.type === "finished") return post(code, event.session, 1);
    return event.type === "session-overdue" ? post(code, null, 1) : null;
  }
  switch (event.type) {
    case "answer":
      return event.status === "success"
        ? to({ kind: "done", message: event.message, redirectTo: event.redirectTo })
        : to({ ...failed("refused", event.message), redirectTo: event.redirectTo });
    case "refused":
      return to(failed("refused", event.message, event.retryable && tries < 2 ? { do: "post", code, session } : undefined));
    case "unreachable":
      return to(failed("unreachable", "", { do: "post", code, session }));
    default:
      return null;
  }
}

/** A code that comes after all, say from a window that was lost behind another: it is as good as any. */
function late(event: Event): Next | null {
  return event.type === "code" ? collect(event.code) : null;
}

function metaFailed({ message, reference }: Extract<Event, { type: "meta-error" }>): Next {
  return to(failed("meta", reference ? `${message} (${reference})` : message));
}

function login(): Next {
  return { state: { kind: "waiting", session: null }, effects: [{ do: "login" }] };
}

function collect(code: string): Next {
  return to({ kind: "connecting", code, session: null, tries: 0 });
}

function post(code: string, session: Session | null, tries: number): Next {
  return { state: { kind: "connecting", code, session, tries }, effects: [{ do: "post", code, session }] };
}

function again(way: Again): Next {
  return way.do === "login" ? login() : post(way.code, way.session, 2);
}

function depart(state: State, url: string | null): Next | null {
  return url === null ? null : { state, effects: [{ do: "leave", url }] };
}

function failed(why: Failure, message: string, way: Again = { do: "login" }): Extract<State, { kind: "failed" }> {
  return { kind: "failed", why, message, redirectTo: null, again: way };
}

function to(state: State): Next {
  return { state, effects: [] };
}
