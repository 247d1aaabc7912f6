// The tabs of a link share one stream: whoever has it, and however it is lost, each tab hears everything.
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Channel, type Ground, PATIENCE, type Said, type Standing, Tabs, fits } from "../src/inbox/state/tabs.ts";

/** The server: numbered news, told from a place on. A place is named behind each batch, as of where the server is. */
class Server {
  news: number[] = [];
  readonly streams = new Set<Tab>();

  write(...batch: number[]): void {
    this.news.push(...batch);
    for (const tab of this.streams) tab.told(batch, this.news.length);
  }
}

/** What one browser has for its tabs: locks and a channel. A tab that is frozen hears later what was said. */
class Browser {
  readonly tabs: Tab[] = [];
  private holder: { tab: Tab; free(): void; rob(): void } | null = null;
  private waiting: { tab: Tab; take(): void }[] = [];

  ground(tab: Tab): Ground {
    const request = (_: string, options: LockOptions, given: (lock: Lock | null) => unknown): Promise<void> =>
      new Promise((resolve, reject) => {
        const lock = { name: "x", mode: "exclusive" } as Lock;
        const end = (): void => reject(new DOMException("", "AbortError"));
        const take = (): void => {
          const mine = { tab, free: () => {}, rob: end };
          this.holder = mine;
          const over = (): void => {
            if (this.holder === mine) this.next();
            resolve();
          };
          mine.free = over;
          tab.soon(() => void Promise.resolve(given(lock)).then(over));
        };
        if (options.steal) {
          const robbed = this.holder;
          take();
          robbed?.tab.soon(robbed.rob);
        } else if (!this.holder) take();
        else if (options.ifAvailable) tab.soon(() => void Promise.resolve(given(null)).then(() => resolve()));
        else {
          const place = { tab, take };
          this.waiting.push(place);
          options.signal?.addEventListener("abort", () => {
            this.waiting = this.waiting.filter((each) => each !== place);
            end();
          });
        }
      });
    return { locks: { request } as Ground["locks"], channel: () => this.channel(tab) };
  }

  private channel(tab: Tab): Channel {
    const made: Channel = {
      onmessage: null,
      postMessage: (said) => {
        const copy = structuredClone(said);
        for (const other of this.tabs) if (other !== tab) other.soon(() => other.channel?.onmessage?.({ data: copy } as MessageEvent<Said>));
      },
      close: () => {
        tab.channel = null;
      },
    };
    tab.channel = made;
    return made;
  }

  private next(): void {
    this.holder = null;
    this.waiting.shift()?.take();
  }

  /** Closed, or crashed: nothing is said, the lock is free. */
  remove(tab: Tab): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.waiting = this.waiting.filter((each) => each.tab !== tab);
    if (this.holder?.tab === tab) this.next();
  }
}

/** A tab as stream.ts makes one, with numbers for messages and counts for cursors. */
class Tab {
  readonly got = new Set<number>();
  shown: Standing = "connecting";
  isFrozen = false;
  names: readonly string[] = [];
  channel: Channel | null = null;
  readonly tabs: Tabs;
  private readonly server: Server;
  private readonly browser: Browser;
  private cursor: number;
  private stream = 0;
  private isWanted = false;
  private readonly later: (() => void)[] = [];

  constructor(browser: Browser, server: Server) {
    this.server = server;
    this.browser = browser;
    this.cursor = server.news.length;
    server.news.forEach((each) => this.got.add(each));
    const open = (): void => {
      this.isWanted = true;
      this.soon(() => this.isWanted && this.open());
    };
    this.tabs = new Tabs("x", `me ${browser.tabs.length}`, {
      lead: open,
      catchUp: open,
      follow: () => this.rest(),
      hear: (_, data, cursor) => this.take(JSON.parse(data) as number[], cursor),
      stand: (state) => void (this.shown = state),
      asked: () => {},
      met: (names) => void (this.names = [...names].sort()),
    }, browser.ground(this)); // prettier-ignore
    browser.tabs.push(this);
    this.tabs.join();
  }

  soon(what: () => void): void {
    this.later.push(what);
  }

  step(): boolean {
    if (this.isFrozen) return false;
    const next = this.later.shift();
    next?.();
    return next !== undefined;
  }

  open(): void {
    this.server.streams.add(this);
    this.stream += 1;
    this.shown = "live";
    this.tabs.tell("live");
    this.told(this.server.news.slice(this.cursor), this.server.news.length);
  }

  /** The stream brings a batch; the place comes with its last event. */
  told(batch: readonly number[], place: number): void {
    batch.forEach((each, nth) => this.receive([each], nth === batch.length - 1 ? String(place) : ""));
    if (!batch.length) this.receive([], String(place));
  }

