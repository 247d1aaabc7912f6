// One stream for all tabs of a link in a browser. The tab that holds the link's lock has it and passes on what it hears; the
// others follow, and the next one takes over when it goes. Called by stream.ts, which knows what an event means. Nothing is
// kept here: who may have missed something asks the server, by a cursor of its own.

export type Standing = "connecting" | "live" | "lost";

/** So many events were passed on by whoever had the stream for a term. */
export interface Place {
  term: string;
  at: number;
}

type Event = Place & { kind: "event"; name: string; data: string; cursor: string };
/** `after`: what the stream of this term followed, where another term's is known to have been heard up to there. */
type Report = Place & { kind: "standing"; state: Standing; after: Place | null; names: readonly string[] };
export type Said = { kind: "hello"; who: string } | Event | Report;

/** What the stream does when its part changes. */
export interface Hands {
  /** No other tab has a stream: have one, from your own cursor. */
  lead(): void;
  /** Another tab has it: have none. */
  follow(): void;
  /** Something may have been missed: hear it by a stream of your own, then say `caughtUp`. */
  catchUp(): void;
  /** An event that another tab has heard; `cursor` where this one has come to with it. */
  hear(name: string, data: string, cursor: string): void;
  /** How the other's stream is, for one that misses nothing. */
  stand(state: Standing): void;
  /** Another tab asks whether the stream is well. */
  asked(): void;
  /** Under which names others are told of the visitor: each tab may have a session of its own. */
  met(names: ReadonlySet<string>): void;
}

export interface Channel {
  onmessage: ((event: MessageEvent<Said>) => void) | null;
  postMessage(said: Said): void;
  close(): void;
}

/** What a browser has for this; a browser without either has a stream in each tab. */
export interface Ground {
  locks: Pick<LockManager, "request"> | null;
  channel: ((name: string) => Channel) | null;
}

export function ground(): Ground {
  return {
    locks: "locks" in navigator ? navigator.locks : null,
    channel: typeof BroadcastChannel === "undefined" ? null : (name) => new BroadcastChannel(name) as Channel,
  };
}

/** Who has the stream and does not answer for so long is frozen, and loses it. */
export const PATIENCE = 2_000;
const MOST_UNANSWERED = 3;

/** Whether nothing lies between what was heard so far and this. */
export function fits(known: Place | null, said: Event | Report): boolean {
  if (!known) return false;
  if (said.term === known.term) return said.at === known.at + (said.kind === "event" ? 1 : 0);
  return said.kind === "standing" && said.at === 0 && said.after?.term === known.term && said.after.at <= known.at;
}

export class Tabs {
  readonly name: string;
  leads = false;
  /** Neither, before it is known which, and after it left. */
  private follows = false;
  /** Has all that the leading tab has, or does not follow. */
  isWhole = false;
  private readonly hands: Hands;
  private readonly on: Ground;
  private channel: Channel | null = null;
  private state: Standing = "connecting";
  /** What was heard or passed on last; what this tab's cursor stands for; what is being caught up with; what this term followed. */
  private known: Place | null = null;
  private sure: Place | null = null;
  private since: Place | null = null;
  private after: Place | null = null;
  private names: ReadonlySet<string> = new Set();
  private waiting: AbortController | null = null;
  private release: (() => void) | null = null;
  private doubt: ReturnType<typeof setTimeout> | undefined;
  private unanswered = 0;
  private isGone = false;
  private who: string;

  constructor(name: string, who: string, hands: Hands, on: Ground = ground()) {
    this.name = name;
    this.hands = hands;
    this.on = on;
    this.who = who;
  }

  join(): void {
    this.meet([this.who]);
    if (!this.on.locks || !this.on.channel) return void this.lead();
    this.channel = this.on.channel(this.name);
    this.channel.onmessage = ({ data }) => this.hear(data);
    void this.want({ ifAvailable: true }).then((had) => !had && !this.isGone && this.follow());
  }

  /** The page goes, or is put to sleep: another one takes over. */
  leave(): void {
    if (this.leads) this.tell("connecting");
    this.isGone = true;
    this.leads = this.follows = false;
    clearTimeout(this.doubt);
    this.waiting?.abort();
    this.release?.();
    this.channel?.close();
    this.channel = null;
  }

  /** Passes on an event of the stream. */
  pass(name: string, data: string, cursor: string): void {
    if (!this.leads || !this.known) return;
    this.known = { term: this.known.term, at: this.known.at + 1 };
    if (cursor) this.sure = this.known;
    this.post({ kind: "event", ...this.known, name, data, cursor });
  }

