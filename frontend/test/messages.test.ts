// What is taken from outside: messages of Meta's window and answers of the gateway.
import assert from "node:assert/strict";
import { test } from "node:test";

import { read as readAnswer } from "../src/signup/callback.ts";
import { read as readMessage } from "../src/signup/meta.ts";

const signup = (event: string, data: unknown): unknown => ({ type: "WA_EMBEDDED_SIGNUP", version: "3", event, data });

test("a finish is read from an object and from its text", () => {
  const message = signup("FINISH", { waba_id: "1", phone_number_id: 2, business_id: "", ad_account_ids: [] });
  const expected = { type: "finished", session: { event: "FINISH", data: { waba_id: "1", phone_number_id: "2" } } };
  assert.deepEqual(readMessage(message), expected);
  assert.deepEqual(readMessage(JSON.stringify(message)), expected);
});

test("leaving, and both forms of Meta's error", () => {
  assert.deepEqual(readMessage(signup("CANCEL", { current_step: "PERMISSIONS" })), { type: "left", step: "PERMISSIONS" });
  assert.deepEqual(readMessage(signup("CANCEL", null)), { type: "left", step: null });
  const error = { type: "meta-error", message: "No.", reference: "s1" };
  assert.deepEqual(readMessage(signup("CANCEL", { error_message: "No.", session_id: "s1" })), error);
  assert.deepEqual(readMessage(signup("error", { error_message: "No.", error_id: "s1" })), error);
});

test("everything else means nothing", () => {
  for (const posted of [null, 7, "", "x", "null", "[]", {}, signup("SOMETHING", {}), { type: "WA_EMBEDDED_SIGNUP" }]) {
    assert.equal(readMessage(posted), null);
  }
});

test("answers of the gateway", () => {
  const data = { status: "success", message: "Done.", redirectTo: "https://app.example/?a=1" };
  assert.deepEqual(readAnswer(200, { data }), { type: "answer", ...data });
  const error = { message: "Gone.", code: "NOT_FOUND" };
  assert.deepEqual(readAnswer(404, { error }), { type: "refused", message: "Gone.", retryable: false });
  assert.deepEqual(readAnswer(502, { error }), { type: "refused", message: "Gone.", retryable: true });
});

test("an answer that is not the gateway's counts as none", () => {
  for (const body of [null, 7, [], {}, { data: { status: "maybe" } }]) {
    assert.deepEqual(readAnswer(200, body), { type: "unreachable" });
  }
});

test("only web addresses are redirected to", () => {
  for (const redirectTo of ["javascript:alert(1)", "data:text/html,x", "/relative", "https://", 7, null]) {
    const event = readAnswer(200, { data: { status: "success", message: "", redirectTo } });
    assert.deepEqual(event, { type: "answer", status: "success", message: "", redirectTo: null });
  }
});
