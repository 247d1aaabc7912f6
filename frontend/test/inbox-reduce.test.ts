// How the inbox's state changes: statuses only forward, one bubble for one message, order that holds under late events.
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Bubble, appended, firstUnread, forward, joined, latestReactions, matches, merged, placed, withStatus } from "../src/inbox/state/reduce.ts";
import type { Conversation } from "../src/inbox/types.ts";
import { ar } from "../src/inbox/i18n/ar.ts";
import { en } from "../src/inbox/i18n/en.ts";
import { es } from "../src/inbox/i18n/es.ts";
import { pt } from "../src/inbox/i18n/pt.ts";

const bubble = (values: Partial<Bubble> = {}): Bubble => ({
  id: "m1", conversationId: "c1", clientId: null, wamid: null, direction: "outbound", type: "text", content: { body: "Hi" },
  status: "pending", timestamp: "2026-11-23T10:00:00.000Z", error: null, context: null, statusTimestamps: {}, origin: "api",
  pricing: null, editedAt: null, deletedAt: null, reactions: [], ...values,
}); // prettier-ignore

test("ticks never go back, in whatever order they come", () => {
  assert.equal(forward("read", "delivered"), "read");
  assert.equal(forward("sent", "delivered"), "delivered");
  const read = withStatus(bubble({ status: "sent" }), { messageId: "m1", status: "read", statusTimestamps: { read: "b" } });
  const late = withStatus(read, { messageId: "m1", status: "delivered", statusTimestamps: { delivered: "a" } });
  assert.equal(late.status, "read");
  assert.deepEqual(late.statusTimestamps, { read: "b", delivered: "a" });
  assert.equal(merged(read, bubble({ status: "sent" })).status, "read");
});

test("a failure keeps its reason, and only the server's word lets a message start again", () => {
  const error = { code: 131047, title: "Re-engagement message" };
  const failed = withStatus(bubble({ status: "sent" }), { messageId: "m1", status: "failed", error });
  assert.deepEqual(failed.error, error);
  assert.equal(withStatus(failed, { messageId: "m1", status: "sent" }).status, "failed");
  const again = merged(failed, bubble({ status: "pending" }));
  assert.equal(again.status, "pending");
  assert.equal(again.error, null);
});

test("while a message is sent once more, the failure of the time before changes nothing", () => {
  const again = bubble({ local: { state: "sending", again: true } });
  assert.equal(withStatus(again, { messageId: "m1", status: "failed", error: { code: 131042 } }).status, "pending");
  const told = merged(again, bubble({ status: "failed", error: { code: 131042 } }));
  assert.deepEqual([told.status, told.error, told.local], ["pending", null, again.local]);
  assert.equal(withStatus(again, { messageId: "m1", status: "delivered" }).status, "delivered");
  const answered = bubble({ local: { state: "sending", again: false } });
  assert.equal(merged(answered, bubble({ status: "failed" })).status, "failed");
});

test("the server's answer settles a bubble of this page without losing its picture", () => {
  const local = bubble({ id: "k", clientId: "k", local: { state: "sending", fileUrl: "blob:x", failure: { kind: "lost", message: "" } } });
  const settled = merged(local, bubble({ id: "m9", clientId: "k", status: "sent" }));
  assert.equal(settled.id, "m9");
  assert.deepEqual(settled.local, { state: "done", fileUrl: "blob:x" });
});

test("a conversation moves to its place and no further; the same list comes back where nothing moved", () => {
  const times: Record<string, number> = { a: 30, b: 20, c: 10 };
  const timeOf = (id: string): number => times[id] ?? 0;
  const ids = ["a", "b", "c"];
  assert.equal(placed(ids, "a", timeOf), ids);
  times["c"] = 40;
  assert.deepEqual(placed(ids, "c", timeOf), ["c", "a", "b"]);
  times["d"] = 25;
  assert.deepEqual(placed(ids, "d", timeOf), ["a", "d", "b", "c"]);
});

test("a late message takes the place of its second, and pages overlap without repeating anything", () => {
  const seconds: Record<string, number> = { a: 1, b: 3, c: 3, late: 2 };
  const secondOf = (key: string): number => seconds[key] ?? 0;
  assert.deepEqual(appended(["a", "b"], "c", secondOf), ["a", "b", "c"]);
  assert.deepEqual(appended(["a", "b", "c"], "late", secondOf), ["a", "late", "b", "c"]);
  assert.deepEqual(joined(["a", "b"], ["b", "c"]), ["a", "b", "c"]);
});

test("the first unread message is counted from the end, by what counts as unread", () => {
  const thread = [
    bubble({ id: "1", direction: "inbound" }), bubble({ id: "2", direction: "inbound" }), bubble({ id: "3" }),
    bubble({ id: "4", direction: "inbound", type: "reaction" }), bubble({ id: "5", direction: "inbound" }),
  ]; // prettier-ignore
  assert.equal(firstUnread(thread, 2)?.id, "2");
  assert.equal(firstUnread(thread, 0), null);
  assert.equal(firstUnread(thread, 9)?.id, "1");
});

test("of each side the latest reaction stands, and one taken back is gone", () => {
  const reactions = [
    { emoji: "👍", from: "contact" as const, timestamp: "1" },
    { emoji: "❤️", from: "contact" as const, timestamp: "2" },
    { emoji: "", from: "business" as const, timestamp: "3" },
  ];
  assert.deepEqual(latestReactions(bubble({ reactions })).map((each) => each.emoji), ["❤️"]);
});

test("filters: unread by count, open by the server's time", () => {
  const conversation = { unreadCount: 0, windowExpiresAt: "2026-11-23T12:00:00Z" } as Conversation;
  assert.equal(matches(conversation, "unread", 0), false);
  assert.equal(matches(conversation, "open", Date.parse("2026-11-23T11:59:59Z")), true);
  assert.equal(matches(conversation, "open", Date.parse("2026-11-23T12:00:00Z")), false);
});

test("every language has every word, with the same values in it and the plural forms it needs", () => {
  const names = (entry: string | object): string[] =>
    [...new Set((typeof entry === "string" ? entry : Object.values(entry).join(" ")).match(/\{\w+\}/g) ?? [])].sort();
  for (const [code, words] of Object.entries({ es, pt, ar })) {
    for (const [key, entry] of Object.entries(en)) {
      const own = words[key as keyof typeof words];
      assert.deepEqual(names(own), names(entry), `${code} ${key}`);
      assert.equal(typeof own, typeof entry, `${code} ${key}`);
    }
    assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort());
  }
});
