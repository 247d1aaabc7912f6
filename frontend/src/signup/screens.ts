// What each state shows, as plain data: the view puts it on the page, and equal screens are not drawn twice.
import type { Event, Failure, State } from "./machine.ts";
import { texts } from "./texts.ts";

/** A sentence with its `{…}` values kept apart, so that the view can isolate them. */
export interface Phrase {
  text: string;
  values?: Readonly<Record<string, string>>;
}

export type Action =
  | { label: Phrase; event: Event; primary: boolean; busy?: boolean }
  | { label: Phrase; href: string; primary: boolean };

export type Tone = "idle" | "busy" | "done" | "stopped" | "failed";

export interface Screen {
  key: string;
  tone: Tone;
  title: Phrase;
  lead: Phrase;
  actions: Action[];
  /** `late` ones appear only once the screen has stood for a while. */
  aside?: { text: Phrase; late: boolean; action?: Action };
  progress?: readonly string[];
  needs?: boolean;
}

const plain = (text: string): Phrase => ({ text });

export function screen(state: State, name: string): Screen {
  const draw = screens[state.kind] as (state: State, name: string) => Screen;
  return draw(state, name);
}

const screens: { [K in State["kind"]]: (state: Extract<State, { kind: K }>, name: string) => Screen } = {
  loading: (_, name) => start(name, { label: plain(texts.loading), event: { type: "start" }, primary: true, busy: true }),
  ready: (_, name) => start(name, { label: plain(texts.connect), event: { type: "start" }, primary: true }),
  blocked: () => ({
    key: "blocked",
    tone: "failed",
    title: plain(texts.blockedTitle),
    lead: plain(texts.blockedLead),
    actions: [{ label: plain(texts.reload), event: { type: "reload" }, primary: true }],
  }),
  waiting: () => ({
    key: "waiting",
    tone: "busy",
    title: plain(texts.waitingTitle),
    lead: plain(texts.waitingLead),
    actions: [],
    aside: {
      text: plain(texts.waitingAside),
      late: true,
      action: { label: plain(texts.reopen), event: { type: "start" }, primary: false },
    },
  }),
  connecting: () => ({
    key: "connecting",
    tone: "busy",
    title: plain(texts.connectingTitle),
    lead: plain(texts.connectingLead),
    actions: [],
    progress: texts.connectingSteps,
    aside: { text: plain(texts.connectingAside), late: true },
  }),
  done: (state) => (state.redirectTo === null ? finished(state.message) : returning(state.redirectTo)),
  cancelled: (state) => ({
    key: "cancelled",
    tone: "stopped",
    title: stopped(state.step),
    lead: plain(texts.cancelledLead),
    actions: [{ label: plain(texts.resume), event: { type: "start" }, primary: true }],
  }),
  failed: (state) => ({
    key: `failed ${state.why}`,
    tone: "failed",
    ...failures[state.why](state.message),
    actions: [
      { label: plain(texts.retry), event: { type: "start" }, primary: true },
      ...(state.redirectTo === null ? [] : [leave(texts.returnTo, state.redirectTo, false)]),
    ],
    ...(state.redirectTo === null ? {} : { aside: { text: toHost(texts.returningSoon, state.redirectTo), late: false } }),
  }),
};

const failures: Record<Failure, (message: string) => { title: Phrase; lead: Phrase }> = {
  refused: (message) => ({ title: plain(texts.refusedTitle), lead: plain(message) }),
  meta: (message) => ({ title: plain(texts.metaTitle), lead: plain(message) }),
  unreachable: () => ({ title: plain(texts.unreachableTitle), lead: plain(texts.unreachableLead) }),
  "no-code": () => ({ title: plain(texts.noCodeTitle), lead: plain(texts.noCodeLead) }),
  "no-window": () => ({ title: plain(texts.noWindowTitle), lead: plain(texts.noWindowLead) }),
};

function start(name: string, action: Action): Screen {
  return {
    key: "start",
    tone: "idle",
    title: { text: texts.title, values: { name } },
    lead: plain(texts.lead),
    actions: [action],
    needs: true,
  };
}

function finished(message: string): Screen {
  const lead = message ? `${message} ${texts.doneLead}` : texts.doneLead;
  return { key: "done", tone: "done", title: plain(texts.doneTitle), lead: plain(lead), actions: [] };
}

function returning(url: string): Screen {
  return {
    key: "returning",
    tone: "done",
    title: toHost(texts.returningTitle, url),
    lead: plain(texts.returningLead),
    actions: [leave(texts.leave, url, true)],
  };
}

function leave(text: string, url: string, primary: boolean): Action {
  return { label: toHost(text, url), href: url, primary };
}

function toHost(text: string, url: string): Phrase {
  return { text, values: { host: new URL(url).host } };
}

function stopped(step: string | null): Phrase {
  const known = step === null ? undefined : texts.steps[step];
  return known === undefined ? plain(texts.cancelledTitle) : { text: texts.stoppedTitle, values: { step: `“${known}”` } };
}