  /** Says how the stream is. */
  tell(state: Standing): void {
    if (!this.leads || this.state === state) return;
    this.state = state;
    this.report();
  }

  /** The stream goes on elsewhere than where it was: nobody can follow it from there without a look of their own. */
  restart(): void {
    if (this.leads) this.begin(null);
  }

  /** What was missed was heard. */
  caughtUp(): void {
    if (!this.follows || !this.since) return;
    this.isWhole = true;
    this.sure = this.since;
    this.hands.stand(this.state);
  }

  /** Asks whoever has the stream whether it is well; who does not answer loses it. */
  ask(): void {
    if (!this.follows) return;
    this.post({ kind: "hello", who: this.who });
    this.doubt ??= setTimeout(() => this.take(), PATIENCE * (1 + Math.random() / 2));
  }

  /** The session was renewed: the visitor has another name, and none of them is somebody else's. */
  rename(who: string): void {
    if (this.who === who) return;
    this.who = who;
    this.meet([who]);
    if (this.leads) this.report();
    else this.post({ kind: "hello", who });
  }

  private meet(names: readonly string[]): void {
    if (names.every((name) => this.names.has(name))) return;
    this.names = new Set([...this.names, ...names]);
    this.hands.met(this.names);
  }

  private post(said: Said): void {
    this.channel?.postMessage(said);
  }

  private report(): void {
    if (this.known) this.post({ kind: "standing", ...this.known, state: this.state, after: this.after, names: [...this.names] });
  }

  /** Holds the lock for as long as this tab leads; true once that is over, false when it was not to be had. */
  private async want(options: LockOptions): Promise<boolean> {
    let had = false;
    try {
      await this.on.locks?.request(this.name, options, (lock) => {
        if (!lock || this.isGone) return;
        had = true;
        return this.lead();
      });
    } catch (error) {
      if (this.isGone) return had;
      if (had) this.follow();
      // Not an end of waiting: the browser has locks, but not for this page.
      else if (!(error instanceof DOMException && error.name === "AbortError")) void this.lead();
      return true;
    }
    return had;
  }

  private lead(): Promise<void> {
    clearTimeout(this.doubt);
    this.doubt = undefined;
    this.waiting = null;
    this.leads = true;
    this.follows = false;
    this.isWhole = true;
    this.state = "connecting";
    this.begin(this.sure);
    this.hands.lead();
    return new Promise((resolve) => {
      this.release = resolve;
    });
  }

  private begin(after: Place | null): void {
    this.after = this.sure = after;
    this.known = { term: crypto.randomUUID(), at: 0 };
    this.report();
  }

  private follow(): void {
    this.leads = false;
    this.follows = true;
    this.state = "connecting";
    this.hands.follow();
    this.queue();
    this.ask();
  }

  private queue(): void {
    this.waiting = new AbortController();
    void this.want({ signal: this.waiting.signal });
  }

  private take(): void {
    this.doubt = undefined;
    if (!this.follows) return;
    this.unanswered += 1;
    // Where tabs share locks but do not hear each other, they would take them from each other for ever.
    if (this.unanswered > MOST_UNANSWERED) return void this.lead();
    this.waiting?.abort();
    void this.want({ steal: true });
  }

  private hear(said: Said): void {
    this.unanswered = 0;
    if (said.kind === "hello") return this.greet(said.who);
    // Of an end everybody hears, whoever has come to lead meanwhile.
    if (said.kind === "event" && said.name === "bye") this.hands.hear(said.name, said.data, "");
    if (!this.follows) return;
    clearTimeout(this.doubt);
    this.doubt = undefined;
    const isNext = fits(this.known, said);
    this.known = { term: said.term, at: said.at };
    if (said.kind === "event") {
      if (said.name !== "bye") this.hands.hear(said.name, said.data, isNext && this.isWhole ? said.cursor : "");
      if (isNext && this.isWhole && said.cursor) this.sure = this.known;
      if (!isNext) this.ask();
    } else {
      this.state = said.state;
      this.meet(said.names);
      if (isNext && this.isWhole) this.hands.stand(this.state);
    }
    if (!isNext) this.mend();
  }

  private greet(who: string): void {
    this.meet([who]);
    if (!this.leads) return;
    this.hands.asked();
    this.report();
  }

  private mend(): void {
    this.isWhole = false;
    this.since = this.known;
    this.hands.catchUp();
  }
}
