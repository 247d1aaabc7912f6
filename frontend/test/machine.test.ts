// The signup's state machine alone: every order in which Meta's two answers can come, and what follows failures.
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Effect, type Event, type State, clock, initial, step } from "../src/signup/machine.ts";

const session = { event: "FINISH", data: { waba_id: "1" } };
const ready: Event = { type: "sdk-ready" };
const start: Event = { type: "start" };
const code: Event = { type: "code", code: "A" };
const finished: Event = { type: "finished", session };
const closed: Event = { type: "closed" };
const unreachable: Event = { type: "unreachable" };
const overdue: Event = { type: "session-overdue" };

function run(...events: Event[]): { state: State; effects: Effect[] } {
  let state = initial;
  const effects: Effect[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

const posts = (effects: Effect[]): Effect[] => effects.filter((effect) => effect.do === "post");

test("the code and the session info make one post in either order", () => {
  const expected = [{ do: "post", code: "A", session }];
  assert.deepEqual(posts(run(ready, start, code, finished).effects), expected);
  assert.deepEqual(posts(run(ready, start, finished, code).effects), expected);
  assert.deepEqual(posts(run(ready, start, finished, code, finished, code, overdue, closed).effects), expected);
});

test("a code without session info is posted when the wait is over", () => {
  const waiting = run(ready, start, code).state;
  assert.deepEqual(clock(waiting)?.event, overdue);
  const { state, effects } = step(waiting, overdue);
  assert.deepEqual(effects, [{ do: "post", code: "A", session: null }]);
  assert.equal(clock(state), null);
});

test("nothing is posted without a code", () => {
  for (const events of [[closed], [finished, closed], [{ type: "left", step: null } as const]]) {
    assert.deepEqual(posts(run(ready, start, ...events).effects), []);
  }
  assert.equal(run(ready, start, finished, closed).state.kind, "failed");
});

test("the step that was left is known whichever word comes first", () => {
  const left: Event = { type: "left", step: "PERMISSIONS" };
  const expected = { kind: "cancelled", step: "PERMISSIONS" };
  assert.deepEqual(run(ready, start, left, closed).state, expected);
  assert.deepEqual(run(ready, start, closed, left).state, expected);
});

test("a code that comes late is used all the same", () => {
  assert.deepEqual(posts(run(ready, start, closed, code, overdue).effects), [{ do: "post", code: "A", session: null }]);
});

test("a dropped connection repeats the same code as often as wanted", () => {
  const { effects } = run(ready, start, finished, code, unreachable, start, unreachable, start);
  assert.equal(posts(effects).length, 3);
  assert.equal(effects.filter((effect) => effect.do === "login").length, 1);
});

test("a failing server gets the same code once more, then Meta's window opens anew", () => {
  const failing: Event = { type: "refused", message: "Later.", retryable: true };
  const { effects } = run(ready, start, finished, code, failing, start, failing, start);
  assert.deepEqual(effects.map((effect) => effect.do), ["login", "post", "post", "login"]);
});

test("an answered code is never posted again", () => {
  const no: Event = { type: "answer", status: "error", message: "No.", redirectTo: null };
  const { effects } = run(ready, start, finished, code, no, start);
  assert.deepEqual(effects.map((effect) => effect.do), ["login", "post", "login"]);
});

test("an SDK that is late still works", () => {
  assert.deepEqual(clock(initial)?.event, { type: "sdk-missing" });
  assert.equal(run({ type: "sdk-missing" }, ready).state.kind, "ready");
});

test("an event that means nothing in a state leaves the very same state", () => {
  for (const state of [initial, run(ready).state, run(ready, start).state, run(ready, start, finished, code).state]) {
    for (const event of [{ type: "depart" }, { type: "reload" }] as Event[]) assert.equal(step(state, event).state, state);
  }
});