  private receive(data: number[], cursor: string): void {
    const { stream } = this;
    this.soon(() => {
      if (!this.server.streams.has(this) || stream !== this.stream) return;
      this.take(data, cursor);
      this.tabs.pass("message", JSON.stringify(data), cursor);
      if (this.tabs.leads || !cursor) return;
      this.rest();
      this.tabs.caughtUp();
    });
  }

  private take(data: readonly number[], cursor: string): void {
    data.forEach((each) => this.got.add(each));
    if (cursor) this.cursor = Number(cursor);
  }

  /** The stream dies, which is noticed. */
  lose(): void {
    if (!this.server.streams.delete(this)) return;
    this.tabs.tell("lost");
    this.soon(() => this.server.streams.has(this) || !this.isWanted || this.open());
  }

  private rest(): void {
    this.isWanted = false;
    this.server.streams.delete(this);
  }

  crash(): void {
    this.server.streams.delete(this);
    this.browser.remove(this);
  }
}

const settled = async (browser: Browser): Promise<void> => {
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await Promise.resolve();
    for (const tab of browser.tabs) if (tab.step()) quiet = 0;
    await new Promise((done) => setImmediate(done));
  }
};

const numbers = (server: Server, count: number): number[] => Array.from({ length: count }, (_, nth) => server.news.length + nth);
const leaders = (browser: Browser): Tab[] => browser.tabs.filter((tab) => tab.tabs.leads);

const whole = (browser: Browser, server: Server): void => {
  for (const [nth, tab] of browser.tabs.entries()) assert.deepEqual([...tab.got].sort((a, b) => a - b), server.news, `tab ${nth}`);
};

const begun = async (count: number): Promise<[Browser, Server]> => {
  const browser = new Browser();
  const server = new Server();
  for (let nth = 0; nth < count; nth += 1) new Tab(browser, server);
  await settled(browser);
  return [browser, server];
};

test("of many tabs one has a stream, and all hear it", async () => {
  const [browser, server] = await begun(8);
  server.write(...numbers(server, 3));
  await settled(browser);
  whole(browser, server);
  assert.equal(leaders(browser).length, 1);
  assert.equal(server.streams.size, 1);
  assert.ok(browser.tabs.every((tab) => tab.shown === "live" && tab.tabs.isWhole));
});

test("each knows the names of all, and of a renewed session", async () => {
  const [browser] = await begun(3);
  browser.tabs[1]?.tabs.rename("me again");
  browser.tabs.forEach((tab) => tab.tabs.rename(tab === leaders(browser)[0] ? "leading again" : "me 2"));
  await settled(browser);
  for (const tab of browser.tabs) assert.deepEqual(tab.names, ["leading again", "me 0", "me 1", "me 2", "me again"]);
});

test("a tab whose list is older than what it is told first catches up by a stream of its own", async () => {
  const [browser, server] = await begun(1);
  const late = new Tab(browser, server);
  server.write(...numbers(server, 2));
  const first = leaders(browser)[0];
  while (first?.step()); // the leader has passed it on before the late one listens
  await settled(browser);
  whole(browser, server);
  assert.ok(late.tabs.isWhole && !late.tabs.leads);
  assert.equal(server.streams.size, 1);
});

test("what a tab hears before it knows its part does not make it look twice, nor never", async () => {
  const [browser, server] = await begun(1);
  const late = new Tab(browser, server);
  const said: Said = { kind: "event", term: "x", at: 7, name: "hb", data: "[]", cursor: "0" };
  late.channel?.onmessage?.({ data: said } as MessageEvent<Said>);
  assert.equal(server.streams.has(late), false);
  await settled(browser);
  assert.ok(late.tabs.isWhole && late.shown === "live");
  assert.equal(server.streams.size, 1);
});

test("what is written while the leader dies is heard by all from the next one", async () => {
  const [browser, server] = await begun(3);
  const [first] = leaders(browser);
  server.write(...numbers(server, 2));
  first?.step(); // the first of two, without a place
  first?.crash();
  server.write(...numbers(server, 1));
  await settled(browser);
  whole(browser, server);
  assert.equal(leaders(browser).length, 1);
  assert.equal(server.streams.size, 1);
  assert.ok(browser.tabs.every((tab) => tab.shown === "live"));
});

test("a leader that leaves says so, and nobody shows live until another one streams", async () => {
  const [browser, server] = await begun(2);
  const [first, second] = [...leaders(browser), ...browser.tabs.filter((tab) => !tab.tabs.leads)];
  const seen: Standing[] = [];
  if (second) second.open = () => void seen.push(second.shown);
  first?.tabs.leave();
  first?.crash();
  await settled(browser);
  assert.deepEqual(seen, ["connecting"]);
  assert.equal(server.streams.size, 0);
});

test("a frozen leader loses the stream to one that asks, and hears what it missed when it wakes", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const [browser, server] = await begun(3);
  const [first] = leaders(browser);
  assert.ok(first);
  first.isFrozen = true;
  server.write(...numbers(server, 2));
  const [asking] = browser.tabs.filter((tab) => tab !== first);
  asking?.tabs.ask();
  mock.timers.tick(PATIENCE * 2);
  await settled(browser);
  assert.ok(asking?.tabs.leads);
  first.isFrozen = false;
  await settled(browser);
  server.write(...numbers(server, 1));
  await settled(browser);
  mock.timers.tick(PATIENCE * 2); // and a leader that answered is not robbed
  await settled(browser);
  whole(browser, server);
  assert.deepEqual(leaders(browser), [asking]);
  assert.deepEqual([...server.streams], [asking]);
});

test("a stream that begins elsewhere makes the others look for themselves", async () => {
  const [browser, server] = await begun(3);
  const [first] = leaders(browser);
  server.streams.clear(); // it is away, and what is written meanwhile the leader has from its list
  server.write(...numbers(server, 3));
  if (first) first["cursor"] = server.news.length;
  server.news.forEach((each) => first?.got.add(each));
  first?.tabs.restart();
  first?.open();
  await settled(browser);
  whole(browser, server);
  assert.deepEqual([...server.streams], [first]);
});

test("tabs that cannot hear each other each have a stream in the end", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const browser = new Browser();
  const server = new Server();
  const deaf = browser.ground.bind(browser);
  browser.ground = (tab) => ({ ...deaf(tab), channel: () => ({ onmessage: null, postMessage() {}, close() {} }) });
  new Tab(browser, server);
  new Tab(browser, server);
  for (let turn = 0; turn < 20; turn += 1) {
    await settled(browser);
    mock.timers.tick(PATIENCE * 2);
  }
  await settled(browser);
  assert.equal(leaders(browser).length, 2);
});

test("without locks or a channel a tab has a stream of its own", () => {
  const led: string[] = [];
  const hands = { lead: () => led.push("lead"), follow() {}, catchUp() {}, hear() {}, stand() {}, asked() {}, met() {} };
  for (const on of [{ locks: null, channel: () => assert.fail() }, { locks: {} as LockManager, channel: null }]) {
    const tabs = new Tabs("x", "me", hands, on as unknown as Ground);
    tabs.join();
    assert.ok(tabs.leads);
    tabs.pass("hb", "{}", "1");
    tabs.leave();
  }
  assert.deepEqual(led, ["lead", "lead"]);
});

test("what follows on what was heard, and what does not", () => {
  const event = (term: string, at: number) => ({ kind: "event", term, at, name: "hb", data: "{}", cursor: "" }) as const;
  const report = (term: string, at: number, after: { term: string; at: number } | null = null) =>
    ({ kind: "standing", term, at, after, state: "live", names: [] }) as const;
  const known = { term: "a", at: 4 };
  assert.ok(fits(known, event("a", 5)) && fits(known, report("a", 4)));
  assert.ok(!fits(known, event("a", 4)) && !fits(known, event("a", 6)) && !fits(known, report("a", 5)));
  assert.ok(fits(known, report("b", 0, { term: "a", at: 3 })) && fits(known, report("b", 0, known)));
  assert.ok(!fits(known, report("b", 0, { term: "a", at: 5 })), "the next leader had come further");
  assert.ok(!fits(known, report("b", 1, known)) && !fits(known, report("b", 0)) && !fits(known, event("b", 1)));
  assert.ok(!fits(null, report("a", 0)));
});

/** A generator of numbers below 1, the same for the same seed. */
const chance = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

for (let seed = 1; seed <= 40; seed += 1) {
  test(`whatever happens to the tabs, none misses anything (${seed})`, async ({ mock }) => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const next = chance(seed);
    const [browser, server] = await begun(3);
    const any = (): Tab | undefined => browser.tabs[Math.floor(next() * browser.tabs.length)];
    for (let turn = 0; turn < 60; turn += 1) {
      const what = next();
      if (what < 0.35) server.write(...numbers(server, 1 + Math.floor(next() * 3)));
      else if (what < 0.45 && browser.tabs.length < 6) new Tab(browser, server);
      else if (what < 0.53 && browser.tabs.length > 2) any()?.crash();
      else if (what < 0.61) for (const tab of [any()]) if (tab) tab.isFrozen = !tab.isFrozen;
      else if (what < 0.66) any()?.tabs.ask();
      else if (what < 0.7) any()?.lose();
      else if (what < 0.75) mock.timers.tick(PATIENCE * 2);
      else for (let steps = next() * 6; steps > 0; steps -= 1) any()?.step();
      await Promise.resolve();
    }
    for (const tab of browser.tabs) tab.isFrozen = false;
    await settled(browser);
    browser.tabs.forEach((tab) => tab.tabs.ask());
    await settled(browser);
    mock.timers.tick(PATIENCE * 2);
    await settled(browser);
    server.write(...numbers(server, 1));
    await settled(browser);
    whole(browser, server);
    assert.equal(leaders(browser).length, 1);
    assert.equal(server.streams.size, 1);
    });
}
